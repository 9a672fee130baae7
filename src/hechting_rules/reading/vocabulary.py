"""Files of the vocabulary: parameters, stages, quantities, ranges, findings, conclusions; and what findings may say."""

from collections.abc import Mapping

import attrs

from hechting_rules.model import Conclusion, Finding, Flag, Parameter, Quantity, Range, Stage, Words
from hechting_rules.reading.fields import Fields, as_fields, number, string
from hechting_rules.reading.yamlnode import Scalar
from hechting_rules.relations import Entailment, entailment
from hechting_rules.source import Problems, did_you_mean, one_of
from hechting_rules.terms import PERSON_OF, About, Change, Direction, Language, Level, NumberOrigin, Person, Time, WordUse


@attrs.define
class VocabularyFile:
    """What one file of the vocabulary holds."""

    parameters: tuple[Parameter, ...]
    stages: tuple[Stage, ...]
    quantities: tuple[Quantity, ...]
    ranges: tuple[Range, ...]
    findings: tuple[Finding, ...]
    conclusions: tuple[Conclusion, ...]
    flags: tuple[Flag, ...]
    words: tuple[Words, ...]


def read_vocabulary(fields: Fields) -> VocabularyFile:
    """One file of the vocabulary."""
    return VocabularyFile(
        parameters=fields.each("parameters", "a parameter", _parameter),
        stages=fields.each("stages", "a stage", _stage),
        quantities=fields.each("quantities", "a quantity", _quantity),
        ranges=fields.each("ranges", "a range", _range),
        findings=fields.each("findings", "a finding", _finding),
        conclusions=fields.each("conclusions", "a conclusion", _conclusion),
        flags=fields.each("flags", "a flag", _flag),
        words=fields.each("words", "a list of words", _words),
    )


def _parameter(f: Fields) -> Parameter:
    return Parameter(
        name=f.string("name"),
        value=f.number("value"),
        unit=f.string("unit"),
        origin=f.choice("origin", NumberOrigin),
        reason=f.string("reason"),
        span=f.span,
    )


def _stage(f: Fields) -> Stage:
    return Stage(
        code=f.string("code"),
        of=f.choice("of", Person),
        label=f.text("label"),
        start=f.string("from", ""),
        below=f.string("below", ""),
        implies=f.strings("implies"),
        span=f.span,
    )


def _quantity(f: Fields) -> Quantity:
    return Quantity(
        name=f.string("name"),
        of=f.string("of"),
        unit=f.string("unit"),
        least=f.number("min"),
        most=f.number("max"),
        label=f.text("label"),
        implies=f.strings("implies"),
        span=f.span,
    )


def _range(f: Fields) -> Range:
    return Range(
        name=f.string("name"),
        quantity=f.string("quantity"),
        start=_end(f, "from"),
        end=_end(f, "to"),
        label=f.text("label"),
        span=f.span,
    )


def _end(f: Fields, key: str) -> float | str:
    node = f.require(key)
    if node is None:
        return 0.0
    if isinstance(node, Scalar) and node.text[:1].isalpha():
        return string(node, key, f.problems)
    return number(node, key, f.problems) or 0.0


def _finding(f: Fields) -> Finding:
    return Finding(
        code=f.string("code"),
        label=f.text("label"),
        question=f.text("question"),
        about=f.choice("about", About),
        time=f.choice("time", Time),
        direction=f.choice("direction", Direction),
        changeable=f.choice("changeable", Change),
        stages=f.strings("stages"),
        not_at=f.strings("not_at"),
        group=f.string("group", ""),
        synonyms=_synonyms(f),
        implies=f.strings("implies"),
        excludes=f.strings("excludes"),
        alias=f.strings("alias"),
        deprecated_since=f.string("deprecated_since", ""),
        note=f.string("note", ""),
        span=f.span,
    )


def _synonyms(f: Fields) -> Mapping[Language, tuple[str, ...]]:
    node = f.get("synonyms")
    inner = None if node is None else as_fields(node, "'synonyms'", f.problems)
    if inner is None:
        return {}
    found = {language: inner.strings(language.value) for language in Language}
    inner.done()
    return found


def _flag(f: Fields) -> Flag:
    return Flag(
        f.string("id"), f.choice("level", Level), f.text("name"), f.span, f.strings("stages"), f.truth("stands_above", False)
    )


def _words(f: Fields) -> Words:
    return Words(f.string("name"), f.choice("use", WordUse), f.strings("nl"), f.strings("en"), f.span)


def _conclusion(f: Fields) -> Conclusion:
    return Conclusion(
        code=f.string("code"),
        title=f.text("title"),
        about=f.choice("about", About),
        direction=f.choice("direction", Direction),
        shown=f.truth("shown", True),
        context=f.text("context") if f.has("context") else None,
        note=f.string("note", ""),
        span=f.span,
    )


def check_findings(findings: Mapping[str, Finding], stages: Mapping[str, Stage], problems: Problems) -> None:
    """Cross-checks inside the vocabulary: known codes and stages, and implications that hold at every stage."""
    for finding in findings.values():
        _check_stages(finding, stages, problems)
        for key, others in (("implies", finding.implies), ("excludes", finding.excludes)):
            for other in others:
                if other not in findings:
                    problems.add(
                        "V302",
                        finding.span,
                        f"'{finding.code}' {key} '{other}', which is no finding",
                        did_you_mean(other, findings),
                    )
        for other in finding.implies:
            if other in findings:
                _check_cover(finding, findings[other], problems)
    closed = entailment(findings)
    for finding in findings.values():
        if finding.code in closed.against[finding.code]:
            problems.add("V304", finding.span, f"'{finding.code}' can never be present: what it implies excludes itself")
        elif _never_counts(finding, stages, closed):
            message = f"'{finding.code}' can never be present: every stage at which it counts implies what excludes it"
            problems.add("V304", finding.span, message, f"excluded by: {one_of(closed.against[finding.code])}")


def _never_counts(finding: Finding, stages: Mapping[str, Stage], closed: Entailment) -> bool:
    """Whether each stage of its person at which a finding can be present implies a finding that excludes it."""
    bound = finding.about in {About.CHILD, About.ADULT} or finding.stages
    own = [s for s in stages.values() if s.of is PERSON_OF.get(finding.about) and s.code not in finding.not_at]
    there = [s for s in own if not finding.stages or s.code in finding.stages]
    against = set(closed.against[finding.code])
    return bool(bound and there) and all(
        against & {c for code in s.implies if code in closed.below for c in (code, *closed.below[code])} for s in there
    )


def _check_stages(finding: Finding, stages: Mapping[str, Stage], problems: Problems) -> None:
    person = PERSON_OF.get(finding.about)
    allowed = [s.code for s in stages.values() if s.of is person]
    if finding.stages and finding.not_at:
        problems.add("V308", finding.span, f"'{finding.code}' has both 'stages' and 'not_at'", "keep one of them")
    for stage in (*finding.stages, *finding.not_at):
        if stage not in allowed:
            message = f"'{finding.code}' names the stage '{stage}'; allowed about {finding.about}: {one_of(allowed) or 'none'}"
            problems.add("V301", finding.span, message, did_you_mean(stage, allowed))


def _where(finding: Finding) -> str:
    if finding.stages:
        return one_of(finding.stages)
    return f"every stage but {one_of(finding.not_at)}" if finding.not_at else "every stage"


def _apart(finding: Finding, other: Finding) -> bool:
    """Whether a finding keeps away from the stages at which another cannot be."""
    if finding.stages:
        return not set(finding.stages) & set(other.not_at)
    return set(other.not_at) <= set(finding.not_at)


def _check_cover(finding: Finding, other: Finding, problems: Problems) -> None:
    same = PERSON_OF.get(finding.about) is PERSON_OF.get(other.about)
    covered = not other.stages or (same and finding.stages and set(finding.stages) <= set(other.stages))
    covered = covered and (not other.not_at or (same and _apart(finding, other)))
    covered = covered and (other.about not in {About.CHILD, About.ADULT} or finding.about is other.about)
    if not covered:
        message = f"'{finding.code}' implies '{other.code}', which does not count in every case where it does"
        problems.add("V303", finding.span, message, f"'{other.code}' is about {other.about} and counts at: {_where(other)}")
