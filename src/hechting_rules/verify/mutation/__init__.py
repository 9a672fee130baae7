"""Are the guidance tests good enough? Would they notice a slip in a rule, and does each condition decide its rule in one of them?

`mutants` makes the slips and `judging` finds what becomes of them; `mcdc` looks at single conditions. Both stand on a `bench`:
all guidance tests as one block of cases, over a circuit in which rules have switches (`switches`). `told` tells what was found as
text and as plain data, and `drafts` writes down the tests that are missing.
"""
