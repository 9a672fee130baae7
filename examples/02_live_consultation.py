"""A live consultation from a terminal, in Dutch: tell finding by finding, see what appears and goes, and what to ask next.

Run it anywhere: ``python examples/02_live_consultation.py``, or with answers from a file: ``... < antwoorden.txt``. One a line:

    j, n, ?              ja, nee of niet te achterhalen, op de vraag die gesteld is
    baby, geen, 5        een levensfase, geen kind of volwassene, of een leeftijd (kind: maanden, volwassene: jaren)
    CODE, CODE n         een bevinding uit zichzelf: aanwezig, of met j, n of ?
    NAAM 5               een leeftijd of week uit zichzelf
    terug, terug CODE    het laatste, of wat van een bevinding gezegd is, terugnemen
    stop                 of het einde van de invoer: laat het advies tot nu toe zien
"""

import sys
from collections.abc import Iterator

from hechting_rules import HechtingError
from hechting_rules.advice import Outcome, Question
from hechting_rules.consultation import Consultation, Step
from hechting_rules.explanations import Move

ANSWERS = {"j": "present", "ja": "present", "n": "absent", "nee": "absent", "?": "unknown"}
PERSONS = ("child", "adult")
AGES = {"child": "child_age_months", "adult": "adult_age_years"}
SIGNS = {Move.APPEARS: "+", Move.GOES: "-"}


def show(step: Step) -> None:
    """Print what one step brought and took away, and through which rules."""
    changes = [change for change in step.difference.changed if change.told]
    for change in changes:
        if change.move in SIGNS:
            print(f"  {SIGNS[change.move]} {change.title.nl}")
            print("      door:", "; ".join(rule.title.nl for rule in change.rules))
    if not any(change.move in SIGNS for change in changes):
        print("  (geen advies erbij of eraf)")


def lines() -> Iterator[str]:
    """The answers, one a line, shown again when they come from a file."""
    for line in sys.stdin:
        answer = line.strip()
        if not sys.stdin.isatty():
            print(f"> {answer}")
        if answer == "stop":
            return
        if answer:
            yield answer


def next_question(consultation: Consultation, skipped: set[str]) -> Question | None:
    """The first question that was not passed over."""
    return next((question for question in consultation.ask_next() if question.code not in skipped), None)


def number(text: str) -> float | None:
    """A number as people write it, or nothing."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def told_as(name: str, word: str) -> tuple[str, str | float]:
    """What an answer says: a status, a stage or a number, and of what."""
    value = number(word)
    if value is not None:
        return AGES.get(name, name), value
    if name in PERSONS:
        return name, "none" if word in {"geen", "n", "nee"} else word
    return name, ANSWERS.get(word, word)


def take(consultation: Consultation, answer: str, asked: Question | None, skipped: set[str]) -> None:
    """Do what one line says."""
    first, _, rest = answer.partition(" ")
    on_person = asked is not None and asked.code in PERSONS and "." not in first
    if first == "terug" and (rest or consultation.log):
        consultation.withdraw(rest or consultation.log[-1].name)
    elif asked is not None and not rest and (first in ANSWERS or number(first) is not None or on_person):
        if first == "?" and (asked.code in PERSONS or asked.code.endswith(("_months", "_years", "_week"))):
            skipped.add(asked.code)
            print("  (overgeslagen)")
        else:
            consultation.tell(*told_as(asked.code, first))
    else:
        consultation.tell(*told_as(first, rest or "j"))


def summary(consultation: Consultation) -> None:
    """Print the advice so far."""
    advice = consultation.advice()
    print(f"\nAdvies tot nu toe ({len(consultation.log)} keer iets gezegd): {advice.person.nl}")
    for suggestion in advice.suggestions:
        if suggestion.outcome is Outcome.ESTABLISHED:
            print(f"- {suggestion.summary.nl}")
            if suggestion.withheld_by:
                print("    wacht op:", "; ".join(flag.name.nl for flag in suggestion.withheld_by))
    possible = sum(1 for suggestion in advice.suggestions if suggestion.outcome is Outcome.POSSIBLE)
    print(f"  en {possible} die nog kunnen")
    print(advice.disclaimer.nl)


def main() -> None:
    """Ask, listen and show, until there are no more answers."""
    skipped: set[str] = set()
    with Consultation() as consultation:
        consultation.on_change(show)
        asked = next_question(consultation, skipped)
        print(f"? {asked.question.nl if asked else 'niets meer te vragen'}")
        for answer in lines():
            try:
                take(consultation, answer, asked, skipped)
            except HechtingError as error:
                print(f"  ! {error}")
            asked = next_question(consultation, skipped)
            print(f"? {asked.question.nl if asked else 'niets meer te vragen'}")
        summary(consultation)


if __name__ == "__main__":
    main()
