"""Other clinical software: FHIR R4, questionnaires and CDS Hooks as functions of dictionaries. The core knows nothing of them."""
