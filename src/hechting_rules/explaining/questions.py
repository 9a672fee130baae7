"""What to ask next: what is not known and can still change a result."""

from collections.abc import Iterator, Sequence

import attrs

from hechting_rules.advice import Question
from hechting_rules.answered import Answered
from hechting_rules.engine.circuit import Plane
from hechting_rules.explaining.questions_alone import Singles
from hechting_rules.explaining.questions_together import witnesses
from hechting_rules.explaining.safety import screening
from hechting_rules.explaining.wording import stated_fact
from hechting_rules.facts import AGE_OF, Fact, stage_at
from hechting_rules.model import Quantity
from hechting_rules.terms import Person, Status, Text, Time

STAGE_QUESTION = {
    Person.CHILD: Text("Gaat het om een kind, en hoe oud is het?", "Is this about a child, and how old?"),
    Person.ADULT: Text("Gaat het om een volwassene, en hoe oud?", "Is this about an adult, and how old?"),
}
SAFETY_RANK, STAGE_RANK, PRESENT_RANK, PAST_RANK, JOINT_RANK = 0, 1, 2, 3, 4


@attrs.frozen
class _Candidate:
    """One question and the facts that its answers would add.

    ``rank`` puts stages first and the past last; ``wide`` says how many narrower findings a "no" would answer as well.
    """

    code: str
    question: Text
    answers: tuple[Fact, ...]
    rank: int
    wide: int = 0


@attrs.frozen
class _Effect:
    """What the answers to one question would do: results they change, and which of these they could establish or take away."""

    changed: tuple[str, ...]
    gains: bool
    losses: bool


def questions_for(answered: Answered, told: Sequence[str]) -> tuple[Question, ...]:
    """The questions whose answer can change the outcome or the robust flag of a result, alone or after other answers.

    Safety screens first, then the stage; then those that bear on most of the suggestions and conclusions ``told`` (general advice
    on an occasion left out); then those on most results at all; last those that need other answers first. What was asked already
    and cannot be known is not asked again.
    """
    candidates = list(_candidates(answered, screening(told, answered)))
    single = Singles.of({candidate.code: candidate.answers for candidate in candidates}, answered)
    effects = dict(zip(candidates, _effects(candidates, single, answered), strict=True))
    joint = witnesses(single, [c.code for c, effect in effects.items() if not effect.changed], answered)
    suggestions = answered.book.suggestions
    shown = {code for code in told if code not in suggestions or not suggestions[code].on_occasion}
    found: list[tuple[tuple[int | str, ...], Question]] = []
    for candidate, effect in effects.items():
        witness = joint.get(candidate.code)
        if effect.changed or witness is not None:
            changed = effect.changed if witness is None else witness.changed
            codes = tuple(sorted(changed, key=lambda code: (code not in shown, code not in suggestions)))
            order = _order(candidate, codes, shown, answered, joint=witness is not None)
            reason = _reason(codes[0], None if witness else effect, answered)
            given = () if witness is None else tuple(stated_fact(fact, answered.book) for fact in witness.given)
            found.append((order, Question(candidate.code, candidate.question, reason, codes, "", given)))
    return tuple(_after_wider([question for _, question in sorted(found, key=lambda pair: pair[0])], answered))


def _order(
    candidate: _Candidate, codes: Sequence[str], shown: set[str], answered: Answered, *, joint: bool
) -> tuple[int | str, ...]:
    """Where a question stands among the others."""
    suggestions = answered.book.suggestions
    first = JOINT_RANK if joint else min(candidate.rank, PRESENT_RANK)
    decided = sum(1 for code in codes if code in shown and code in suggestions)
    reached = sum(1 for code in codes if code in shown)
    told_on_its_own = sum(1 for code in codes if _speaks(code, answered))
    return first, -decided, -reached, candidate.rank, -told_on_its_own, -candidate.wide, candidate.code


def _after_wider(questions: Sequence[Question], answered: Answered) -> Iterator[Question]:
    """Say of each question which earlier one may answer it: the finding it implies, or one it excludes."""
    closed, earlier = answered.program.closed, list[str]()
    for question in questions:
        near = (*closed.below.get(question.code, ()), *closed.against.get(question.code, ()))
        first = next((code for code in earlier if code in near), "")
        earlier.append(question.code)
        yield attrs.evolve(question, after=first) if first else question


def _speaks(code: str, answered: Answered) -> bool:
    """Whether a result is told on its own: no step of the reasoning, and no general advice."""
    book = answered.book
    return book.conclusions[code].shown if code in book.conclusions else not book.suggestions[code].on_occasion


def _candidates(answered: Answered, screens: frozenset[str]) -> Iterator[_Candidate]:
    """Everything that is not known and was not asked, with its possible answers; ``screens`` come first."""
    book, admitted = answered.book, answered.admitted
    known = {fact.name for fact in admitted.facts}
    for person in Person:
        if not {person.value, AGE_OF[person]} & known:
            answers = tuple(Fact(person.value, s.code) for s in book.stages.values() if s.of is person)
            yield _Candidate(person.value, STAGE_QUESTION[person], (*answers, Fact(person.value, "none")), STAGE_RANK)
    yield from _quantity_candidates(answered)
    stated = admitted.stated()
    closed = answered.program.closed
    for finding in book.findings.values():
        if finding.code not in stated and answered.is_open(finding.code):
            answers = (Fact(finding.code, Status.PRESENT.value), Fact(finding.code, Status.ABSENT.value))
            rank = SAFETY_RANK if finding.code in screens else PRESENT_RANK if finding.time is Time.CURRENT else PAST_RANK
            yield _Candidate(finding.code, finding.question, answers, rank, len(closed.above[finding.code]))


def _quantity_candidates(answered: Answered) -> Iterator[_Candidate]:
    """An age or week that is not given, where a range of it is still open; the answers are values around that range."""
    book, program, values = answered.book, answered.program, answered.values
    given = {fact.name for fact in answered.admitted.facts}
    for quantity in book.quantities.values():
        planes = [
            (r, program.ranges[r.name]) for r in book.ranges.values() if r.quantity == quantity.name and r.name in program.ranges
        ]
        undecided = [r for r, plane in planes if not values[plane.established] and not values[plane.out]]
        framed = all(values[program.present[code].established] for code in quantity.implies)
        if quantity.name not in given and undecided and framed:
            ends = [program.parameters[e] if isinstance(e, str) else e for r in undecided for e in (r.start, r.end)]
            around = sorted({value for end in ends for value in (end - 1, end, end + 1)})
            answers = tuple(Fact(quantity.name, repr(float(v))) for v in around if _fits(v, quantity, answered))
            yield _Candidate(quantity.name, _asked(quantity), answers, PRESENT_RANK)


def _fits(value: float, quantity: Quantity, answered: Answered) -> bool:
    """Whether a value can be meant, and agrees with the stage of its person where that is known."""
    if not quantity.least <= value <= quantity.most:
        return False
    admitted = answered.admitted
    stage = {Person.CHILD.value: admitted.child_stage, Person.ADULT.value: admitted.adult_stage}.get(quantity.of, "")
    stages = [s for s in answered.book.stages.values() if s.of == quantity.of]
    return not stage or stage_at(value, stages, answered.program.parameters) == stage


def _asked(quantity: Quantity) -> Text:
    return Text(f"Wat is de {quantity.label.nl}?", f"What is the {quantity.label.en}?")


def _effects(candidates: Sequence[_Candidate], single: Singles, answered: Answered) -> list[_Effect]:
    """The effect of each question: what each of its answers alone changes."""
    values, ones, usable = single.values, single.alone, single.alone & single.usable
    number = {candidate.code: place for place, candidate in enumerate(candidates)}
    owner = [number[fact.name] for fact in single.facts]
    masks = [single.of_question[candidate.code] & usable for candidate in candidates]
    hits: list[list[tuple[str, int, int]]] = [[] for _ in candidates]
    for code, plane in answered.program.results.items():
        changed, gained, lost = _changes(plane, answered, values, ones)
        left = changed & usable
        while left:
            place = owner[(left & -left).bit_length() - 1]
            hits[place].append((code, gained & masks[place], lost & masks[place]))
            left &= ~masks[place]
    return [
        _Effect(tuple(code for code, _, _ in hit), any(gained for _, gained, _ in hit), any(lost for _, _, lost in hit))
        for hit in hits
    ]


def _changes(plane: Plane, answered: Answered, values: Sequence[int], ones: int) -> tuple[int, int, int]:
    """Bits of the variants in which a plane differs from now, gains its result, or loses it for good."""
    changed = 0
    for register in (plane.established, plane.robust, plane.out):
        changed |= values[register] ^ (ones if answered.values[register] else 0)
    gained = 0 if answered.values[plane.established] else values[plane.established]
    lost = 0 if answered.values[plane.out] else values[plane.out]
    return changed, gained, lost


def _reason(code: str, effect: _Effect | None, answered: Answered) -> Text:
    name = answered.book.title(code)
    if effect is None:
        return Text(
            f"kan samen met andere antwoorden verschil maken voor: {name.nl}", f"with other answers could change: {name.en}"
        )
    if effect.gains and effect.losses:
        return Text(f"beslist mee over: {name.nl}", f"helps decide: {name.en}")
    if effect.gains:
        return Text(f"kan aan het licht brengen: {name.nl}", f"could bring up: {name.en}")
    return Text(f"kan verschil maken voor: {name.nl}", f"could make a difference to: {name.en}")
