"""Reading what a case says, and what a test expects of it: shared by case files, exemplars and guidance tests."""

from hechting_rules.reading.fields import Fields, as_fields, kind_of, number, string
from hechting_rules.reading.yamlnode import Mapping, Node, Scalar
from hechting_rules.source import Problems, Span
from hechting_rules.stated import Case, Expected, Stated, Test
from hechting_rules.terms import Status

MONTHS_IN_A_YEAR = 12


def read_given(f: Fields) -> Case:
    """The case in a mapping with child, adult, pregnancy_week, present, absent and unknown."""
    quantities: _Quantities = {}
    places: dict[str, Span] = {}
    child = _person(f, "child", quantities, places)
    adult = _person(f, "adult", quantities, places)
    week = f.get("pregnancy_week")
    if week is not None:
        _quantity(week, "pregnancy_week", "pregnancy_week", 1, quantities, f.problems)
    places |= {name: span for name, (_, span) in quantities.items()}
    findings = tuple(Stated(code, status, span) for status in Status for code, span in f.placed(status.value) if code)
    return Case(
        child_stage=child,
        adult_stage=adult,
        quantities=tuple(sorted((name, value) for name, (value, _) in quantities.items())),
        findings=findings,
        span=f.span,
        places=places,
    )


_Quantities = dict[str, tuple[float, Span]]
"""Quantities by name, each with where it stands."""


def _person(f: Fields, key: str, quantities: _Quantities, places: dict[str, Span]) -> str:
    node = f.get(key)
    if node is None:
        return ""
    places[key] = node.span
    if isinstance(node, Scalar):
        return string(node, key, f.problems)
    if not isinstance(node, Mapping):
        f.problems.add("F209", node.span, f"'{key}' is {kind_of(node)}; allowed: a stage, none, or a mapping with stage and age")
        return ""
    inner = Fields(node, f.problems, f"'{key}'")
    stage = inner.string("stage", "")
    stated = inner.get("stage")
    if stated is not None:
        places[key] = stated.span
    if key == "child":
        _age(inner, "age_months", "child_age_months", 1, quantities)
        _age(inner, "age_years", "child_age_months", MONTHS_IN_A_YEAR, quantities)
    else:
        _age(inner, "age_years", "adult_age_years", 1, quantities)
    inner.done()
    return stage


def _age(f: Fields, key: str, name: str, factor: int, quantities: _Quantities) -> None:
    node = f.get(key)
    if node is not None and name in quantities:
        f.problems.add("F210", node.span, f"{f.what} has its age twice")
    elif node is not None:
        _quantity(node, key, name, factor, quantities, f.problems)


def _quantity(node: Node, key: str, name: str, factor: int, quantities: _Quantities, problems: Problems) -> None:
    value = number(node, key, problems)
    if value is not None:
        quantities[name] = (value * factor, node.span)


def read_expected(f: Fields) -> Expected:
    """What a test expects of the results of its case."""
    return Expected(
        established=f.placed("established"),
        possible=f.placed("possible"),
        ruled_out=f.placed("ruled_out"),
        not_established=f.placed("not"),
        withheld=f.placed("withheld"),
        ask=f.placed("ask"),
        screen_first=_screens(f),
        exactly=f.truth("exactly", False),
    )


def _screens(f: Fields) -> tuple[tuple[str, tuple[str, ...], Span], ...]:
    node = f.get("screen_first")
    inner = None if node is None else as_fields(node, "'screen_first'", f.problems)
    if inner is None:
        return ()
    return tuple((key.text, inner.strings(key.text), key.span) for key, _ in inner.node.entries)


def read_exemplar(f: Fields, name: str, *, whole: bool = True) -> Test:
    """An exemplar of a rule: a test without a name of its own. What is not ``whole`` may leave out its case."""
    given = f.require("given") if whole else f.get("given")
    inner = None if given is None else as_fields(given, "'given'", f.problems)
    case = Case(span=f.span) if inner is None else read_given(inner)
    if inner is not None:
        inner.done()
    return Test(name, case, read_expected(f), f.span, f.strings("switch_on"))


def read_tests(f: Fields) -> tuple[Test, ...]:
    """A guidance test, or one for each of its variants (each adds to the case they share)."""
    name = f.string("name")
    if not f.has("variants"):
        return (read_exemplar(f, name),)
    shared = read_exemplar(f, name, whole=False)
    variants = f.each("variants", "a variant", lambda v: read_exemplar(v, f"{name} · {v.string('name')}", whole=False))
    return tuple(_joined(shared, variant) for variant in variants)


def _joined(shared: Test, own: Test) -> Test:
    base, more = shared.given, own.given
    replaced = {s.code for s in more.findings}
    case = Case(
        child_stage=more.child_stage or base.child_stage,
        adult_stage=more.adult_stage or base.adult_stage,
        quantities=tuple(sorted({**dict(base.quantities), **dict(more.quantities)}.items())),
        findings=(*(s for s in base.findings if s.code not in replaced), *more.findings),
        span=own.span,
        places={**base.places, **more.places},
    )
    expected = Expected(
        established=(*shared.expected.established, *own.expected.established),
        possible=(*shared.expected.possible, *own.expected.possible),
        ruled_out=(*shared.expected.ruled_out, *own.expected.ruled_out),
        not_established=(*shared.expected.not_established, *own.expected.not_established),
        withheld=(*shared.expected.withheld, *own.expected.withheld),
        ask=(*shared.expected.ask, *own.expected.ask),
        screen_first=(*shared.expected.screen_first, *own.expected.screen_first),
        exactly=shared.expected.exactly or own.expected.exactly,
    )
    return Test(own.name, case, expected, own.span, (*shared.switch_on, *own.switch_on))
