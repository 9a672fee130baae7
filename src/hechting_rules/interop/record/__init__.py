"""A FHIR record read: what of it is there, who is who in it, and what each place says of the findings of a case.

In this order: `elements` are single values with their place, tolerant of what is wrong; `bundle` finds resources again by
reference; `people` settles who is the child, the adult and a parent; `observed` takes from each resource what it says, one piece
at a time; `settling` makes one answer of the pieces for each finding. `hechting_rules.interop.fhir` makes the case of all that.
"""
