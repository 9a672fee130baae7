"""Write FHIR resources for the validators of others: all example cases in both languages, questionnaires, and broken ones."""

import json
import sys
from pathlib import Path

from hechting_rules import advise, load_case
from hechting_rules.interop.export import to_fhir
from hechting_rules.interop.questionnaire import questionnaire
from hechting_rules.interop.responses import response
from hechting_rules.terms import Language

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-23T10:00:00+01:00"


def write(folder: Path) -> None:
    """Right ones in ``folder/right``, one wrong one a folder in ``folder/wrong``."""
    right = folder / "right"
    right.mkdir(parents=True)
    asked = questionnaire()
    save(right / "questionnaire.json", asked)
    save(right / "questionnaire-en.json", questionnaire(language=Language.EN, child="baby", adult="none"))
    for path in sorted((ROOT / "examples" / "cases").glob("*.yaml")):
        case = load_case(path)
        save(right / f"{path.stem}-answers.json", response(case, asked, authored=NOW, subject="Patient/1"))
        for language in Language:
            made = to_fhir(advise(case), authored_on=NOW, child="Patient/1", adult="Patient/2", language=language, abuse=True)
            save(right / f"{path.stem}-{language}.json", made)
    for number, (key, value) in enumerate((("status", "odd"), ("item", "none"), ("surprise", 1))):
        place = folder / "wrong" / str(number)
        place.mkdir(parents=True)
        save(place / "questionnaire.json", asked | {key: value})


def save(path: Path, resource: object) -> None:
    """One resource as a file."""
    path.write_text(json.dumps(resource, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
