"""The commands for other software, as a user types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire

from hechting_rules.case import parse_case
from records import FAMILY, bundle, condition

CASE = str(Path(__file__).parents[1] / "examples" / "cases" / "02-premature-baby-in-incubator.yaml")
NOW = "2026-11-23T10:00:00+01:00"


@pytest.fixture
def record(tmp_path: Path) -> str:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(bundle(*FAMILY, condition("A93"), condition("P22"))), encoding="utf-8")
    return str(path)


def test_an_advice_as_fhir(hechting: Any) -> None:
    code, out, _ = hechting("advise", CASE, "--format", "fhir", "--authored-on", NOW, "--child", "Patient/7")
    made = json.loads(out)
    Bundle.model_validate(made)
    assert code == 0
    assert made["entry"][0]["resource"]["subject"] == {"reference": "Patient/7"}
    both = hechting("advise", CASE, CASE, "--format", "fhir", "--authored-on", NOW)
    assert len(json.loads(both[1])) == 2


def test_an_advice_as_fhir_needs_a_time(hechting: Any) -> None:
    message = "fhir needs the time that stands on the resources; try: --authored-on 2026-11-23T10:00:00+01:00\n"
    assert hechting("advise", CASE, "--format", "fhir") == (2, "", message)
    code, _, err = hechting("advise", CASE, "--format", "fhir", "--authored-on", "nu")
    assert (code, err) == (2, "'nu' is no time with an offset; allowed: such as 2026-11-23T10:00:00+01:00\n")


@pytest.mark.parametrize("said", [("--authored-on", NOW), ("--child", "Patient/7"), ("--adult", "Patient/8")])
def test_what_only_fhir_has_is_not_dropped_in_silence(said: tuple[str, str], hechting: Any) -> None:
    message = f"{said[0]} can only be said with --format fhir; this is --format text\n"
    assert hechting("advise", CASE, *said) == (2, "", message)


def test_a_questionnaire(hechting: Any) -> None:
    code, out, _ = hechting("questionnaire", "--child", "baby", "--adult", "none", "--lang", "en")
    made = json.loads(out)
    Questionnaire.model_validate(made)
    assert (code, made["language"], made["id"]) == (0, "en", "hechting-baby-none")
    code, _, err = hechting("questionnaire", "--child", "babe")
    assert (code, "did you mean 'baby'" in err) == (2, True)


def test_a_record_as_a_case(hechting: Any, record: str) -> None:
    code, out, _ = hechting("fhir", record, "--as-of", "2026-11-23", "--format", "json")
    case = parse_case(out)
    assert code == 0
    assert [s.code for s in case.findings] == ["child.premature_birth"]
    code, out, _ = hechting("fhir", record, "--as-of", "2026-11-23")
    assert out.splitlines()[:6] == [
        "child: Patient/child",
        "adult: Patient/mother",
        "adult_age_years: 41",
        "child_age_months: 80",
        "stated:",
        "  present  child.premature_birth  (A93 at Bundle.entry[3].resource.code.coding[0])",
    ]
    _, out, _ = hechting("fhir", record, "--as-of", "2026-11-23", "--hints")
    assert "present  child.runs_away" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "record.json:1:2: H606 is no JSON\n    hint: give a FHIR R4 Bundle as JSON\n"),
        ("[" * 100_000, "record.json:1:1: H602 nests too deep to be read\n"),
        ("7", "input: H601 is a number; allowed: a Bundle, a resource, or a list of resources\n"),
    ],
)
def test_a_file_that_is_no_record_is_hechting(hechting: Any, record: str, text: str, message: str) -> None:
    Path(record).write_text(text, encoding="utf-8")
    code, out, err = hechting("fhir", record, "--as-of", "2026-11-23")
    assert (code, out) == (2, "")
    assert err.endswith(message)


def test_a_day_and_a_map_that_do_not_exist_are_hechting(hechting: Any, record: str) -> None:
    assert hechting("fhir", record, "--as-of", "gisteren")[2] == "'gisteren' is no day; allowed: such as 2026-11-23\n"
    assert "there is no map 'de'; allowed: nl, be" in hechting("fhir", record, "--as-of", "2026-11-23", "--map", "de")[2]


def test_lines_of_your_own(hechting: Any, record: str, tmp_path: Path) -> None:
    extra = tmp_path / "own.yaml"
    extra.write_text(
        "codes: [{finding: child.runs_away, whose: [child], system: icpc-1-nl, codes: [P22], match: narrower, basis: K}]",
        encoding="utf-8",
    )
    _, out, _ = hechting("fhir", record, "--as-of", "2026-11-23", "--extra", str(extra))
    assert "present  child.runs_away" in out
    extra.write_text("codes: 7", encoding="utf-8")
    code, _, err = hechting("fhir", record, "--as-of", "2026-11-23", "--extra", str(extra))
    assert (code, "own.yaml:1:8: F205 'codes' is '7'; allowed: a list" in err) == (2, True)
