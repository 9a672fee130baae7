"""The program on durable-rules: every register as the kernel has it, whatever was so before, and nothing left behind."""

import gc
import importlib
import importlib.util
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, EngineError, Rulebook, UsageError, advise
from hechting_rules.answered import prepare
from hechting_rules.condition import AllOf, AnyOf, Is, IsAbsent
from hechting_rules.engine import clauses
from hechting_rules.engine.clauses import LIMITS, Production, Size, productions, registers, sizes
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.engine.runners import deciding, opened
from hechting_rules.model import Profile
from hechting_rules.rulebook import default_rulebook
from strategies import HERE, finding, real_cases, rule, rulebook, rulebooks

HAD = sys.version_info < (3, 13) and importlib.util.find_spec("durable_rules_engine") is not None
WHY_NOT = "durable-rules is not installed (it exists for Python 3.11 and 3.12 only)"


@pytest.fixture(scope="module")
def program() -> Program:
    return prepare(default_rulebook(), "default")


@pytest.fixture(scope="module")
def durable() -> Iterator[ModuleType]:
    """The module on durable-rules; no working memory is left after its tests."""
    if not HAD:
        pytest.skip(WHY_NOT)
    found = importlib.import_module("hechting_rules.engine.durable")
    yield found
    forget(found)


@pytest.fixture
def fresh(durable: ModuleType) -> ModuleType:
    """The same, with no working memory from other tests."""
    forget(durable)
    return durable


def forget(durable: ModuleType) -> None:
    gc.collect()
    for memory in [*durable._memories]:
        durable._discard(memory)


def chances(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - histories to test with, the same each time


def inputs_of(program: Program, so: set[int]) -> list[int]:
    """The inputs in which these registers are so, by their place among the inputs."""
    return [0, 1, *(1 if place in so else 0 for place in range(len(program.inputs)))]


# --- as production rules ---------------------------------------------------------------------------------------------------


def chained(program: Program, inputs: list[int]) -> list[int]:
    """All registers by firing every production whose body is so, in the order of the registers, until nothing more fires."""
    found = productions(program)
    so = {register for register, value in enumerate(inputs) if value}
    bodies: dict[int, list[tuple[int, ...]]] = {}
    for rules in found.rulesets:
        for production in rules:
            for head in production.heads:
                bodies.setdefault(head, []).append(production.body)
    for head in sorted(bodies):
        if any(all((-one not in so) if one < 0 else (one in so) for one in body) for body in bodies[head]):
            so.add(head)
    return registers(found, inputs, so)


@settings(max_examples=80)
@given(rulebooks(), st.data())
def test_the_productions_of_a_program_mean_what_the_kernel_says(book: Rulebook, data: st.DataObject) -> None:
    compiled = prepare(book, "default")
    so = data.draw(st.sets(st.integers(0, len(compiled.inputs))))
    inputs = inputs_of(compiled, so)
    assert chained(compiled, inputs) == run(compiled.steps, inputs)


@settings(max_examples=30)
@given(st.data())
def test_the_productions_of_this_rulebook_mean_what_the_kernel_says(data: st.DataObject) -> None:
    compiled = prepare(default_rulebook(), "default")
    inputs = inputs_of(compiled, data.draw(st.sets(st.integers(0, len(compiled.inputs)), max_size=60)))
    assert chained(compiled, inputs) == run(compiled.steps, inputs)


def test_every_plane_but_that_of_refused_cases_is_derived_by_production_rules(program: Program) -> None:
    found = productions(program)
    groups = (program.rules, program.bodies, program.results, program.flags, program.present, program.absent)
    planes = {r for group in (*groups, program.stages, program.ranges) for p in group.values() for r in attrs.astuple(p)}
    planes |= set(program.withholding.values())
    assert {r for r in planes if r >= found.inputs} <= found.derived
    assert program.refused not in found.derived


def test_each_head_comes_after_its_body_so_that_one_pass_in_order_is_enough(program: Program) -> None:
    for rules in productions(program).rulesets:
        assert all(max(map(abs, one.body)) < min(one.heads) for one in rules)


def test_the_rulesets_of_this_rulebook_are_within_the_limits(program: Program) -> None:
    found = sizes(productions(program))
    assert len(found) > 1, "the whole rulebook in one ruleset would have more comparisons than durable-rules bears"
    for size in found:
        assert all(0 < getattr(size, name) <= most for name, most in attrs.asdict(LIMITS).items())
    assert sum(size.conditions for size in found) < clauses.MOST_CONDITIONS


def test_the_limits_are_inside_what_durable_rules_was_seen_to_bear() -> None:
    assert all(one < other for one, other in zip(attrs.astuple(LIMITS), (4096, 10**6, 511, 16, 255), strict=True))


def test_a_ruleset_beyond_a_limit_is_refused_by_name() -> None:
    fine = Size(1, 1, 1, 1, 1)
    clauses._check([fine])
    with pytest.raises(EngineError, match="a ruleset has 401 comparisons; at most 400 are registered"):
        clauses._check([fine, attrs.evolve(fine, comparisons=401)])
    with pytest.raises(EngineError, match="the rulebook has 24000 conditions; the engine 'durable' takes at most 20000"):
        clauses._check([attrs.evolve(fine, conditions=4000)] * 6)


def large(width: int) -> Rulebook:
    """A rulebook in which one result hangs on many findings, and many results on one."""
    codes = [f"f.{i}" for i in range(width)]
    rules = [rule("r.any", AnyOf(tuple(Is(code, HERE) for code in codes), HERE), "c.any")]
    rules += [rule(f"r.{i}", AllOf((Is(codes[0], HERE), IsAbsent(codes[i], HERE)), HERE), f"c.{i}") for i in range(1, width)]
    return rulebook([finding(code) for code in codes], rules)


def test_a_large_rulebook_is_split_until_every_ruleset_is_within_the_limits() -> None:
    found = sizes(productions(prepare(large(700), "default")))
    assert len(found) > 3
    assert max(size.comparisons for size in found) <= LIMITS.comparisons
    assert max(size.most_used for size in found) == LIMITS.most_used


def test_a_rulebook_that_is_too_large_for_durable_rules_runs_on_the_kernel_unless_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clauses, "MOST_CONDITIONS", 10)
    compiled = prepare(large(50), "default")
    assert opened("auto", compiled).engine == "kernel"
    with pytest.raises(EngineError, match="'kernel' has no limit" if HAD else "needs durable-rules"):
        opened("durable", compiled)


# --- in the engine ---------------------------------------------------------------------------------------------------------


def test_no_two_names_of_facts_have_the_same_32_bits() -> None:
    names = [f"f{place}" for place in range(LIMITS.comparisons + 1)] + ["ready", "sid", "id", "$s", "sid-0"]

    def bits(name: str) -> int:
        found = 2166136261
        for byte in name.encode():
            found = ((found ^ byte) * 16777619) & 0xFFFFFFFF
        return found

    assert bits("i116048") == bits("i1308084"), "the ids that the engine is seen to take for one"
    assert len({bits(name) for name in names}) == len(names)


@settings(max_examples=60)
@given(rulebooks(), st.data())
def test_whatever_was_so_before_all_registers_are_as_the_kernel_has_them(
    durable: ModuleType, book: Rulebook, data: st.DataObject
) -> None:
    compiled = prepare(book, "default")
    session = durable.Session(compiled)
    try:
        for so in data.draw(st.lists(st.sets(st.integers(0, len(compiled.inputs))), min_size=1, max_size=6)):
            inputs = inputs_of(compiled, so)
            assert session.run(inputs) == run(compiled.steps, inputs)
    finally:
        session.close()
    durable._discard(durable._memories[-1])


def test_of_this_rulebook_all_registers_are_as_the_kernel_has_them_over_a_long_history(
    durable: ModuleType, program: Program
) -> None:
    """Of any inputs, also those that contradict each other: the registers of refused cases are among those compared."""
    chance, so, refused = chances(6), set[int](), 0
    session = durable.Session(program)
    for _ in range(1500):
        so ^= {chance.choice(sorted(so)) if len(so) > 30 and chance.random() < 0.6 else chance.randrange(len(program.inputs))}
        inputs = inputs_of(program, so)
        values = run(program.steps, inputs)
        assert session.run(inputs) == values
        refused += values[program.refused]
    session.close()
    assert refused > 100


@pytest.mark.usefixtures("durable")
@settings(max_examples=10)
@given(st.lists(real_cases(), min_size=1, max_size=3))
def test_an_advice_decided_by_durable_rules_is_the_kernels(cases: list[Case]) -> None:
    for case in cases:
        assert advise(case, engine="durable") == advise(case)


@pytest.mark.usefixtures("durable")
def test_an_advice_under_a_profile_made_by_a_host_is_the_kernels(book: Rulebook) -> None:
    default = book.profiles["default"]
    profile = Profile("own", default.title, default.span, parameters={next(iter(book.parameters)): 2.0})
    case = Case.of(child="baby", present=["baby.avoids_eye_contact"])
    assert advise(case, book, profile, engine="durable") == advise(case, book, profile)


def test_nothing_is_left_in_a_working_memory_when_its_session_is_closed(program: Program, fresh: ModuleType) -> None:
    session = fresh.Session(program)
    session.run(inputs_of(program, set(range(0, 40, 3))))
    (memory,) = fresh._memories
    assert len(memory.facts()) > 50
    session.close()
    assert fresh._memories == [memory]
    assert memory.facts() == []
    assert memory.so == set()
    assert not memory._fired
    assert not any(memory._grounds.values())


def test_nothing_is_left_of_a_session_that_was_dropped_without_being_closed(program: Program, fresh: ModuleType) -> None:
    session = fresh.Session(program)
    session.run(inputs_of(program, {1, 2, 3}))
    (memory,) = fresh._memories
    del session
    gc.collect()
    assert memory.facts()
    fresh.decide(prepare(large(3), "default"), [0, 1] + [0] * len(prepare(large(3), "default").inputs))
    assert len(fresh._memories) == 2
    assert memory.facts() == []
    inputs = inputs_of(program, {4})
    assert fresh.decide(program, inputs) == run(program.steps, inputs)
    assert len(fresh._memories) == 2


def test_nothing_is_left_when_a_case_is_decided_by_itself_or_that_fails(
    program: Program, monkeypatch: pytest.MonkeyPatch, fresh: ModuleType
) -> None:
    inputs = inputs_of(program, {1, 2, 3})
    assert fresh.decide(program, inputs) == run(program.steps, inputs)
    (memory,) = fresh._memories
    assert memory.facts() == []

    def failing(*_: object) -> None:
        raise fresh.rete.error("out of order")

    monkeypatch.setattr(fresh.rete, "start_action_for_state", failing)
    with pytest.raises(EngineError, match="durable-rules failed: out of order"):
        fresh.decide(program, inputs)
    monkeypatch.undo()
    assert fresh._memories == []
    assert fresh.decide(program, inputs) == run(program.steps, inputs)


def test_a_working_memory_that_is_interrupted_half_way_is_thrown_away(
    program: Program, monkeypatch: pytest.MonkeyPatch, fresh: ModuleType
) -> None:
    session = fresh.Session(program)
    session.run(inputs_of(program, {1}))
    (memory,) = fresh._memories

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    inputs = inputs_of(program, {1, 2, 3})
    monkeypatch.setattr(fresh.rete, "complete_and_start_action", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.run(inputs)
    monkeypatch.undo()
    assert fresh._memories == []
    assert session.run(inputs) == run(program.steps, inputs)
    assert fresh._memories[0] is not memory
    session.close()


def test_a_fact_that_the_engine_does_not_take_is_an_error(fresh: ModuleType) -> None:
    ruleset = fresh._Ruleset([Production((5,), (9,))])
    assert ruleset.assert_fact(5) == [Production((5,), (9,))]
    with pytest.raises(EngineError, match=r"durable-rules did not take a fact \(code 2\)"):
        ruleset.assert_fact(5)
    ruleset.delete()


def test_more_live_cases_than_working_memories_are_decided_all_the_same(fresh: ModuleType) -> None:
    programs = [prepare(large(width), "default") for width in (3, 4)]
    sessions = [(program, fresh.Session(program)) for program in programs for _ in range(fresh.MOST)]
    chance = chances(8)
    for _ in range(200):
        program, session = chance.choice(sessions)
        inputs = inputs_of(program, {place for place in range(len(program.inputs)) if chance.random() < 0.3})
        assert session.run(inputs) == run(program.steps, inputs)
        assert len(fresh._memories) <= fresh.MOST
    for _, session in sessions:
        session.close()
    assert [fact for memory in fresh._memories for fact in memory.facts()] == []


def test_a_working_memory_that_was_handed_on_is_emptied_by_whoever_has_it_now(program: Program, fresh: ModuleType) -> None:
    sessions = [fresh.Session(program) for _ in range(fresh.MOST + 1)]
    for session in sessions:
        session.run(inputs_of(program, {1, 2, 3}))
    first, *_, last = sessions
    held = [len(memory.facts()) for memory in fresh._memories]
    first.close()
    assert [len(memory.facts()) for memory in fresh._memories] == held
    last.close()
    assert [len(memory.facts()) for memory in fresh._memories] == [*held[:-1], 0]
    for session in sessions:
        session.close()
    assert [fact for memory in fresh._memories for fact in memory.facts()] == []


def test_eight_threads_with_a_session_each_decide_as_the_kernel_does(durable: ModuleType, program: Program) -> None:
    failed: list[str] = []
    threads_before = threading.active_count()

    def work(seed: int) -> None:
        chance = chances(seed)
        session = durable.Session(program)
        for _ in range(40):
            inputs = inputs_of(program, set(chance.sample(range(len(program.inputs)), 8)))
            if session.run(inputs) != run(program.steps, inputs):
                failed.append(f"thread {seed}")
        session.close()

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        assert threading.active_count() <= threads_before + 8, "durable-rules started threads of its own"
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert failed == []


@pytest.mark.skipif(sys.platform != "linux", reason="that memory is not zero to begin with is asked of the GNU C library")
def test_a_working_memory_in_which_nothing_was_told_can_be_thrown_away_whatever_memory_held_before(durable: ModuleType) -> None:
    """Where the engine itself would free what was never set."""
    code = f"""
from {durable.__name__} import _compiled, _Memory
from hechting_rules.answered import prepare
from hechting_rules.rulebook import default_rulebook
for told in (False, True):
    memory = _Memory(_compiled(prepare(default_rulebook(), "default")))
    if told:
        memory.bring_to([0, 1] + [0] * (memory.compiled.inputs - 2))
    memory.dispose()
print("thrown away")
"""
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, env={**os.environ, "MALLOC_PERTURB_": "165"}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("thrown away\n", 0)


# --- by name ---------------------------------------------------------------------------------------------------------------


def test_an_unknown_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"'kernal' is no engine; allowed: auto, durable, kernel; did you mean 'kernel'\?"):
        advise(Case(), engine="kernal")


def test_the_kernel_and_auto_decide_everywhere(program: Program) -> None:
    inputs = inputs_of(program, {7})
    for name in ("kernel", "auto"):
        assert deciding(name)(program, inputs) == run(program.steps, inputs)
    assert opened("kernel", program).engine == "kernel"
    assert opened("auto", program).engine == ("durable" if HAD else "kernel")


@pytest.mark.skipif(HAD, reason="durable-rules can be had here")
def test_asking_for_durable_rules_where_it_cannot_be_had_says_why() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    with pytest.raises(EngineError) as caught:
        advise(Case(), engine="durable")
    assert "needs durable-rules, which cannot be imported here (No module named 'durable_rules_engine')" in str(caught.value)
    assert f"it exists for Python 3.11 and 3.12, and this is {here}; 'kernel' gives the same results" in str(caught.value)


CASE = Path(__file__).parents[1] / "examples" / "cases" / "07-adult-cannot-express-feelings.yaml"


def advised_by(engine: str) -> subprocess.CompletedProcess[str]:
    """What the command says of a case, decided by an engine."""
    line = [sys.executable, "-m", "hechting_rules", "advise", str(CASE), "--format", "json", "--engine", engine]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_command_says_the_same_whatever_decides() -> None:
    said = [advised_by(engine) for engine in ("kernel", "durable" if HAD else "auto")]
    assert {(done.returncode, done.stderr) for done in said} == {(0, "")}
    assert len({done.stdout for done in said}) == 1


@pytest.mark.skipif(HAD, reason="durable-rules can be had here")
def test_the_command_says_in_one_message_that_durable_rules_cannot_be_had() -> None:
    done = advised_by("durable")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the engine 'durable' needs durable-rules, which cannot be imported here" in done.stderr
    assert "Traceback" not in done.stderr
