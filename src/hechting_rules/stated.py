"""A case as it is stated, and what a guidance test expects of it: frozen values that nobody has checked yet."""

from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.source import Span
from hechting_rules.terms import Status

API = Span("case", 0, 0)
"""The place of what was said in Python, not in a file."""


@attrs.frozen
class Stated:
    """One finding as a case states it."""

    code: str
    status: Status
    span: Span = attrs.field(default=API, eq=False)


@attrs.frozen
class Case:
    """What is said of an index child, an index adult (the child's parent where both are there), or both.

    A stage is the code of a life stage, ``"none"`` when the case has no such person, or ``""`` when nothing is said. Quantities
    are ``child_age_months``, ``adult_age_years`` and ``pregnancy_week``. A finding that is not stated is unknown, never absent;
    a finding stated as unknown was asked and could not be known. ``places`` says where ``child``, ``adult`` and each quantity
    stand. Build one with `Case.of`; it is checked when it is used.
    """

    id: str = ""
    note: str = ""
    child_stage: str = ""
    adult_stage: str = ""
    quantities: tuple[tuple[str, float], ...] = ()
    findings: tuple[Stated, ...] = ()
    span: Span = attrs.field(default=API, eq=False)
    places: Mapping[str, Span] = attrs.field(factory=dict, eq=False)

    @classmethod
    def of(
        cls,
        *,
        id: str = "",
        note: str = "",
        child: str = "",
        adult: str = "",
        present: Iterable[str] = (),
        absent: Iterable[str] = (),
        unknown: Iterable[str] = (),
        **quantities: float,
    ) -> "Case":
        """A case from codes: ``Case.of(child="baby", present=["baby.avoids_eye_contact"], child_age_months=5)``."""
        said = ((Status.PRESENT, present), (Status.ABSENT, absent), (Status.UNKNOWN, unknown))
        findings = tuple(
            Stated(code, status) for status, codes in said for code in ([codes] if isinstance(codes, str) else codes)
        )
        return cls(id, note, child, adult, tuple(sorted(quantities.items())), findings)


@attrs.frozen
class Expected:
    """What an exemplar or guidance test expects; every tuple holds codes with their place."""

    established: tuple[tuple[str, Span], ...] = ()
    possible: tuple[tuple[str, Span], ...] = ()
    ruled_out: tuple[tuple[str, Span], ...] = ()
    not_established: tuple[tuple[str, Span], ...] = ()
    withheld: tuple[tuple[str, Span], ...] = ()
    ask: tuple[tuple[str, Span], ...] = ()
    screen_first: tuple[tuple[str, tuple[str, ...], Span], ...] = ()
    exactly: bool = False


@attrs.frozen
class Test:
    """A guidance test: a sentence, a case and what the whole rulebook must make of it."""

    __test__ = False

    name: str
    given: Case
    expected: Expected
    span: Span
    switch_on: tuple[str, ...] = ()
