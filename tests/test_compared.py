"""A comparison for its reader: what a changed rulebook shows, as text, as plain data, and field by field."""

import json
import os
import subprocess
import sys

import attrs
import pytest

import oracle
from comparing import NEW, OLD, check_witnesses, of, one_rule, real_comparison, real_pair
from hechting_rules.advice import Outcome
from hechting_rules.case import parse_case
from hechting_rules.condition import AllOf, AnyOf, AtLeast, InRange, InStage, Is, IsAbsent
from hechting_rules.errors import UsageError
from hechting_rules.explain import advise
from hechting_rules.model import Rulebook, Suggestion
from hechting_rules.profiles import with_rules_on
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Handling, Language, Level, Status, Text
from hechting_rules.verify import smt
from hechting_rules.verify.compare import Basis, Shift, Verdict, anything_differs, compare
from hechting_rules.verify.compared import to_mapping, to_text
from hechting_rules.verify.edits import HEAD_WORDS, PARTS, Edited, Listed, Part, edited, listed, phrase
from strategies import HERE, finding, rule, rulebook


def test_of_this_rulebook_a_looser_condition_changes_what_rests_on_it_and_nothing_else() -> None:
    old, new = real_pair()
    comparison = real_comparison()
    differing = {r.code for r in comparison.results if r.settled.verdict is Verdict.DIFFERS}
    resting = {c for c in old.order if any(r.id == "weighing.parents_compensate" for r in oracle.cone(old, [c]))}
    assert {"protection.compensates_child_risk", "risk.child_open", "support.parents_compensate"} <= differing <= resting
    assert {r.settled.basis for r in comparison.results if r.code not in resting} == {Basis.STEPS}
    assert len(comparison.results) == len(old.order)
    check_witnesses(comparison, old, new)
    result = of(comparison, "protection.compensates_child_risk")
    assert result.through == ()
    assert result.settled.shifts == (Shift.ESTABLISHED, Shift.ROBUST, Shift.NOT_RULED_OUT)
    assert [reason.rule for reason in result.new.because] == ["weighing.parents_compensate"]
    waits = [p.code for p in result.old.because[0].premises if not p.satisfied]
    assert waits == ["parent.offers_adequate_safe_attachment"]
    assert {fact.name for fact in result.new.why[0]} == {s.code for s in result.settled.witness.findings}


def test_a_witness_is_a_case_to_advise_on_and_to_save() -> None:
    old, new = real_pair()
    result = of(real_comparison(), "support.parents_compensate")
    told = [{s.code: s for s in advise(result.settled.witness, book).suggestions} for book in (old, new)]
    assert [s["support.parents_compensate"].outcome for s in told] == [Outcome.POSSIBLE, Outcome.ESTABLISHED]
    assert told[1]["support.parents_compensate"].because == result.new.because
    rows = {row["code"]: row for row in to_mapping(real_comparison())["results"]}
    saved = json.dumps(rows["support.parents_compensate"]["settled"]["witness"])
    assert parse_case(saved) == result.settled.witness


def narrowed() -> tuple[Rulebook, Rulebook, Suggestion]:
    """The rulebook of this library, one in which a suggestion to act now asks for more, and that suggestion."""
    old = default_rulebook()
    acting = next(s for s in old.suggestions.values() if s.level is Level.ACT_NOW)
    rules = {r: old.rules[r] for r in old.rules_of[acting.code]}
    tighter = {r: attrs.evolve(rule, when=AllOf((rule.when, Is("child.clings", HERE)), HERE)) for r, rule in rules.items()}
    return old, attrs.evolve(old, rules={**old.rules, **tighter}), acting


def test_a_flag_that_withholds_in_fewer_cases_is_told_once() -> None:
    old, new, acting = narrowed()
    comparison = compare(old, new)
    (flag,) = [f for f in comparison.withholding if f.settled.verdict is Verdict.DIFFERS]
    assert (flag.id, flag.settled.shifts) == (acting.flag, (Shift.NOT_WITHHOLDS,))
    assert (flag.old[acting.code].standing.outcome, flag.new[acting.code].standing.outcome) == (
        Outcome.ESTABLISHED,
        Outcome.POSSIBLE,
    )
    witness = flag.settled.witness
    assert witness is not None
    withheld = [
        {
            f.id
            for s in advise(
                attrs.evolve(witness, findings=(*witness.findings, Stated("child.adopted", Status.PRESENT))), book
            ).suggestions
            for f in s.withheld_by
        }
        for book in (old, new)
    ]
    assert withheld == [{acting.flag}, set()]
    assert {r.code for r in comparison.results if r.settled.verdict is Verdict.DIFFERS} == {acting.code}
    assert f"  {acting.flag}: " in to_text(comparison, Language.NL).partition("Withholding")[2]


def test_under_a_profile_rules_are_compared_as_that_profile_runs_them() -> None:
    old, _ = real_pair()
    off = next(
        r for r in old.rules.values() if old.evidence.get(r.evidence) and old.evidence[r.evidence].handling is Handling.OFF
    )
    new = attrs.evolve(old, rules={**old.rules, off.id: attrs.evolve(off, when=Is("child.clings", HERE))})
    silent = compare(old, new, profile="nl")
    assert {r.settled.verdict for r in silent.results} == {Verdict.SAME}
    assert [e.field for e in silent.edited] == ["when"]
    assert anything_differs(silent)
    switched = with_rules_on(old.profiles["default"], [off.id])
    assert of(compare(old, new, profile=switched), off.result).settled.verdict is Verdict.DIFFERS
    with pytest.raises(UsageError, match="there is no profile 'nowhere'"):
        compare(old, new, profile="nowhere")


SEEDED = """
import attrs
from hechting_rules import load_rulebook
from hechting_rules.terms import Language
from hechting_rules.verify.compare import compare
from hechting_rules.verify.compared import to_text
book = load_rulebook()
rule = book.rules["weighing.parents_compensate"]
other = attrs.evolve(rule, when=attrs.evolve(rule.when, parts=rule.when.parts[:-1]))
print(to_text(compare(book, attrs.evolve(book, rules={**book.rules, rule.id: other})), Language.EN), end="")
"""


def test_in_another_process_the_comparison_is_the_same_to_the_letter() -> None:
    expected = to_text(real_comparison(), Language.EN)
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", SEEDED], capture_output=True, text=True, check=True, env=environment, encoding="utf-8"
    )
    assert done.stdout == expected


NOT_TOLD = {"span", "note", "exemplars", "code", "id", "name", "reason", "url", "deprecated_since", "title"}
NOT_TOLD |= {"line", "kind", "topic", "ages", "levels", "strength", "direction", "hedge", "cites", "ambiguities", "lint_off"}

NOT_COMPARED = {"head", "parts", "sha256", "dispositions", "words", "ambiguities", "references", "tests", "order"}
NOT_COMPARED |= {"rules_of", "alias"}
"""Where a rulebook comes from, what is told beside results, and what is worked out from the rest."""


def test_every_field_of_a_rulebook_is_compared_or_left_out_knowingly(book: Rulebook) -> None:
    homes = {fields.home for fields in PARTS.values()}
    assert homes | NOT_COMPARED == {field.name for field in attrs.fields(Rulebook)}
    assert not homes & NOT_COMPARED
    for fields in PARTS.values():
        record = next(iter(getattr(book, fields.home).values()))
        names = {field.name for field in attrs.fields(type(record))}
        compared = {*fields.words, *fields.other}
        assert compared <= names
        assert names - compared <= NOT_TOLD, fields.home
    assert set(HEAD_WORDS) <= {field.name for field in attrs.fields(type(book.head))}


def test_edits_are_told_by_field_and_words_apart(book: Rulebook) -> None:
    suggestion = next(s for s in book.suggestions.values() if s.routes)
    route = attrs.evolve(suggestion.routes[0], edition="another edition")
    note = next(iter(book.evidence.values()))
    new = attrs.evolve(
        book,
        suggestions={
            **book.suggestions,
            suggestion.code: attrs.evolve(suggestion, routes=(route, *suggestion.routes[1:]), screens=("RF-01",)),
        },
        evidence={**book.evidence, note.id: attrs.evolve(note, short=Text("anders", "otherwise"))},
        head=attrs.evolve(book.head, disclaimer=Text("anders", "otherwise")),
    )
    found = {(e.part, e.id, e.field, e.words) for e in edited(book, new)}
    assert found == {
        (Part.RULEBOOK, book.head.id, "disclaimer", True),
        (Part.SUGGESTION, suggestion.code, "routes", True),
        (Part.SUGGESTION, suggestion.code, "screens", False),
        (Part.EVIDENCE, note.id, "short", True),
    }
    text = to_text(compare(book, new), Language.NL)
    words, other = text.partition("\nWords\n")[2], text.partition("\nOther records\n")[2].partition("\nWords\n")[0]
    assert "another edition" in words
    assert "    new: anders\n" in words
    assert f"  suggestion {suggestion.code}: screens ({suggestion.span})" in other
    assert "Results that differ" not in text


def test_what_only_moves_in_its_file_is_no_edit(book: Rulebook) -> None:
    moved = {
        code: attrs.evolve(s, span=HERE, routes=tuple(attrs.evolve(r, span=HERE) for r in s.routes))
        for code, s in book.suggestions.items()
    }
    new = attrs.evolve(book, suggestions=moved)
    assert edited(book, new) == ()
    assert listed(book, new) == ()


def test_a_number_that_differs_in_its_last_digit_is_an_edit() -> None:
    old = one_rule(Is("f.1", HERE), finding("f.1"))
    number = old.parameters["big_below"]
    new = attrs.evolve(old, parameters={**old.parameters, number.name: attrs.evolve(number, value=100.00000000000001)})
    assert edited(old, new) == (
        Edited(
            Part.PARAMETER,
            "big_below",
            "value",
            Text("100", "100"),
            Text("100.00000000000001", "100.00000000000001"),
            False,
            HERE,
        ),
    )


def test_what_is_added_and_removed_has_its_title_and_place() -> None:
    old = one_rule(Is("f.1", HERE), finding("f.1"), finding("f.2", label=Text("oud", "old")))
    new = one_rule(Is("f.1", HERE), finding("f.1"), finding("f.3", label=Text("nieuw", "new")))
    assert listed(old, new) == (
        Listed(Part.FINDING, "f.3", True, Text("nieuw", "new"), HERE),
        Listed(Part.FINDING, "f.2", False, Text("oud", "old"), HERE),
    )


def test_a_condition_is_phrased_in_one_line() -> None:
    inner = AtLeast(2, (Is("f.1", HERE), IsAbsent("f.2", HERE), InRange("late", HERE)), HERE)
    when = AllOf((AnyOf((inner, Is("c.1", HERE)), HERE), InStage(("small", "big"), HERE)), HERE)
    assert phrase(when) == "all of (any of (at least 2 of (f.1, absent f.2, range late), c.1), stage small/big)"


def test_as_plain_data_a_comparison_is_complete() -> None:
    found = json.loads(json.dumps(to_mapping(real_comparison())))
    assert (found["schema"], found["differs"], found["profile"]) == ("hechting-rules/comparison/1", True, "default")
    assert len(found["results"]) == len(real_comparison().results)
    row = next(r for r in found["results"] if r["code"] == "protection.compensates_child_risk")
    assert row["settled"]["verdict"] == "differs"
    assert row["settled"]["shifts"][0] == "newly established"
    assert row["new"]["standing"]["outcome"] == "established"
    assert row["new"]["because"][0]["rule"] == "weighing.parents_compensate"
    assert found["edited"][0]["field"] == "when"
    assert not to_mapping(compare(OLD, OLD))["differs"]


TOLD = """\
random 1 (no digest) -> random 1 (no digest), profile default
1 results in both: 0 the same, 1 differ, 0 undecided
compared over all cases that both can read

Results that differ
  c.1: words
    newly established, newly robust, no longer ruled out
    case
      present: [f.1]
    old: possible
      rule r.1: open: pregnant woman: words (not known)
    new: established, robust
      rule r.1
      carried by pregnant woman: words

Rules
  rule r.1: when (random:1:1)
    old: all of (f.1, f.2)
    new: f.1

Other records
  added finding f.4: words (random:1:1)
  removed finding f.3: words (random:1:1)
"""


def test_a_comparison_is_told_as_text() -> None:
    assert to_text(compare(OLD, NEW), Language.EN) == TOLD
    dutch = to_text(compare(OLD, NEW), Language.NL)
    assert dutch == TOLD.replace("pregnant woman", "zwangere").replace(": words", ": woorden")


def test_a_result_that_holds_in_the_same_cases_may_be_certain_in_more() -> None:
    """What takes it back can never hold, but that is seen only once the finding is known."""
    findings = [finding("f.1"), finding("f.2")]
    torn = rule("r.2", AllOf((Is("f.2", HERE), IsAbsent("f.2", HERE)), HERE), "c.2")
    old = rulebook(findings, [rule("r.1", Is("f.1", HERE), "c.1", unless=("c.2",)), torn])
    new = rulebook(findings, [rule("r.1", Is("f.1", HERE), "c.1"), torn])
    settled = of(compare(old, new), "c.1").settled
    assert (settled.shifts, settled.witness) == ((Shift.ROBUST,), Case.of(present=["f.1"]))
    assert of(compare(new, old), "c.1").settled.shifts == (Shift.NOT_ROBUST,)
    text = to_text(compare(old, new), Language.EN)
    assert "    old: established\n      rule r.1: open: unless words (possible)\n" in text
    assert "    new: established, robust\n      rule r.1\n" in text


def test_what_is_not_decided_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.delitem(sys.modules, smt.__name__)
    old, new, acting = narrowed()
    text = to_text(compare(old, new), Language.EN)
    assert "Results that differ" not in text
    assert f"\nResults not decided\n  {acting.code}: " in text
    flag = text.partition("\nWithholding\n")[2]
    assert flag.startswith(f"  {acting.flag}: ")
    assert "    no given case shows: newly withholds, no longer withholds\n" in flag
    implied = one_rule(Is("f.1", HERE), finding("f.1", implies=("f.2",)), finding("f.2"))
    free = one_rule(Is("f.1", HERE), finding("f.1"), finding("f.2"))
    admission = to_text(compare(implied, free), Language.EN).partition("\nCases that only one of them accepts\n")[2]
    assert admission.startswith("  no given case shows: newly admitted\n  no given case shows: no longer admitted\n")
