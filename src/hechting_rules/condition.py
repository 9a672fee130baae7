"""What a rule asks of a case: a tree of conditions, as frozen values, equal where they ask the same wherever they stand."""

from collections.abc import Iterator

import attrs

from hechting_rules.source import Span


@attrs.frozen
class Is:
    """A finding that is present, or a conclusion that is established."""

    code: str
    span: Span = attrs.field(eq=False)


@attrs.frozen
class IsAbsent:
    """A finding that is absent."""

    code: str
    span: Span = attrs.field(eq=False)


@attrs.frozen
class InStage:
    """The person is in one of these stages (all of them stages of the same person)."""

    stages: tuple[str, ...]
    span: Span = attrs.field(eq=False)


@attrs.frozen
class InRange:
    """A quantity lies in a named range."""

    name: str
    span: Span = attrs.field(eq=False)


@attrs.frozen
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]
    span: Span = attrs.field(eq=False)


@attrs.frozen
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]
    span: Span = attrs.field(eq=False)


@attrs.frozen
class AtLeast:
    """At least ``count`` groups of the parts hold; findings of one double-count group are one group."""

    count: int
    parts: tuple["Condition", ...]
    span: Span = attrs.field(eq=False)


Condition = Is | IsAbsent | InStage | InRange | AllOf | AnyOf | AtLeast


def leaves(condition: Condition) -> Iterator[Is | IsAbsent | InStage | InRange]:
    """The single conditions in a condition, in the order of the file."""
    match condition:
        case AllOf() | AnyOf() | AtLeast():
            for part in condition.parts:
                yield from leaves(part)
        case _:
            yield condition
