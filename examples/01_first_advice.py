"""A first advice: a case built in Python, and one from a case file; suggestions with their reasons, and what to ask next.

Run it anywhere: ``python examples/01_first_advice.py``.
"""

from pathlib import Path

from hechting_rules import Advice, Case, advise, load_case
from hechting_rules.advice import Outcome

CASE_FILE = Path(__file__).parent / "cases" / "03-baby-avoids-eye-contact.yaml"


def show(advice: Advice) -> None:
    """Print what an advice says, in Dutch: each suggestion, what it rests on, and the first questions."""
    print(advice.person.nl)
    for suggestion in advice.suggestions:
        perhaps = "" if suggestion.outcome is Outcome.ESTABLISHED else "misschien: "
        print(f"- {perhaps}{suggestion.summary.nl}")
        for facts in suggestion.why[:1]:  # the smallest set of facts that carries it; others may follow
            print("    omdat:", "; ".join(fact.label.nl for fact in facts))
        if suggestion.screen_first:
            print("    eerst nagaan:", "; ".join(flag.name.nl for flag in suggestion.screen_first))
        for reason in suggestion.because:
            print(f"    regel {reason.rule}, in het artikel:", ", ".join(place.statement for place in reason.places))
    for question in advice.ask_next[:3]:
        print(f"? {question.question.nl}")


def main() -> None:
    """Advise on both cases."""
    case = Case.of(
        child="baby",
        child_age_months=5,
        present=["baby.avoids_eye_contact", "parent.unresolved_trauma"],
        absent=["child.premature_birth"],  # what is not mentioned at all is unknown, never "no"
    )
    show(advise(case))
    print()
    show(advise(load_case(CASE_FILE)))


if __name__ == "__main__":
    main()
