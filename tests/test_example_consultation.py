"""The example that drives a consultation from a terminal: what it prints for a scripted session, answer by answer."""

import io
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hechting_rules import Case, Rulebook, advise
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language

PROGRAM = Path(__file__).parents[1] / "examples" / "02_live_consultation.py"
NOTED = "  genoteerd; aan het advies verandert nu niets"
REFUSED = "  Er is niets veranderd."
TOLD = Case.of(
    child_age_months=18,
    adult_age_years=35,
    present=["safety.abuse_or_violence"],
    unknown=["safety.suicidal_or_self_harm"],
)
SCRIPT = """\
child baby
adult geen
baby.avoids_eye_contact
parent.unresolved_trauma j
child_age_months 30
terug parent.unresolved_trauma
baby.avoids_eye_contact n
stop
never read
"""


Session = Callable[[str], str]


@pytest.fixture
def session(book: Rulebook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Session:
    """What the program prints for a script, run in this process."""
    program = runpy.run_path(str(PROGRAM))
    main = program["main"]
    monkeypatch.setitem(main.__globals__, "load_rulebook", lambda: book)

    def run(script: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(script))
        main()
        return capsys.readouterr().out

    return run


def replies(printed: str) -> list[tuple[str, list[str], str]]:
    """Each answer, what was printed after it, and the question that came then."""
    found = []
    for part in printed.split("\n> ")[1:]:
        answer, *rest = part.split("\n")
        asked = next((line.removeprefix("? ") for line in rest if line.startswith("? ")), "")
        found.append((answer, [line for line in rest if line and not line.startswith("? ")], asked))
    return found


def said(printed: str) -> dict[str, list[str]]:
    return {answer: rest for answer, rest, _ in replies(printed)}


def test_a_session_prints_what_appears_and_goes_with_the_rules_and_ends_with_the_advice(book: Rulebook, session: Session) -> None:
    printed = session(SCRIPT)
    found = said(printed)
    signals = book.suggestions["discuss.child_signals"].summary.nl
    risk = book.conclusions["risk.parent"].title.nl
    rules = {rule.title.nl for rule in book.rules.values() if rule.result == "risk.parent"}
    assert f"  + {signals}" in found["baby.avoids_eye_contact"]
    trauma = found["parent.unresolved_trauma j"]
    assert trauma[trauma.index(f"  + {risk}") + 1].removeprefix("      door: ") in rules
    assert found["child_age_months 30"] == ["  Leeftijd en levensfase spreken elkaar tegen.", REFUSED]
    assert found["terug parent.unresolved_trauma"][0] == "  teruggenomen: parent.unresolved_trauma"
    assert f"  - {risk}" in found["terug parent.unresolved_trauma"]
    assert f"  - {signals}" in found["baby.avoids_eye_contact n"]
    assert "never read" not in printed
    advice = advise(Case.of(child="baby", adult="none", absent=["baby.avoids_eye_contact"]))
    assert printed.endswith(f"\n{to_text(advice, Language.NL)}\n")


def test_the_program_prints_the_same_in_a_process_of_its_own_and_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    line = [sys.executable, "-W", "error", "-X", "utf8", str(PROGRAM)]
    done = subprocess.run(line, cwd=tmp_path, input=SCRIPT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == session(SCRIPT)
    assert not list(tmp_path.iterdir())


def test_a_question_is_answered_and_then_another_is_asked(book: Rulebook, session: Session) -> None:
    printed = session("j\n?\n18 maanden\n35 jaar\nwaarom\n\nstop\n")
    answers = replies(printed)
    questions = [asked for _, _, asked in answers]
    assert len(set(questions[:4])) == 4
    assert questions[3] == questions[4] != questions[5]
    asked = {q.question.nl: q.reason.nl for q in advise(TOLD).ask_next}
    assert answers[4][1] == [f"  {asked[questions[3].partition(' (j, n')[0]]}"]
    violence = next(s for s in book.suggestions.values() if s.flag == "RF-01")
    assert f"  + {violence.summary.nl}" in answers[0][1]
    assert answers[1][1] == [NOTED]
    assert "peuter, 18 maanden · volwassene, 35 jaar" in printed


def test_a_question_says_which_answers_it_takes_and_asks_again_until_one_is_given(session: Session) -> None:
    answers = replies(session("\n?\nmisschien\n\nzes\ngeen\n40\n"))
    assert [asked.partition(" (")[2] for _, _, asked in answers[:3]] == ["j, n of ?)", *[answers[1][2].partition(" (")[2]] * 2]
    assert "een leeftijd zoals '18 maanden', of geen" in answers[1][2]
    assert answers[2][1][0].startswith("  Dat begrijp ik niet. Op deze vraag past: ongeboren kind, pasgeborene, baby, ")
    assert "een leeftijd zoals '34 jaar', of geen" in answers[3][2]
    assert answers[3][2] == answers[4][2]
    assert answers[5][1] == [NOTED]


def test_a_life_stage_is_understood_whatever_was_asked_and_ages_in_years_or_months(session: Session) -> None:
    for words, person in (
        ("Peuter", "peuter"),
        ("school_child", "schoolkind"),
        ("child 6 jaar", "schoolkind, 6 jaar"),
        ("child 5", "baby, 5 maanden"),
        ("child_age_months 1,5 jaar", "peuter, 18 maanden"),
        ("adult 34 jr", "volwassene, 34 jaar"),
        ("oudere", "oudere"),
    ):
        assert person in session(f"{words}\nstop\n").partition("> stop\n")[2].splitlines()[1], words


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("child geen\nbaby.avoids_eye_contact\n", ["  Dat kan niet bij deze persoon: vermijdt oogcontact.", REFUSED]),
        ("pregnancy_week 60\n", ["  Dat getal kan hier niet: week van de zwangerschap, van 0 tot 45.", REFUSED]),
        ("terug\n", ["  Er is niets om terug te nemen."]),
        ("baby\nterug\nterug\n", ["  Er is niets om terug te nemen."]),
        ("terug baby.avoids_eye_contact\n", ["  Er is niets gezegd van 'baby.avoids_eye_contact'."]),
        ("zoek oogcontact\n", ["  baby.avoids_eye_contact                        vermijdt oogcontact"]),
        ("zoek qqq\n", ["  geen bevinding met 'qqq'"]),
        ("zoek\n", ["  Dat begrijp ik niet. Op deze vraag past: j, n of ?. Typ 'zoek WOORD' voor een bevinding, of 'hulp'."]),
    ],
)
def test_what_cannot_be_is_said_in_plain_dutch(script: str, says: list[str], session: Session) -> None:
    assert replies(session(script))[-2][1] == says


def test_what_contradicts_what_was_said_is_told_by_both_findings(book: Rulebook, session: Session) -> None:
    one = next(f for f in book.findings.values() if f.excludes and not f.stages)
    other = book.findings[one.excludes[0]]
    last = replies(session(f"{one.code}\n{other.code}\n"))[-2][1]
    assert last[1] == REFUSED
    assert last[0].startswith("  Dat kan niet naast iets dat al gezegd is: ")
    assert {one.label.nl, other.label.nl} == set(last[0].partition(": ")[2].rstrip(".").split("; "))


def test_much_that_is_found_is_cut_short_and_help_tells_all_again(session: Session) -> None:
    found = said(session("zoek kind\nhulp\nadvies\nstop\n"))
    assert len(found["zoek kind"]) == 13
    assert found["zoek kind"][-1].startswith("  en nog ")
    assert len(found["hulp"]) == 8
    assert "kind: niet genoemd · volwassene: niet genoemd" in found["advies"][0]


def test_without_answers_it_says_how_it_works_asks_the_first_question_and_ends_with_the_advice(session: Session) -> None:
    printed = session("")
    assert printed.startswith("Een consult, vraag voor vraag.")
    assert printed.count("\n? ") == 1
    assert printed.endswith(f"{to_text(advise(Case()), Language.NL)}\n")
