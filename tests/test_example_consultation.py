"""The example that drives a consultation from a terminal: what it prints for a scripted session, line by line."""

import subprocess
import sys
from pathlib import Path

from hechting_rules import Rulebook

PROGRAM = Path(__file__).parents[1] / "examples" / "02_live_consultation.py"
SCRIPT = """\
child baby
adult geen

baby.avoids_eye_contact
parent.unresolved_trauma j
child_age_months 30
terug parent.unresolved_trauma
baby.avoids_eye_contact n
onzin
stop
never read
"""


def session(script: str, folder: Path) -> str:
    line = [sys.executable, "-W", "error", "-X", "utf8", str(PROGRAM)]
    done = subprocess.run(line, cwd=folder, input=script, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def replies(printed: str) -> dict[str, list[str]]:
    """What was printed after each answer, up to the next question."""
    found: dict[str, list[str]] = {}
    for part in printed.split("\n> ")[1:]:
        answer, *rest = part.split("\n")
        found[answer] = [line for line in rest if line and not line.startswith("? ")]
    return found


def test_a_session_prints_what_appears_and_goes_with_the_rules(book: Rulebook, tmp_path: Path) -> None:
    printed = session(SCRIPT, tmp_path)
    said = replies(printed)
    signals = book.suggestions["discuss.child_signals"].summary.nl
    risk = book.conclusions["risk.parent"].title.nl
    rules = {rule.title.nl for rule in book.rules.values() if rule.result == "risk.parent"}
    assert f"  + {signals}" in said["baby.avoids_eye_contact"]
    trauma = said["parent.unresolved_trauma j"]
    assert trauma[trauma.index(f"  + {risk}") + 1].removeprefix("      door: ") in rules
    assert f"  - {risk}" in said["terug parent.unresolved_trauma"]
    assert f"  - {signals}" in said["baby.avoids_eye_contact n"]
    assert len(said["child_age_months 30"]) == 1
    assert "C308 the child is stated as 'baby', but child_age_months is 30: 'toddler'" in said["child_age_months 30"][0]
    assert said["onzin"] == ["  ! 'onzin' is no finding, no person and no quantity; see: hechting vocabulary --search WORD"]
    assert "never read" not in printed
    assert "Advies tot nu toe (6 keer iets gezegd): baby · geen volwassene" in printed
    assert printed.endswith(f"{book.head.disclaimer.nl}\n")


def test_a_question_is_answered_with_j_n_or_unknown_and_then_another_is_asked(book: Rulebook, tmp_path: Path) -> None:
    printed = session("j\n?\nn\n35\n", tmp_path)
    asked = [line.removeprefix("? ") for line in printed.split("\n") if line.startswith("? ")]
    assert len(asked) == len(set(asked)) == 5
    assert asked[0] == book.findings["safety.abuse_or_violence"].question.nl
    violence = next(s for s in book.suggestions.values() if s.flag == "RF-01")
    assert f"  + {violence.summary.nl}" in replies(printed)["j"]
    assert "Advies tot nu toe (4 keer iets gezegd): geen kind · volwassene, 35 jaar" in printed


def test_without_answers_it_asks_the_first_question_and_ends(tmp_path: Path) -> None:
    printed = session("", tmp_path)
    assert printed.startswith("? ")
    assert "Advies tot nu toe (0 keer iets gezegd)" in printed
    assert session("terug\nstop\n", tmp_path).count("  ! ") == 1
    assert session(SCRIPT, tmp_path) == session(SCRIPT, tmp_path)
