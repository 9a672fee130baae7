"""Other clinical software: FHIR R4, questionnaires and CDS Hooks as functions of dictionaries, and all over HTTP."""
