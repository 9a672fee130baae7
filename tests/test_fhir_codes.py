"""The maps of codes: what each line says in whose record, one ICPC for each country, and what a host adds to them."""

from typing import Any

import pytest

from hechting_rules.interop.codes import Match, Whose
from hechting_rules.interop.mapfiles import CodeMapError, load_code_map
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Status
from records import CHILD, FAMILY, ICD10, ICPC1, ICPC2, condition, read, stated, why_not


def lines(match: Match) -> list[Any]:
    book = default_rulebook()
    found = [(name, line) for name in ("nl", "be") for line in load_code_map(name, book).lines]
    return [(name, line) for name, line in found if line.match is match and "-" not in line.code and line.system != "loinc"]


def subject(whose: Whose) -> str:
    return "child" if whose is Whose.CHILD else "mother"


@pytest.mark.parametrize(("name", "line"), lines(Match.EQUAL))
def test_an_equal_code_is_present_refuted_absent_and_in_error_nothing(name: str, line: Any, book: Rulebook) -> None:
    url = load_code_map(name, book).url_of(line.system)
    said = {
        verified: stated(read(*FAMILY, condition(line.code, url, subject(line.whose), verified=verified), code_map=name))
        for verified in ("confirmed", "refuted", "entered-in-error", "provisional")
    }
    assert said["confirmed"][line.finding] is Status.PRESENT
    assert said["refuted"][line.finding] is Status.ABSENT
    assert line.finding not in said["entered-in-error"]
    assert line.finding not in said["provisional"]
    assert not read(CHILD, condition(line.code, url, verified="entered-in-error"), code_map=name).origins


@pytest.mark.parametrize(("name", "line"), lines(Match.NARROWER))
def test_a_narrower_code_is_present_and_refuted_says_nothing(name: str, line: Any, book: Rulebook) -> None:
    url = load_code_map(name, book).url_of(line.system)
    person = subject(line.whose)
    assert stated(read(*FAMILY, condition(line.code, url, person), code_map=name))[line.finding] is Status.PRESENT
    refuted = read(*FAMILY, condition(line.code, url, person, verified="refuted"), code_map=name)
    assert line.finding not in stated(refuted)
    assert "a kind of it was ruled out, not all of it" in why_not(refuted, line.finding)


@pytest.mark.parametrize(("name", "line"), lines(Match.HINT))
def test_a_hint_is_off_until_it_is_asked_for(name: str, line: Any, book: Rulebook) -> None:
    url = load_code_map(name, book).url_of(line.system)
    person = subject(line.whose)
    off = read(*FAMILY, condition(line.code, url, person), code_map=name)
    assert line.finding not in stated(off)
    assert line.finding in off.hints
    on = read(*FAMILY, condition(line.code, url, person), code_map=name, hints=True)
    assert stated(on)[line.finding] is Status.PRESENT
    assert line.finding not in stated(read(*FAMILY, condition(line.code, url, person, verified="refuted"), hints=True))


# --- one ICPC for each country ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "system", "code", "finding"),
    [
        ("nl", ICPC1, "P21", "child.attention_disorder"),
        ("be", ICPC2, "P81", "child.attention_disorder"),
        ("nl", ICPC1, "T06", "child.anorexia"),
        ("be", ICPC2, "P86", "child.anorexia"),
        ("nl", ICPC1, "P02.01", "child.experienced_trauma"),
        ("be", ICPC2, "P82", "child.experienced_trauma"),
    ],
)
def test_each_country_reads_its_own_icpc_and_not_the_other(country: str, system: str, code: str, finding: str) -> None:
    other = {"nl": "be", "be": "nl"}[country]
    beside = {ICPC1: ICPC2, ICPC2: ICPC1}[system]
    assert stated(read(CHILD, condition(code, system), code_map=country))[finding] is Status.PRESENT
    assert not read(CHILD, condition(code, system), code_map=other).origins
    assert finding not in stated(read(CHILD, condition(code, beside), code_map=other))


def test_a_code_without_its_system_says_nothing() -> None:
    assert not read(CHILD, condition("P21", "")).origins


@pytest.mark.parametrize(
    ("country", "system", "code", "finding", "match"),
    [
        ("nl", ICPC1, "P76", "child.depression", "equal"),
        ("nl", ICPC1, "P76.03", "child.depression", "narrower"),
        ("nl", ICPC1, "P80.01", "child.borderline", "equal"),
        ("nl", ICPC1, "P80", "child.borderline", None),
        ("be", ICD10, "Q21.1", "child.congenital_disorder", "narrower"),
        ("be", ICD10, "R01", "child.congenital_disorder", None),
        ("be", ICD10, "F50.0", "child.anorexia", "narrower"),
        ("be", ICD10, "F50.8", "child.anorexia", "hint"),
        ("be", ICD10, "F500", "child.anorexia", None),
        ("be", ICD10, "P07.2", "child.premature_birth", "narrower"),
        ("be", ICD10, "P07.0", "child.premature_birth", "hint"),
    ],
)
def test_a_code_below_the_one_of_a_line_is_a_kind_of_it_and_the_closest_line_counts(
    country: str, system: str, code: str, finding: str, match: str | None
) -> None:
    found = [o.match for o in read(CHILD, condition(code, system), code_map=country).origins if o.finding == finding]
    assert found == ([] if match is None else [match])


@pytest.mark.parametrize(("code", "there"), [("P69", False), ("P70", True), ("P76.01", True), ("P80.02", True), ("P81", False)])
def test_a_stretch_of_codes_holds_its_ends_and_what_lies_between(code: str, there: bool) -> None:
    said = stated(read(*FAMILY, condition(code, of="mother")))
    assert ("parent.mental_health_problems" in said) is there


def test_of_two_codings_the_firmer_one_says_it() -> None:
    both = condition("P22") | {"code": {"coding": [{"system": ICPC1, "code": "P03"}, {"system": ICPC1, "code": "P76"}]}}
    (origin,) = [o for o in read(CHILD, both).origins if o.finding == "child.depression"]
    assert (origin.code, origin.match, origin.used) == ("P76", "equal", True)


def test_a_system_that_the_map_does_not_know_is_told() -> None:
    reading = read(CHILD, condition("P81", ICPC2), condition("F90.0", ICPC2), code_map="nl")
    note = "http://hl7.org/fhir/sid/icpc-2: the map nl does not know this system of codes: 2 conditions left out"
    assert reading.notes == (note,)


# --- what a host adds ------------------------------------------------------------------------------------------------------


def test_a_host_adds_replaces_and_takes_out_lines(book: Rulebook) -> None:
    extra = f"""
systems: [{{name: own, url: "http://example.org/own", also: []}}]
codes:
  - {{finding: parent.available, whose: [parent], system: own, codes: [P1], match: equal, basis: K}}
  - {{finding: child.premature_birth, whose: [child], system: icpc-1-nl, codes: [A93], match: "{Match.OFF}", basis: K}}
  - {{finding: child.runs_away, whose: [child], system: icpc-1-nl, codes: [P22], match: narrower, basis: K}}
"""
    own = load_code_map("nl", book, extra)
    found = (*FAMILY, condition("P1", "http://example.org/own", "mother"), condition("A93"), condition("P22"))
    assert set(stated(read(*found, code_map=own))) == {"parent.available", "child.runs_away"}
    assert set(stated(read(*found))) == {"child.premature_birth"}


def test_what_is_wrong_with_a_map_is_told_all_at_once(book: Rulebook) -> None:
    extra = """
systems: [{name: icpc-2, url: "http://hl7.org/fhir/sid/icpc-2", also: []}]
codes:
  - {finding: child.premature_brith, whose: [child], system: icpc-1, codes: [A93], match: same, basis: D}
  - {finding: child.adopted, after: child.runs_away, whose: [kid], system: loinc, codes: [A93], match: hint, basis: D}
  - {finding: child.adopted, after: child.runs_away, whose: [child], system: loinc, codes: [A93], match: hint, basis: D}
"""
    with pytest.raises(CodeMapError) as told:
        load_code_map("nl", book, extra, "own.yaml")
    assert str(told.value).splitlines() == [
        "own.yaml:2:11: M704 icpc-1-nl, icpc-2 give other meanings to the same codes",
        "    hint: keep one of them in a map",
        "own.yaml:4:5: M702 'icpc-1' is no system of this map; allowed: bds-jgz, icpc-1-nl, icpc-2, loinc, snomed-ct",
        "    hint: did you mean 'icpc-2' or 'icpc-1-nl'?",
        "own.yaml:4:5: M705 'child.premature_brith' is no finding",
        "    hint: did you mean 'child.premature_birth' or 'child.natural_birth'?",
        "own.yaml:4:91: F203 'match' is 'same'; allowed: equal, narrower, hint, off",
        "own.yaml:5:62: F203 'whose' is 'kid'; allowed: child, adult, parent, mother",
        "own.yaml:6:5: M706 'child.runs_away' is said after an end, but is about now",
        "    hint: name a finding of history",
    ]


def test_there_are_two_maps(book: Rulebook) -> None:
    with pytest.raises(CodeMapError, match="there is no map 'de'; allowed: nl, be"):
        load_code_map("de", book)
