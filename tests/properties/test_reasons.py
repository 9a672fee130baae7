"""Explanations bear replaying: the sets of ``why`` carry their result, and each question asked can change one."""

import itertools

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.advice import Concluded, Outcome, Question, StatedFact, Suggested
from hechting_rules.condition import AllOf, Is
from hechting_rules.explain import advise, why
from hechting_rules.explaining.sufficient import KEPT, MAX_SETS
from hechting_rules.facts import Fact
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, About, Person, Status
from hechting_rules.testing.naive import AGE
from rebuilt import Verdict, answered, is_accepted, values_to_try, verdicts
from strategies import HERE, books_with_cases, finding, real_cases, rule, rulebook, rulebooks


def with_fact(case: Case, name: str, value: str) -> Case:
    """A case in which one more thing is stated."""
    if name in tuple(Person):
        return attrs.evolve(case, child_stage=value) if name == "child" else attrs.evolve(case, adult_stage=value)
    if value in tuple(Status):
        return attrs.evolve(case, findings=(*case.findings, Stated(name, Status(value))))
    return attrs.evolve(case, quantities=(*case.quantities, (name, float(value))))


def only(facts: tuple[StatedFact | Fact, ...]) -> Case:
    """A case that states these things and nothing else."""
    case = Case()
    for fact in facts:
        case = with_fact(case, fact.name, fact.value)
    return case


def check_sets(sets: tuple[tuple[StatedFact, ...], ...], code: str, verdict: Verdict, case: Case, book: Rulebook) -> None:
    """Each set alone gives the same verdict, and with one element less another; they come smallest first, none in another."""
    assert 1 <= len(sets) <= MAX_SETS
    assert [len(s) for s in sets] == sorted(len(s) for s in sets)
    names = [frozenset(facts) for facts in sets]
    assert not any(one <= other for one, other in itertools.permutations(names, 2))
    unknown = {code for code, status in oracle.stated(case, book).items() if status is Status.UNKNOWN}
    for facts in sets:
        assert not unknown & {fact.name for fact in facts}
        assert verdicts(only(facts), book)[code] == verdict
        for place in range(len(facts)):
            fewer = facts[:place] + facts[place + 1 :]
            assert verdicts(only(fewer), book)[code] != verdict, (code, facts[place])


def fitting_answers(code: str, case: Case, book: Rulebook) -> list[Case]:
    """The case with each answer to a question, of the answers that contradict nothing.

    Where the stage is not known, a finding that counts at some stages fits if it fits at one of these.
    """
    given_answers = [with_fact(case, code, value) for value in values_to_try(code, book)]
    stages = book.findings[code].stages if code in book.findings else ()
    person = book.stages[stages[0]].of if stages else ""
    if not stages or oracle.known(case, book, book.profiles["default"]).stage(person):
        return [then for then in given_answers if is_accepted(then, book)]
    return [then for then in given_answers if any(is_accepted(with_fact(then, person, stage), book) for stage in stages)]


def changed_by(code: str, case: Case, book: Rulebook) -> set[str]:
    """The results that some answer to a question changes."""
    now = verdicts(case, book)
    then = [verdicts(answer_given, book) for answer_given in fitting_answers(code, case, book)]
    return {result for result in now if any(verdict[result] != now[result] for verdict in then)}


def not_asked_yet(case: Case, book: Rulebook) -> list[str]:
    """The persons whose stage nothing is said of, and the quantities and findings that nothing is said of."""
    quantities = dict(case.quantities)
    stages = {"child": case.child_stage, "adult": case.adult_stage}
    persons = [p.value for p in Person if not stages[p] and AGE[p] not in quantities]
    numbers = [name for name in book.quantities if name not in quantities]
    return [*persons, *numbers, *(code for code in book.findings if code not in oracle.stated(case, book))]


def is_open(code: str, case: Case, book: Rulebook) -> bool:
    """Whether a question makes sense by itself.

    A finding can still be present and absent; of a quantity, what it implies is present and the stage of its person is known.
    """
    if code not in book.quantities:
        return len(fitting_answers(code, case, book)) > 1
    world = oracle.known(case, book, book.profiles["default"])
    quantity = book.quantities[code]
    return set(quantity.implies) <= world.present and (quantity.of not in tuple(Person) or bool(world.stage(quantity.of)))


def check_questions(questions: tuple[Question, ...], case: Case, book: Rulebook) -> None:
    """What is asked was not asked before, and can change all that it says it can change."""
    assert {q.code for q in questions} <= set(not_asked_yet(case, book))
    assert len({q.code for q in questions}) == len(questions)
    for question in questions:
        assert question.could_change
        given = case
        for fact in question.given:
            given = with_fact(given, fact.name, fact.value)
        assert set(question.could_change) <= changed_by(question.code, given, book), question.code


@settings(max_examples=40)
@given(real_cases())
def test_what_is_given_as_why_carries_the_result_and_nothing_of_it_is_idle(case: Case) -> None:
    book = default_rulebook()
    advice = advise(case, book)
    results: list[Concluded | Suggested] = [*advice.conclusions, *advice.suggestions]
    for told in results:
        if told.outcome is Outcome.ESTABLISHED:
            check_sets(told.why, told.code, (told.outcome, told.robust), case, book)
        else:
            assert told.why == ()


@settings(max_examples=60)
@given(real_cases(), st.data())
def test_why_answers_for_every_outcome(case: Case, data: st.DataObject) -> None:
    book = default_rulebook()
    code = data.draw(st.sampled_from(book.order))
    check_sets(why(case, code, book), code, verdicts(case, book)[code], case, book)


@settings(max_examples=250)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_why_answers_for_every_outcome(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    for code, verdict in verdicts(case, book).items():
        check_sets(why(case, code, book), code, verdict, case, book)


TAKEN_BACK = rulebook(
    [finding(code) for code in ("f.1", "f.2", "f.3", "f.4")],
    [
        rule("r.1", Is("f.1", HERE), "c.1", unless=("c.2",)),
        rule("r.2", AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.1", unless=("c.3",)),
        rule("r.3", Is("f.3", HERE), "c.2"),
        rule("r.4", Is("f.4", HERE), "c.3"),
    ],
)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case.of(present=["f.1"]), {("f.1",)}),
        (Case.of(present=["f.1"], absent=["f.3"]), {("f.1", "f.3")}),
        (Case.of(present=["f.1", "f.2"], absent=["f.3", "f.4"]), {("f.1", "f.3"), ("f.1", "f.2", "f.4")}),
        (Case.of(present=["f.1", "f.2", "f.3"]), {("f.1",)}),
        (Case.of(present=["f.1", "f.3"]), {()}),
        (Case.of(present=["f.3", "f.4"]), {("f.3", "f.4")}),
        (Case.of(absent=["f.1"], present=["f.3"]), {("f.1",)}),
        (Case.of(unknown=["f.1"]), {()}),
    ],
)
def test_an_unless_is_in_no_set_but_where_ruling_it_out_makes_certain(case: Case, expected: set[tuple[str, ...]]) -> None:
    sets = why(case, "c.1", TAKEN_BACK)
    check_sets(sets, "c.1", verdicts(case, TAKEN_BACK)["c.1"], case, TAKEN_BACK)
    assert {tuple(fact.name for fact in facts) for facts in sets} == expected


@settings(max_examples=80)
@given(st.data())
def test_where_nothing_is_taken_back_why_gives_every_smallest_set(data: st.DataObject) -> None:
    book, case = data.draw(books_with_cases(rulebooks()))
    found = answered(case, book)
    facts = found.admitted.facts[:7]
    case = only(facts)
    everything = verdicts(case, book)
    for code in book.order:
        if everything[code][0] is Outcome.POSSIBLE or any(r.unless for r in oracle.cone(book, [code])):
            continue
        minimal: list[frozenset[Fact]] = []
        for size in range(len(facts) + 1):
            for chosen in itertools.combinations(facts, size):
                if not any(m <= set(chosen) for m in minimal) and verdicts(only(chosen), book)[code] == everything[code]:
                    minimal.append(frozenset(chosen))
        given_sets = {frozenset((f.name, f.value) for f in facts) for facts in why(case, code, book)}
        assert len(minimal) <= min(MAX_SETS, KEPT)
        assert given_sets == {frozenset((f.name, f.value) for f in m) for m in minimal}


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(real_cases())
def test_each_question_asked_can_change_what_it_names(case: Case) -> None:
    book = default_rulebook()
    check_questions(advise(case, book).ask_next, case, book)


@settings(max_examples=120)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_each_question_asked_can_change_what_it_names(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    check_questions(advise(case, book).ask_next, case, book)


@pytest.mark.parametrize("stages", [(), ("small", "big")])
def test_that_there_is_no_child_is_no_answer_where_something_is_present_of_one(stages: tuple[str, ...]) -> None:
    findings = [finding("f.1", About.CHILD, stages=stages), finding("f.2", About.CHILD)]
    book = rulebook(findings, [rule("r.1", Is("f.2", HERE), "c.1")])
    case = Case.of(adult=NO_PERSON, present=["f.1"])
    assert changed_by("child", case, book) == set()
    assert [q.code for q in advise(case, book).ask_next] == ["f.2"]


def test_an_answer_is_refused_only_where_it_cannot_be() -> None:
    findings = [finding("f.1", About.CHILD, stages=("big",), excludes=("f.2",)), finding("f.2")]
    book = rulebook(findings, [rule("r.1", Is("f.2", HERE), "c.1")])
    case = Case.of(adult=NO_PERSON, present=["f.1"])
    both = with_fact(case, "f.2", "present")
    assert oracle.bounds(both, book, book.profiles["default"], ["c.1"]).always.results == {"c.1"}
    assert len(fitting_answers("f.2", case, book)) == 2


@settings(max_examples=120)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_what_an_answer_changes_is_asked(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    asked = {q.code: set(q.could_change) for q in advise(case, book).ask_next}
    for code in not_asked_yet(case, book):
        if is_open(code, case, book):
            assert changed_by(code, case, book) <= asked.get(code, set()), code


@settings(max_examples=120)
@given(books_with_cases(rulebooks(), stages_known=True))
def test_a_question_after_another_is_settled_by_one_of_its_answers(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    earlier: list[str] = []
    for question in advise(case, book).ask_next:
        if question.after:
            assert question.after in earlier
            answers = fitting_answers(question.after, case, book)
            assert any(question.code not in {q.code for q in advise(then, book).ask_next} for then in answers)
        earlier.append(question.code)
