"""Consistency of a rulebook as a whole: every name is known, every rule is grounded, nothing rests on itself."""

import re
from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.grounds import ClassSystem
from hechting_rules.model import DEFAULT_PROFILE, Finding, Rule, Rulebook, Stage, Suggestion
from hechting_rules.reading.dependencies import check_unless, decide_order, rules_by_result
from hechting_rules.reading.vocabulary import check_findings
from hechting_rules.relations import group_parts
from hechting_rules.source import Problems, Span, did_you_mean, shorten
from hechting_rules.stated import Test
from hechting_rules.terms import NO_PERSON, PERSON_OF, About, Handling, Kind, Level, Origin, Person

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def check(draft: Rulebook, problems: Problems) -> Rulebook:
    """Note everything inconsistent; return the rulebook with order, rules by result and aliases filled in."""
    alias = _names(draft, problems)
    check_findings(draft.findings, draft.stages, problems)
    _stages_and_ranges(draft, problems)
    _numbers(draft, problems)
    for rule in draft.rules.values():
        _rule(rule, draft, problems)
    rules_of = rules_by_result(draft.rules.values())
    results = {c: k.span for c, k in draft.conclusions.items()} | {c: s.span for c, s in draft.suggestions.items()}
    for code, span in results.items():
        if code not in rules_of:
            problems.add("R410", span, f"no rule leads to '{code}'")
    order = decide_order(draft.rules, results, problems)
    reassuring = {s.code for s in draft.suggestions.values() if s.kind is Kind.REASSURE}
    check_unless(draft.rules, rules_of, draft.findings, reassuring, problems)
    _suggestions(draft, problems)
    _notes(draft, problems)
    _classifications(draft, problems)
    _dispositions(draft, problems)
    _profiles(draft, problems)
    for test in (*draft.tests, *(e for r in draft.rules.values() for e in r.exemplars)):
        _test(test, draft, alias, problems)
    return attrs.evolve(draft, order=order, rules_of=rules_of, alias=alias)


def _known(code: str, allowed: Iterable[str], span: Span, what: str, problems: Problems, key: str = "R411") -> bool:
    names = allowed if isinstance(allowed, (dict, set, frozenset)) else set(allowed)
    if code in names:
        return True
    if code:
        problems.add(key, span, f"'{shorten(code)}' is no {what}", did_you_mean(code, names))
    return False


def _names(draft: Rulebook, problems: Problems) -> Mapping[str, str]:
    """One name space for findings, conclusions and suggestions; aliases of findings."""
    seen: dict[str, Span] = {}
    named = [(c, f.span) for c, f in draft.findings.items()]
    named += [(c, k.span) for c, k in draft.conclusions.items()]
    named += [(c, g.span) for c, g in draft.suggestions.items()]
    for code, span in named:
        if not CODE.fullmatch(code):
            problems.add("V305", span, f"'{shorten(code)}' is no code", "write area.words_in_snake_case")
        if code in seen:
            problems.add("V306", span, f"'{code}' is used twice, first at {seen[code]}")
        seen[code] = span
    alias: dict[str, str] = {}
    for finding in draft.findings.values():
        for old in finding.alias:
            if old in seen or old in alias:
                problems.add("V306", finding.span, f"the alias '{old}' is used already")
            alias[old] = finding.code
    return alias


def _stages_and_ranges(draft: Rulebook, problems: Problems) -> None:
    for stage in draft.stages.values():
        for end in filter(None, (stage.start, stage.below)):
            _known(end, draft.parameters, stage.span, "parameter", problems, "V307")
        for code in stage.implies:
            if _known(code, draft.findings, stage.span, "finding", problems) and not _counts_at(draft.findings[code], stage):
                problems.add(
                    "V303", stage.span, f"'{stage.code}' implies '{code}', which does not count in every case at that stage"
                )
    _quantities(draft, problems)
    for named in draft.ranges.values():
        _known(named.quantity, draft.quantities, named.span, "quantity", problems, "V307")
        for bound in (named.start, named.end):
            if isinstance(bound, str):
                _known(bound, draft.parameters, named.span, "parameter", problems, "V307")


def _quantities(draft: Rulebook, problems: Problems) -> None:
    for quantity in draft.quantities.values():
        for code in quantity.implies:
            if _known(code, draft.findings, quantity.span, "finding", problems) and not _always_counts(draft.findings[code]):
                problems.add("V303", quantity.span, f"'{quantity.name}' implies '{code}', which does not count in every case")


def _counts_at(finding: Finding, stage: Stage) -> bool:
    """Whether a finding can be present or absent in every case in which a person is at that stage."""
    person = PERSON_OF.get(finding.about)
    if finding.stages or stage.code in finding.not_at or (finding.not_at and person is not stage.of):
        return False
    return finding.about not in {About.CHILD, About.ADULT} or person is stage.of


def _always_counts(finding: Finding) -> bool:
    """Whether a finding can be present or absent whoever a case is about."""
    return not finding.stages and not finding.not_at and finding.about not in {About.CHILD, About.ADULT}


def _numbers(draft: Rulebook, problems: Problems) -> None:
    """Quantities and ranges whose ends can be meant, of somebody that a case knows."""
    values = {name: parameter.value for name, parameter in draft.parameters.items()}
    for quantity in draft.quantities.values():
        _known(quantity.of, {*Person, About.PREGNANCY}, quantity.span, "person, nor pregnancy", problems, "V307")
        _in_order(quantity.name, quantity.least, quantity.most, quantity.span, problems)
    for named in draft.ranges.values():
        start, end = (values.get(e, 0.0) if isinstance(e, str) else e for e in (named.start, named.end))
        _in_order(named.name, start, end, named.span, problems)


def _in_order(name: str, start: float, end: float, span: Span, problems: Problems) -> None:
    if start > end:
        problems.add("V309", span, f"'{name}' ends at {end:g}, before it begins at {start:g}")


def _rule(rule: Rule, draft: Rulebook, problems: Problems) -> None:
    for leaf in leaves(rule.when):
        _leaf(leaf, draft, problems)
    _counts(rule.when, draft.findings, problems)
    for code in rule.unless:
        _known(code, draft.conclusions, rule.span, "conclusion (only conclusions stand in 'unless')", problems)
    results = {**draft.conclusions, **draft.suggestions}
    _known(rule.result, results, rule.span, "conclusion or suggestion", problems)
    suggestion = draft.suggestions.get(rule.result)
    if suggestion is not None and suggestion.origin is not rule.origin:
        problems.add(
            "R412", rule.span, f"a rule of origin '{rule.origin}' raises '{rule.result}' of origin '{suggestion.origin}'"
        )
    for statement in rule.statements:
        _known(statement, draft.statements, rule.span, "statement", problems)
    for reading in rule.ambiguities:
        _known(reading, draft.ambiguities, rule.span, "ambiguity", problems)
    if rule.evidence:
        _known(rule.evidence, draft.evidence, rule.span, "evidence note", problems)
    if rule.origin is Origin.ARTICLE:
        _grounds(rule, draft, problems)
    if not rule.exemplars:
        problems.add("R415", rule.span, f"rule '{rule.id}' has no exemplar")


def _grounds(rule: Rule, draft: Rulebook, problems: Problems) -> None:
    """What a rule of the article must have."""
    if not rule.statements:
        problems.add("R413", rule.span, f"rule '{rule.id}' names no statement of the article")
    if not rule.evidence:
        problems.add("R414", rule.span, f"rule '{rule.id}' has no evidence note")
    note = draft.evidence.get(rule.evidence)
    if note is not None and note.handling is Handling.BACKGROUND and rule.result in draft.suggestions:
        problems.add("R416", rule.span, f"'{rule.evidence}' is background only: rule '{rule.id}' may not raise a suggestion")


def _leaf(leaf: Condition, draft: Rulebook, problems: Problems) -> None:
    match leaf:
        case Is(code, span):
            _known(code, {**draft.findings, **draft.conclusions}, span, "finding or conclusion", problems)
        case IsAbsent(code, span):
            _known(code, draft.findings, span, "finding (only findings can be absent)", problems)
        case InRange(name, span):
            _known(name, draft.ranges, span, "range", problems)
        case InStage(names, span):
            known = [draft.stages[n].of for n in names if _known(n, draft.stages, span, "stage", problems)]
            if len(set(known)) > 1:
                problems.add("R417", span, "the stages belong to two persons", "write one condition for each person")


def _counts(condition: Condition, findings: Mapping[str, Finding], problems: Problems) -> None:
    match condition:
        case AtLeast(count, parts, span):
            groups = len(group_parts(parts, findings))
            if count > groups:
                problems.add("R418", span, f"'at_least' is {count}; allowed: 1 to {groups}", "findings of one group count once")
    if isinstance(condition, AllOf | AnyOf | AtLeast):
        for part in condition.parts:
            _counts(part, findings, problems)


def _suggestions(draft: Rulebook, problems: Problems) -> None:
    for named in draft.flags.values():
        for stage in named.stages:
            _known(stage, draft.stages, named.span, "stage", problems)
    for suggestion in draft.suggestions.values():
        _safety(suggestion, draft, problems)
        for flag in suggestion.screens:
            _known(flag, draft.flags, suggestion.span, "safety flag", problems)
        if suggestion.next_step_of:
            _known(suggestion.next_step_of, draft.suggestions, suggestion.span, "suggestion", problems)


def _safety(suggestion: Suggestion, draft: Rulebook, problems: Problems) -> None:
    """A suggestion of origin safety names its flag, its level and a route; others have none of these."""
    if suggestion.origin is not Origin.SAFETY:
        if suggestion.flag or suggestion.level or suggestion.routes or suggestion.addressed_by:
            message = f"'{suggestion.code}' has a flag, level or route, which only suggestions of origin safety have"
            problems.add("R432", suggestion.span, message)
        return
    _known(suggestion.flag, draft.flags, suggestion.span, "safety flag", problems)
    if not suggestion.flag or suggestion.level is None or not suggestion.routes:
        problems.add("R433", suggestion.span, f"'{suggestion.code}' needs a flag, a level and at least one route")
    if suggestion.addressed_by:
        _known(suggestion.addressed_by, draft.findings, suggestion.span, "finding", problems)
    elif suggestion.level is Level.ACT_NOW:
        problems.add("R434", suggestion.span, f"'{suggestion.code}' asks to act now and has no 'addressed_by'")


def _notes(draft: Rulebook, problems: Problems) -> None:
    """Evidence names known references; statements and ambiguities know each other."""
    for note in draft.evidence.values():
        for flag in note.flags:
            _known(flag, draft.flags, note.span, "safety flag", problems)
        for reference in note.references:
            _known(reference, draft.references, note.span, "reference", problems)
    for statement in draft.statements.values():
        for reading in statement.ambiguities:
            _known(reading, draft.ambiguities, statement.span, "ambiguity", problems)
    for ambiguity in draft.ambiguities.values():
        for code in ambiguity.statements:
            _known(code, draft.statements, ambiguity.span, "statement", problems)


def _classifications(draft: Rulebook, problems: Problems) -> None:
    """A class is cited somewhere, has what it rests on, and stands in the article if it is Brisch's and only then."""
    results = {**draft.conclusions, **draft.suggestions}
    for one in draft.classifications.values():
        for code in one.cited_at:
            _known(code, results, one.span, "conclusion or suggestion", problems)
        for reference in one.references:
            _known(reference, draft.references, one.span, "reference", problems)
        for statement in one.statements:
            _known(statement, draft.statements, one.span, "statement", problems)
        if not one.cited_at:
            hint = "name under cited_at the conclusions and suggestions beside which it is told"
            problems.add("R435", one.span, f"'{one.id}' is cited nowhere", hint)
        if not one.references and one.verify is None:
            problems.add("R436", one.span, f"'{one.id}' has no reference, and does not say under 'verify' what is to be checked")
        if (one.system is ClassSystem.BRISCH) is not bool(one.statements):
            message = f"'{one.id}' of {one.system} names {'a' if one.statements else 'no'} statement of the article"
            problems.add(
                "R437", one.span, message, f"only the classes of {ClassSystem.BRISCH} are the article's, and all of them"
            )


def _dispositions(draft: Rulebook, problems: Problems) -> None:
    told = {*draft.findings, *draft.conclusions, *draft.suggestions, *draft.evidence}
    for disposition in draft.dispositions.values():
        _known(disposition.statement, draft.statements, disposition.span, "statement", problems)
        for code in disposition.explained_in:
            _known(code, told, disposition.span, "finding, conclusion, suggestion or evidence note", problems)
        if not (disposition.kept_by or disposition.explained_in or (disposition.not_encoded and disposition.reason)):
            hint = "give kept_by, explained_in, or not_encoded with a reason"
            problems.add("R431", disposition.span, f"'{disposition.statement}' has no disposition", hint)


def _profiles(draft: Rulebook, problems: Problems) -> None:
    if DEFAULT_PROFILE not in draft.profiles:
        problems.add("B506", draft.head.span, f"there is no profile '{DEFAULT_PROFILE}'", f"add profiles/{DEFAULT_PROFILE}.yaml")
    for profile in draft.profiles.values():
        for switch in (*profile.on, *profile.off):
            _known(switch.rule, draft.rules, switch.span, "rule", problems)
        for name in profile.parameters:
            _known(name, draft.parameters, profile.span, "parameter", problems)


def _test(test: Test, draft: Rulebook, alias: Mapping[str, str], problems: Problems) -> None:
    for stated in test.given.findings:
        _known(stated.code, {**draft.findings, **alias}, stated.span, "finding", problems)
    results = {**draft.conclusions, **draft.suggestions}
    expected = test.expected
    sets = (expected.established, expected.possible, expected.ruled_out, expected.not_established, expected.withheld)
    for code, span in (pair for group in sets for pair in group):
        _known(code, results, span, "conclusion or suggestion", problems)
    for code, _, span in expected.screen_first:
        _known(code, draft.suggestions, span, "suggestion", problems)
    for code, flags, span in expected.screen_first:
        for flag in flags:
            _known(flag, draft.flags, span, f"safety flag (at {code})", problems)
    asked = {*draft.findings, *draft.quantities, *Person}
    for code, span in expected.ask:
        _known(code, asked, span, "finding, quantity or person to ask about", problems)
    for person, stage in ((Person.CHILD, test.given.child_stage), (Person.ADULT, test.given.adult_stage)):
        allowed = {s.code for s in draft.stages.values() if s.of is person} | {NO_PERSON}
        _known(stage, allowed, test.given.places.get(person, test.span), f"stage of the {person}", problems)
    for rule in test.switch_on:
        _known(rule, draft.rules, test.span, "rule", problems)
    if not any((*sets, expected.ask, expected.screen_first)):
        problems.add(
            "R430",
            test.span,
            "this test expects nothing",
            "name at least one result under established, possible, ruled_out or not",
        )
