"""Other clinical software: FHIR R4, questionnaires and CDS Hooks as functions of dictionaries, and all of it over HTTP.

A record in: `fhir` makes a case of it, with `record` behind it; which codes say which finding is known to `codes`, which
`mapfiles` reads from `maps`. An advice out: `export` makes a Bundle of the `resources` that `leaving` lets out. Questions both
ways: `questionnaire` and `responses`. CDS Hooks: `cds_hooks` answers, with `prefetch`, `cards` and `feedback`. Over HTTP:
`service`, with the files of its `page`. Only `service` knows HTTP, and only `feedback` writes a file.
"""
