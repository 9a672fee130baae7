"""From the pieces that many places say to one answer for each finding; where places contradict each other, none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.interop.observed import SOFT, Piece, SetAside, Source, place_of
from hechting_rules.model import Finding
from hechting_rules.relations import Entailment, entailment
from hechting_rules.stated import Stated
from hechting_rules.terms import Status


@attrs.frozen
class Settled:
    """What is stated of each finding, every piece with the reason why it does not count, and what was found contradictory."""

    stated: tuple[Stated, ...]
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def settle(found: Iterable[Piece], findings: Mapping[str, Finding], *, hints: bool) -> Settled:
    """One answer for each finding. A contradiction leaves it unknown, so that it is asked: nobody here can tell who is right."""
    pieces = [_weighed(piece, hints=hints) for piece in found]
    by_finding: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece.aside is None and piece.finding in findings:
            by_finding.setdefault(piece.finding, []).append(number)
    notes: list[str] = []
    kept: dict[str, tuple[int, ...]] = {}
    for finding, numbers in by_finding.items():
        counting = _latest([(n, pieces[n]) for n in numbers])
        for number in set(numbers) - set(counting):
            pieces[number] = attrs.evolve(pieces[number], aside=SetAside.OLD)
        known = {pieces[n].status for n in counting} - {Status.UNKNOWN}
        if len(known) > 1:
            notes.append(_contradiction(finding, [pieces[n].place for n in counting]))
            _drop(pieces, counting)
        else:
            kept[finding] = tuple(n for n in counting if not known or pieces[n].status in known)
    for one, other in _clashes({f: pieces[n[0]].status for f, n in kept.items()}, entailment(findings)):
        if one in kept and other in kept:
            places = [pieces[n].place for n in (*kept[one], *kept[other])]
            notes.append(_contradiction(one if one == other else f"{one} and {other}", places))
            _drop(pieces, (*kept.pop(one), *kept.pop(other)))
    stated = tuple(Stated(f, pieces[n[0]].status, place_of(pieces[n[0]])) for f, n in sorted(kept.items()))
    return Settled(stated, tuple(pieces), tuple(notes))


def _weighed(piece: Piece, *, hints: bool) -> Piece:
    return attrs.evolve(piece, aside=None) if hints and piece.aside in SOFT and piece.status is Status.PRESENT else piece


def _latest(pieces: Sequence[tuple[int, Piece]]) -> tuple[int, ...]:
    """The pieces that count: an answer goes before records that are not newer, the newest of observations before the older."""
    answers = [(n, p) for n, p in pieces if p.source is Source.ANSWER and p.day is not None]
    if answers:
        newest = max(p.day for _, p in answers if p.day is not None)
        kept = [(n, p) for n, p in answers if p.day == newest]
        kept += [(n, p) for n, p in pieces if p.source is not Source.ANSWER and p.day is not None and p.day > newest]
        return tuple(n for n, _ in kept)
    dated = [p.day for _, p in pieces if p.source is Source.OBSERVATION and p.day is not None]
    if dated:
        return tuple(n for n, p in pieces if p.source is not Source.OBSERVATION or p.day is None or p.day == max(dated))
    return tuple(n for n, _ in pieces)


def _clashes(stated: Mapping[str, Status], closed: Entailment) -> Iterator[tuple[str, str]]:
    """Pairs of findings whose answers cannot both be so, by what implies and what excludes what."""
    present = [code for code, status in stated.items() if status is Status.PRESENT]
    absent = {code for code, status in stated.items() if status is Status.ABSENT}
    for code in present:
        yield from ((code, other) for other in closed.below[code] if other in absent)
        yield from ((code, other) for other in closed.against[code] if other in present)


def _contradiction(what: str, places: Iterable[str]) -> str:
    return f"{what}: what is said at {' and '.join(dict.fromkeys(places))} cannot all be so: left unknown, to be asked"


def _drop(pieces: list[Piece], numbers: Iterable[int]) -> None:
    for number in numbers:
        pieces[number] = attrs.evolve(pieces[number], aside=SetAside.CONTRADICTED)
