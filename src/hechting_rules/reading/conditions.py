"""Conditions of rules: from the tree of a file to frozen values, with the shape checked."""

from collections.abc import Callable

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.reading.fields import kind_of, number, string
from hechting_rules.reading.yamlnode import Mapping, Node, Scalar, Sequence
from hechting_rules.source import Problems, Span, did_you_mean, one_of, shorten

MAX_NESTING = 2
"""How deep ``all``, ``any`` and ``at_least`` may stand in each other."""

FORMS = ("all", "any", "at_least", "absent", "stage", "range", "unless")


@attrs.define
class _Reader:
    problems: Problems
    unless: list[str] = attrs.field(factory=list)

    def condition(self, node: Node, depth: int, outermost: bool) -> Condition | None:
        """One condition, or nothing when it is an ``unless`` (kept apart) or is wrong (noted)."""
        if isinstance(node, Scalar):
            code = string(node, "when", self.problems)
            return Is(code, node.span) if code else None
        if not isinstance(node, Mapping) or not node.entries:
            self.problems.add("R401", node.span, f"a condition is {kind_of(node)}; allowed: a code, or one of {one_of(FORMS)}")
            return None
        key, value = node.entries[0]
        extra = [k for k, _ in node.entries[1:] if not (key.text == "at_least" and k.text == "of")]
        if key.text not in FORMS:
            self._unknown(key)
            return None
        if extra:
            message = f"a condition has two forms, '{key.text}' and '{shorten(extra[0].text)}'"
            self.problems.add("R401", extra[0].span, message, "put them in one list under all or any")
            return None
        return self._form(key, value, node, depth, outermost)

    def _form(self, key: Scalar, value: Node, node: Mapping, depth: int, outermost: bool) -> Condition | None:
        match key.text:
            case "absent":
                code = string(value, "absent", self.problems)
                return IsAbsent(code, node.span) if code else None
            case "stage":
                return self._stage(value, node.span)
            case "range":
                name = string(value, "range", self.problems)
                return InRange(name, node.span) if name else None
            case "unless":
                self._unless(value, outermost or depth == 0)
                return None
            case "at_least":
                return self._at_least(value, node, depth)
            case _:
                join: Callable[[tuple[Condition, ...], Span], Condition] = AllOf if key.text == "all" else AnyOf
                parts = self._parts(value, key.text, depth)
                return join(parts, node.span) if parts else None

    def _parts(self, node: Node, key: str, depth: int) -> tuple[Condition, ...]:
        if depth >= MAX_NESTING:
            self.problems.add(
                "R402",
                node.span,
                f"'{key}' nests deeper than {MAX_NESTING} levels",
                "make the inner part a conclusion of its own",
            )
            return ()
        if not isinstance(node, Sequence) or not node.items:
            self.problems.add("R403", node.span, f"'{key}' is {kind_of(node)}; allowed: a list of at least one condition")
            return ()
        found = [self.condition(item, depth + 1, depth == 0 and key == "all") for item in node.items]
        return self._distinct(tuple(c for c in found if c is not None))

    def _distinct(self, parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
        for place, part in enumerate(parts):
            if part in parts[:place]:
                self.problems.add("R404", part.span, "this condition stands here twice")
        return parts

    def _stage(self, node: Node, span: Span) -> Condition | None:
        if not isinstance(node, Sequence) or not node.items:
            self.problems.add("R403", node.span, f"'stage' is {kind_of(node)}; allowed: a list of stages")
            return None
        return InStage(tuple(string(item, "stage", self.problems) for item in node.items), span)

    def _at_least(self, count: Node, node: Mapping, depth: int) -> Condition | None:
        of = next((value for key, value in node.entries if key.text == "of"), None)
        if of is None:
            self.problems.add("R405", node.span, "'at_least' lacks 'of'", "write {at_least: 2, of: [...]}")
            return None
        parts = self._parts(of, "of", depth)
        value = number(count, "at_least", self.problems)
        if value is not None and (value < 1 or value != int(value)):
            self.problems.add("R406", count.span, f"'at_least' is {shorten(str(value))}; allowed: a whole number from 1")
            return None
        return AtLeast(int(value), parts, node.span) if parts and value is not None else None

    def _unless(self, node: Node, outermost: bool) -> None:
        if not outermost:
            self.problems.add(
                "R407", node.span, "'unless' stands inside another condition", "put it directly in the outermost 'all'"
            )
        code = string(node, "unless", self.problems)
        if code:
            self.unless.append(code)

    def _unknown(self, key: Scalar) -> None:
        hint = did_you_mean(key.text, FORMS)
        self.problems.add("R401", key.span, f"a condition has no form '{shorten(key.text)}'; allowed: {one_of(FORMS)}", hint)


def read_condition(node: Node, problems: Problems) -> tuple[Condition | None, tuple[str, ...]]:
    """The condition of a rule and the conclusions after its ``unless``."""
    if isinstance(node, Sequence):
        problems.add("R401", node.span, "a condition is a list; allowed: a code or a mapping", "write all: [...] or any: [...]")
        return None, ()
    reader = _Reader(problems)
    found = reader.condition(node, 0, outermost=False)
    if found is None and reader.unless:
        problems.add("R408", node.span, "a rule needs a condition beside 'unless'")
    return found, tuple(reader.unless)
