"""Short wordings of what a case holds, in both languages."""

from collections.abc import Iterable

from hechting_rules.advice import StatedFact
from hechting_rules.case import Admitted
from hechting_rules.facts import Fact
from hechting_rules.model import Rulebook
from hechting_rules.terms import NO_PERSON, About, Person, Status, Text

UNITS = {
    "months": (Text("maand", "month"), Text("maanden", "months")),
    "years": (Text("jaar", "year"), Text("jaar", "years")),
    "weeks": (Text("week", "week"), Text("weken", "weeks")),
}
UNDER_A_MONTH = Text("jonger dan 1 maand", "under 1 month")
MONTHS_FROM_YEARS = 24
WHOSE = {
    About.CHILD: Text("kind", "child"),
    About.PARENT: Text("ouder", "parent"),
    About.PREGNANCY: Text("zwangere", "pregnant woman"),
    About.ADULT: Text("volwassene", "adult"),
    About.ENVIRONMENT: Text("omgeving", "surroundings"),
}
NOBODY = {Person.CHILD: Text("geen kind", "no child"), Person.ADULT: Text("geen volwassene", "no adult")}
UNKNOWN_STAGE = {
    Person.CHILD: Text("kind: niet genoemd", "child: not mentioned"),
    Person.ADULT: Text("volwassene: niet genoemd", "adult: not mentioned"),
}


def joined(texts: Iterable[Text], by: str = ", ") -> Text:
    """Several texts as one, in both languages."""
    known = list(texts)
    return Text(by.join(t.nl for t in known), by.join(t.en for t in known))


def stage_list(stages: Iterable[str], book: Rulebook) -> Text:
    """Stages as a list of words."""
    found = joined((book.stages[s].label for s in stages), " / ")
    return Text(f"levensfase: {found.nl}", f"life stage: {found.en}")


def amount(value: float, unit: str) -> Text:
    """A number with its unit; an age from two years on in years and months."""
    if unit == "months" and value < 1:
        return UNDER_A_MONTH
    if unit == "months" and value >= MONTHS_FROM_YEARS:
        years, months = divmod(value, 12)
        whole = amount(years, "years")
        return joined((whole, amount(months, "months")), " ") if months >= 1 else whole
    one, more = UNITS[unit]
    noun = one if value == 1 else more
    return Text(f"{value:g}".replace(".", ",") + f" {noun.nl}", f"{value:g} {noun.en}")


def finding_label(code: str, book: Rulebook, *, absent: bool = False) -> Text:
    """A finding with whom it is about: ``child: born too early``, ``child, not: born too early``."""
    finding = book.findings[code]
    whose, label = WHOSE[finding.about], finding.label
    if absent:
        return Text(f"{whose.nl}, niet: {label.nl}", f"{whose.en}, not: {label.en}")
    return Text(f"{whose.nl}: {label.nl}", f"{whose.en}: {label.en}")


def fact_label(fact: Fact, book: Rulebook) -> Text:
    """What one fact of a case says."""
    if fact.name in book.findings:
        return finding_label(fact.name, book, absent=fact.value == Status.ABSENT)
    if fact.name in tuple(Person):
        person = Person(fact.name)
        return NOBODY[person] if fact.value == NO_PERSON else book.stages[fact.value].label
    quantity = book.quantities[fact.name]
    number = amount(float(fact.value), quantity.unit)
    return Text(f"{quantity.label.nl}: {number.nl}", f"{quantity.label.en}: {number.en}")


def stated_fact(fact: Fact, book: Rulebook) -> StatedFact:
    """A fact of a case as explanations tell it."""
    return StatedFact(fact.name, fact.value, fact_label(fact, book))


def person_label(admitted: Admitted, book: Rulebook) -> Text:
    """Whom the case is about, in one line."""
    quantities = dict(admitted.case.quantities)
    parts = []
    for person, stage, age in (
        (Person.CHILD, admitted.child_stage, quantities.get("child_age_months")),
        (Person.ADULT, admitted.adult_stage, quantities.get("adult_age_years")),
    ):
        if not stage:
            parts.append(UNKNOWN_STAGE[person])
        elif stage == NO_PERSON:
            parts.append(NOBODY[person])
        else:
            label = book.stages[stage].label
            unit = "months" if person is Person.CHILD else "years"
            parts.append(label if age is None else joined((label, amount(age, unit))))
    week = quantities.get("pregnancy_week")
    if week is not None:
        parts.append(Text(f"zwanger, week {week:g}", f"pregnant, week {week:g}"))
    return joined(parts, " · ")
