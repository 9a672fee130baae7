"""A live consultation from a terminal, in Dutch: tell finding by finding, see what appears and goes, and what to ask next.

Run it anywhere: ``python examples/02_live_consultation.py``, or with answers from a file: ``... < antwoorden.txt``.
"""

import re
import sys
from collections.abc import Iterator

from hechting_rules import CaseError, HechtingError, Rulebook, load_rulebook
from hechting_rules.advice import Question
from hechting_rules.consultation import Consultation, Step, Value
from hechting_rules.explanations import Changed, Move
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language

WELCOME = """\
Een consult, vraag voor vraag. Wat niet gezegd is, blijft onbekend; niets wordt bewaard.

  j, n, ?            ja, nee, of gevraagd en niet te achterhalen; een lege regel slaat de vraag over
  zoek WOORD         bevindingen waarin een woord voorkomt, met hun code
  CODE, CODE n       een bevinding uit uzelf: aanwezig, of met j, n of ?
  terug, terug CODE  het laatste terugnemen, of wat van een bevinding gezegd is
  waarom             waarom deze vraag gesteld wordt
  advies             het advies tot nu toe
  hulp, stop         deze uitleg; ophouden, met het advies
"""
STATUSES = {"j": "present", "ja": "present", "n": "absent", "nee": "absent", "?": "unknown"}
AGES = {"child": "child_age_months", "adult": "adult_age_years"}
NOBODY = ("geen", "n", "nee", "none")
AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(\w*)")
MONTHS_IN = {"child_age_months": {"": 1, "m": 1, "mnd": 1, "maand": 1, "maanden": 1, "j": 12, "jr": 12, "jaar": 12}}
CLASHES = {
    "C305": "Dat getal kan hier niet",
    "C307": "Die leeftijd past niet bij deze persoon",
    "C308": "Leeftijd en levensfase spreken elkaar tegen",
    "C309": "Dat kan niet bij deze persoon",
}
CLASH = "Dat kan niet naast iets dat al gezegd is"
QUOTED = re.compile(r"'([^']+)'")
MOST_FOUND = 12


def amount(name: str, words: str) -> float | None:
    """A number as people write it, with or without its unit, or nothing."""
    found = AMOUNT.fullmatch(words)
    units = MONTHS_IN.get(name, {"": 1, "j": 1, "jr": 1, "jaar": 1, "week": 1, "weken": 1})
    return float(found[1].replace(",", ".")) * units[found[2]] if found and found[2] in units else None


def told_of(name: str, words: str, book: Rulebook) -> tuple[str, Value] | None:
    """What words say of a finding, a person or a quantity, or nothing when they say nothing of it."""
    if name in AGES:
        stages = {word: s.code for s in book.stages.values() if s.of == name for word in (s.code, s.label.nl.casefold())}
        stage = "none" if words in NOBODY else stages.get(words)
        return told_of(AGES[name], words, book) if stage is None else (name, stage)
    if name in book.quantities:
        value = amount(name, words)
        return None if value is None else (name, value)
    code = book.alias.get(name, name)
    return (code, STATUSES[words]) if code in book.findings and words in STATUSES else None


def stage_named(words: str, book: Rulebook) -> tuple[str, Value] | None:
    """The life stage that words name, whatever was asked."""
    return next(((s.of.value, s.code) for s in book.stages.values() if words in {s.code, s.label.nl.casefold()}), None)


def answers_to(asked: Question, book: Rulebook) -> str:
    """Which answers a question takes."""
    if asked.code in AGES:
        stages = ", ".join(s.label.nl for s in book.stages.values() if s.of == asked.code)
        return f"{stages}, een leeftijd zoals '{'18 maanden' if asked.code == 'child' else '34 jaar'}', of geen"
    return "een getal" if asked.code in book.quantities else "j, n of ?"


def show(step: Step) -> None:
    """Print what one step brought and took away, and through which rules."""
    told = [change for change in step.difference.changed if change.told]
    lines = [line for change in told for line in changed_lines(change)]
    print("\n".join(lines) or "  genoteerd; aan het advies verandert nu niets")


def changed_lines(change: Changed) -> Iterator[str]:
    """One result that appears or goes, or that a safety flag now holds back or no longer does."""
    if change.move is not Move.CHANGES:
        yield f"  {'+' if change.move is Move.APPEARS else '-'} {change.title.nl}"
        yield f"      door: {'; '.join(rule.title.nl for rule in change.rules)}"
    elif change.before.withheld_by != change.after.withheld_by:
        flags = "; ".join(flag.name.nl for flag in change.after.withheld_by)
        yield f"  ~ {change.title.nl}"
        yield f"      {f'wacht op: {flags}' if flags else 'wacht nergens meer op'}"


def search(word: str, book: Rulebook) -> None:
    """Print the findings whose words hold a word."""
    found = [f for f in book.findings.values() if word in f"{f.code} {f.label.nl} {f.question.nl}".casefold()]
    for finding in found[:MOST_FOUND]:
        print(f"  {finding.code:46} {finding.label.nl}")
    if len(found) > MOST_FOUND:
        print(f"  en nog {len(found) - MOST_FOUND}; zoek met een langer woord")
    if not found:
        print(f"  geen bevinding met '{word}'")


class Talk:
    """A consultation, and the questions that were passed over in it."""

    def __init__(self, consultation: Consultation, book: Rulebook) -> None:
        self.consultation, self.book, self.passed = consultation, book, set[str]()

    def asked(self) -> Question | None:
        """The first question that was not passed over."""
        return next((question for question in self.consultation.ask_next() if question.code not in self.passed), None)

    def take(self, line: str) -> None:
        """Do what one line says."""
        first, _, rest = line.partition(" ")
        asked = self.asked()
        if line == "hulp":
            print(WELCOME)
        elif line == "advies":
            self.advice()
        elif line == "waarom" and asked is not None:
            print(f"  {asked.reason.nl}")
        elif first == "zoek" and rest:
            search(rest.strip(), self.book)
        elif first == "terug":
            self.withdraw(rest.strip())
        elif line in {"", "?"} and asked is not None and (not line or asked.code not in self.book.findings):
            self.passed.add(asked.code)
        else:
            self.tell(line, asked)

    def tell(self, line: str, asked: Question | None) -> None:
        """Tell what a line says: an answer to the question, or else something that names itself."""
        first, _, rest = line.partition(" ")
        told = told_of(asked.code, line, self.book) if asked is not None else None
        told = told or told_of(first, rest.strip() or "j", self.book) or stage_named(line, self.book)
        if told is not None:
            self.consultation.tell(*told)
        elif line:
            takes = f"Op deze vraag past: {answers_to(asked, self.book)}. " if asked is not None else ""
            print(f"  Dat begrijp ik niet. {takes}Typ 'zoek WOORD' voor een bevinding, of 'hulp'.")

    def withdraw(self, name: str) -> None:
        """Take back the last thing that still stands, or what is told of a finding."""
        standing = {told.name: told.value for told in self.consultation.log}
        last = [told.name for told in self.consultation.log if standing[told.name]]
        code = self.book.alias.get(name, name) or (last[-1] if last else "")
        if standing.get(code):
            self.passed.discard(code)
            print(f"  teruggenomen: {code}")
            self.consultation.withdraw(code)
        else:
            print(f"  Er is niets gezegd van '{code}'." if code else "  Er is niets om terug te nemen.")

    def ask(self) -> None:
        """Print the next question."""
        asked = self.asked()
        answers = "" if asked is None else f" ({answers_to(asked, self.book)})"
        print("Geen vragen meer; 'advies' of 'stop'." if asked is None else f"? {asked.question.nl}{answers}")

    def advice(self) -> None:
        """Print the advice so far."""
        print(f"\n{to_text(self.consultation.advice(), Language.NL)}")


def lines() -> Iterator[str]:
    """The answers, one a line, shown again when they come from a file."""
    while True:
        try:
            line = input("> ")
        except EOFError:
            print()
            return
        if not sys.stdin.isatty():
            print(line)
        answer = " ".join(line.casefold().split())
        if answer in {"stop", "q"}:
            return
        yield answer


def why_not(error: HechtingError, book: Rulebook) -> str:
    """Why something could not be told: for what contradicts itself, in Dutch, with the findings and bounds it is about."""
    if not isinstance(error, CaseError):
        return f"  {error}"
    found = []
    for problem in error.diagnostics:
        labels = [book.findings[name].label.nl for name in QUOTED.findall(problem.message) if name in book.findings]
        bounds = [q for q in book.quantities.values() if problem.code == "C305" and problem.message.startswith(f"{q.name} ")]
        about = [*dict.fromkeys(labels), *(f"{q.label.nl}, van {q.least:g} tot {q.most:g}" for q in bounds)]
        found.append(f"  {CLASHES.get(problem.code, CLASH)}{': ' if about else ''}{'; '.join(about)}.")
    return "\n".join(found)


def main() -> None:
    """Ask, listen and show, until there are no more answers."""
    book = load_rulebook()
    print(WELCOME)
    with Consultation(book) as consultation:
        consultation.on_change(show)
        talk = Talk(consultation, book)
        talk.ask()
        try:
            for line in lines():
                try:
                    talk.take(line)
                except HechtingError as error:
                    print(f"{why_not(error, book)}\n  Er is niets veranderd.")
                talk.ask()
        except KeyboardInterrupt:
            print()
        talk.advice()


if __name__ == "__main__":
    main()
