"""Checks of a rulebook beyond loading, most of them over all cases rather than some.

- `lints`: small checks with a code each. `proofs`: questions and laws over all cases. `comparison`: what changes between two
  rulebooks. `mutation`: whether the guidance tests are good enough. In each of these, ``told`` tells what was found.
- `article`: what became of its statements, and where each stands in the text. `coverage`: which conjunctions decided a test.
- Shared by all: `space`, the cases of a rulebook as one circuit; `smt`, the solver; `in_words`, rules, conditions and cases in
  the words of their files.
"""
