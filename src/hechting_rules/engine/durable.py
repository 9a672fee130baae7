"""The program on durable-rules: a case as facts in the working memory of its Rete engine, told and taken back one by one.

durable-rules 2.0.28 breaks in many ways (``tests/test_durable_faults.py`` shows them), so it is used within what held in every
run: only codes that some rule mentions, facts asserted singly, one session in each ruleset, rules whose firing is only recorded,
derived facts asserted by our own loop, sizes counted before registering, everything under one lock and retracted at the end.

Its Python layer is left out, and the engine below it called as that layer calls it: the layer swallows what an action raises,
starts two timer threads for each host, silently drops what is left to fire when an action took ten seconds, and warns of
deprecation with each firing on Python 3.12. Here nothing runs inside the engine that could raise.

Derived facts are kept true by counting: a fact stays as long as one rule that makes it so has all it asks for. Registers are
looked at in their order in the program, in which each comes after all it rests on, so each changes at most once with each case.
"""

import contextlib
import functools
import heapq
import json
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import durable_rules_engine as rete

from hechting_rules.engine.clauses import Production, Productions, productions, registers
from hechting_rules.engine.program import Program
from hechting_rules.errors import EngineError

T = TypeVar("T")

MOST = 4
"""How many working memories there are at most at once, for this rulebook about 45 MB each; more live cases hand them on."""

SID = "0"
READY = "ready"
"""The fact with which each session begins: ``delete_state`` crashes on a session in which no rule ever fired."""

_LOCK = threading.RLock()
_memories: list["_Memory"] = []


@functools.lru_cache(maxsize=16)
def _compiled(program: Program) -> Productions:
    return productions(program)


def decide(program: Program, inputs: Sequence[int]) -> list[int]:
    """All registers of a program for one case, as `kernel.run` gives them; nothing of the case stays behind.

    Raises `EngineError` for a program beyond the limits, or when the engine fails.
    """
    session = Session(program)
    try:
        return session.run(inputs)
    finally:
        session.close()


class Session:
    """One case that changes: each `run` asserts and retracts only what differs from the last. Safe in threads, by one lock.

    Close it to empty its working memory. Raises `EngineError` for a program beyond the limits.
    """

    def __init__(self, program: Program) -> None:
        with _LOCK:
            self._compiled = _compiled(program)

    def run(self, inputs: Sequence[int]) -> list[int]:
        """All registers for the inputs of one case, as `kernel.run` gives them. Raises `EngineError` when the engine fails."""
        with _LOCK:
            memory = _memory_for(self, self._compiled)
            with _sound(memory):
                memory.bring_to(inputs)
            return registers(self._compiled, inputs, memory.so)

    def close(self) -> None:
        """Take back all that was asserted for this case."""
        with _LOCK:
            for memory in [m for m in _memories if m.owner is not None and m.owner() is self]:
                _release(memory)


def _memory_for(session: Session, compiled: Productions) -> "_Memory":
    """The working memory of a session, moved to the end of the list: its own, one that is free, a new one, the oldest."""
    for dropped in [m for m in _memories if m.owner is not None and m.owner() is None]:
        _release(dropped)  # its session was never closed
    found = next((m for m in _memories if m.owner is not None and m.owner() is session), None)
    if found is None:
        found = next((m for m in _memories if m.owner is None and m.compiled is compiled), None)
    if found is None and len(_memories) < MOST:
        found = _Memory(compiled)
        _memories.append(found)
    if found is None:
        found = min(_memories, key=lambda m: m.owner is not None)
        if found.compiled is not compiled:
            _discard(found)
            found = _Memory(compiled)
            _memories.append(found)
    _memories.remove(found)
    _memories.append(found)
    found.owner = weakref.ref(session)
    return found


def _release(memory: "_Memory") -> None:
    memory.owner = None
    with _sound(memory):
        memory.empty()


@contextlib.contextmanager
def _sound(memory: "_Memory") -> Iterator[None]:
    """What is done to a working memory; when that fails half way, it is thrown away with all that is in it."""
    try:
        yield
    except BaseException:
        _discard(memory)
        raise


def _discard(memory: "_Memory") -> None:
    _memories.remove(memory)
    memory.dispose()


class _Memory:
    """A working memory: the rulesets of a program, and which registers are so in it."""

    def __init__(self, compiled: Productions) -> None:
        self.compiled = compiled
        self.owner: weakref.ref[Session] | None = None
        self.so: set[int] = set()
        self._standing = False
        self._fired: set[Production] = set()
        self._grounds = Counter[int]()
        self._rulesets: list[_Ruleset] = []
        self._using: dict[int, list[Production]] = {}
        self._where: dict[int, list[_Ruleset]] = {}
        try:
            for rules in compiled.rulesets:
                self._rulesets.append(_Ruleset(rules))
        except BaseException:
            self.dispose()
            raise
        for ruleset in self._rulesets:
            for fact in ruleset.facts:
                self._where.setdefault(fact, []).append(ruleset)
        for rule in (rule for rules in compiled.rulesets for rule in rules):
            for fact in rule.body:
                self._using.setdefault(fact, []).append(rule)

    def bring_to(self, inputs: Sequence[int]) -> None:
        """Make the given registers so and no others, and all that follows from them."""
        given = len(inputs)
        todo = [register for register in range(1, given) if bool(inputs[register]) is not (register in self.so)]
        if not self._standing:
            self._standing = True
            todo.extend(head for fact in self.compiled.negated for head in self._tell(-fact, so=True))
        heapq.heapify(todo)
        while todo:
            register = heapq.heappop(todo)
            so = bool(inputs[register]) if register < given else self._grounds[register] > 0
            if so is not (register in self.so):
                for head in self._turn(register, so=so):
                    heapq.heappush(todo, head)

    def empty(self) -> None:
        """Take back everything."""
        self.bring_to([0] * self.compiled.inputs)
        for fact in self.compiled.negated:
            self._tell(-fact, so=False)
        self._standing = False

    def dispose(self) -> None:
        """Free the rulesets, with whatever is in them. Nothing can be told any more."""
        for ruleset in self._rulesets:
            ruleset.delete()
        self._rulesets.clear()

    def facts(self) -> list[str]:
        """The facts that the engine holds, as it tells them."""
        return [fact for ruleset in self._rulesets for fact in ruleset.held()]

    def _turn(self, register: int, *, so: bool) -> list[int]:
        """Make one register so or not so; the registers that may follow."""
        (self.so.add if so else self.so.remove)(register)
        heads = self._tell(register, so=so)
        return heads + self._tell(-register, so=not so) if register in self.compiled.negated else heads

    def _tell(self, fact: int, *, so: bool) -> list[int]:
        """Assert or retract one fact wherever a rule asks for it; the heads of the rules that gained or lost by it."""
        heads: list[int] = []
        for ruleset in self._where.get(fact, ()):
            if so:
                for rule in ruleset.assert_fact(fact):
                    self._fired.add(rule)
                    self._grounds.update(rule.heads)
                    heads.extend(rule.heads)
            else:
                ruleset.retract_fact(fact)
        if not so:
            for rule in self._using.get(fact, ()):
                if rule in self._fired:
                    self._fired.remove(rule)
                    self._grounds.subtract(rule.heads)
                    heads.extend(rule.heads)
        return heads


class _Ruleset:
    """One ruleset registered with the engine. Its facts and rules are named by their places, its facts hold one property each."""

    def __init__(self, rules: Sequence[Production]) -> None:
        self.facts = {fact: f"f{place}" for place, fact in enumerate(dict.fromkeys(f for rule in rules for f in rule.body))}
        self._rules = {f"r{place}": rule for place, rule in enumerate(rules)}
        definition = {name: _rule(self.facts[fact] for fact in rule.body) for name, rule in self._rules.items()}
        self._handle = _asked(rete.create_ruleset, "hechting", json.dumps({READY: _rule([READY]), **definition}))
        self._fire(READY)
        self._place(rete.retract_fact, READY)

    def assert_fact(self, fact: int) -> list[Production]:
        """Assert one fact; the rules that fire by it."""
        return [self._rules[name] for name in self._fire(self.facts[fact])]

    def retract_fact(self, fact: int) -> None:
        """Retract one fact."""
        self._place(rete.retract_fact, self.facts[fact])

    def held(self) -> list[str]:
        """The names of the facts in the working memory."""
        return [fact["id"] for fact in json.loads(_asked(rete.get_facts, self._handle, SID))]

    def delete(self) -> None:
        """Free the ruleset and what it holds. Its session is one in which a rule fired, so it can be deleted."""
        _asked(rete.delete_state, self._handle, SID)
        _asked(rete.delete_ruleset, self._handle)

    def _fire(self, name: str) -> list[str]:
        """Assert the fact of a name; the names of the rules that fire, recorded and done with one after the other."""
        place = self._place(rete.assert_fact, name)
        started = _asked(rete.start_action_for_state, self._handle, place)
        firing = None if started is None else started[1]
        fired: list[str] = []
        while firing is not None:
            fired.extend(json.loads(firing))
            firing = _asked(rete.complete_and_start_action, self._handle, place)
        return fired

    def _place(self, change: Callable[..., tuple[int, int]], name: str) -> int:
        """Assert or retract the fact of a name; the place of the session in the engine."""
        code, place = _asked(change, self._handle, _fact(name))
        if code:
            raise EngineError(f"durable-rules did not take a fact (code {code})")
        return place


def _asked(function: Callable[..., T], *arguments: object) -> T:
    """What the engine answers. Raises `EngineError` for its own errors."""
    try:
        return function(*arguments)
    except rete.error as error:
        raise EngineError(f"durable-rules failed: {error}") from error


def _rule(names: Iterable[str]) -> dict[str, object]:
    """The definition of a rule that asks for these facts."""
    return {"all": [{f"m_{place}": {name: 1}} for place, name in enumerate(names)]}


@functools.lru_cache(maxsize=1024)
def _fact(name: str) -> str:
    """The fact of a name, as the engine takes it: its id is the name, and so is its one property."""
    return json.dumps({"sid": SID, "id": name, name: 1})
