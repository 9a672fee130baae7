"""A live consultation: findings told and taken back one by one, and with each the results that appear, go or change, and why."""

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import NoReturn, Self

import attrs

from hechting_rules.advice import Advice, Question
from hechting_rules.answered import Answered, answered_by, program_for
from hechting_rules.case import admit
from hechting_rules.engine.program import Program
from hechting_rules.engine.runners import Engine, opened
from hechting_rules.errors import CaseError, UsageError
from hechting_rules.explain import advice_of
from hechting_rules.explaining.differences import difference
from hechting_rules.explanations import Difference
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.snapshots import Snapshot, Told, as_text, check_same, read_snapshot, snapshot_of, to_mapping
from hechting_rules.source import Problems, Span, did_you_mean, one_of, shorten
from hechting_rules.stated import API, Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status

Value = str | float
"""What is told: the status of a finding, the stage of a person (``none`` for nobody), or a number."""

Listener = Callable[["Step"], object]


@attrs.frozen
class Step:
    """What was told, and what came of it: the results that appear, go or change, and through which rules."""

    told: Told
    difference: Difference


@attrs.frozen
class _Standing:
    """All that is told so far, the case that it makes, and the log of how it came to be."""

    said: Mapping[str, Value]
    answered: Answered
    log: tuple[Told, ...]


class Consultation:
    """A case that is told finding by finding: ``with Consultation() as consultation: consultation.tell("child", "baby")``.

    Runs on durable-rules where that can be had, else on the kernel, with the same results; ``engine`` says which. What is told
    later of the same thing replaces what was told before, and the order of telling makes no difference to the advice. What cannot
    be so beside the rest raises `CaseError` and leaves everything as it was.

    Safe in threads, by one lock for each consultation. Closing it, by ``with`` or `close`, empties the working memory of the
    engine; what was decided can still be read. It lives in one process and is not copied or pickled: `snapshot` and `restore`
    carry it elsewhere; what it returns can be pickled. ``case_id`` is a name for the case, one line of text. Raises `UsageError`
    for an unknown profile or engine or an id that is no such text, and `EngineError` where ``durable`` is asked for by name and
    cannot be had.
    """

    def __init__(
        self,
        rulebook: Rulebook | None = None,
        profile: str | Profile | None = None,
        engine: str = Engine.AUTO,
        *,
        case_id: str = "",
    ) -> None:
        if case_id != "" and not _is_line(case_id):
            raise UsageError("the id of the case is something else than one line of text")
        self._lock = threading.RLock()
        self._book = default_rulebook() if rulebook is None else rulebook
        self._profile = find_profile(self._book, profile)
        self._program = program_for(self._book, self._profile)
        self._case_id = case_id
        self._listeners: dict[object, Listener] = {}
        self._steps: deque[Step] = deque()
        self._telling = False
        self._closed = False
        self._engine = opened(engine, self._program)
        self._now = _Standing({}, self._decided({}), ())
        self._advice: tuple[Answered, Advice] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a consultation is not copied or pickled; keep its snapshot, and restore that")

    @property
    def engine(self) -> str:
        """The engine that runs: ``durable`` or ``kernel``."""
        return self._engine.engine.value

    @property
    def log(self) -> tuple[Told, ...]:
        """What was told and taken back, in that order."""
        return self._now.log

    def tell(self, name: str, value: Value) -> Step:
        """Tell a finding (present, absent or unknown), the stage of ``child`` or ``adult``, or a quantity; what comes of it.

        A finding told as unknown was asked and cannot be known. Raises `UsageError` for an unknown name or a value of the wrong
        kind, and `CaseError` for what cannot be so beside the rest.
        """
        with self._lock:
            known = self._name(name)
            return self._step(known, {**self._now.said, known: self._value(known, value)})

    def withdraw(self, name: str) -> Step:
        """Take back what was told of a finding, a person's stage or a quantity. Raises `UsageError` if nothing was told of it."""
        with self._lock:
            known = self._name(name)
            if known not in self._now.said:
                raise _never_told(known)
            return self._step(known, {other: value for other, value in self._now.said.items() if other != known})

    def case(self) -> Case:
        """The case as told so far; `advise` gives the same advice on it."""
        return self._now.answered.admitted.case

    def advice(self, as_of: dt.date | None = None) -> Advice:
        """The advice on what is told so far, equal to that of `advise` on the same case, with or without ``as_of``."""
        answered, kept = self._now.answered, self._advice
        if as_of is not None:
            return advice_of(answered, as_of)
        if kept is None or kept[0] is not answered:
            kept = (answered, advice_of(answered))
            self._advice = kept
        return kept[1]

    def ask_next(self) -> tuple[Question, ...]:
        """What is not known and can still change a result, what matters most first."""
        return self.advice().ask_next

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Have each step told to a function, until the function that this returns is called.

        Listeners are called in the thread that tells, in the order in which they were added, one step after the other, also when
        one of them tells something itself. The step stands whatever they do; what they raise is raised by the call that told it,
        after all of them were called. Meanwhile the consultation is locked for other threads. Raises `UsageError` for what is no
        function.
        """
        if not callable(listener):
            raise UsageError(f"a listener is a function that takes a step; this is '{shorten(str(listener))}'")
        key = object()
        with self._lock:
            self._listeners[key] = listener

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe

    def snapshot(self) -> dict[str, object]:
        """The consultation as plain data that JSON can hold: what was told and taken back, for which rulebook and profile."""
        kept = snapshot_of(self._book, self._profile, self._case_id, self._now.log)
        return to_mapping(kept, self._book.quantities)

    def snapshot_text(self) -> str:
        """The snapshot as JSON text."""
        return as_text(self.snapshot())

    @classmethod
    def restore(
        cls,
        snapshot: Mapping[str, object] | str,
        rulebook: Rulebook | None = None,
        profile: str | Profile | None = None,
        engine: str = Engine.AUTO,
        *,
        other_rulebook: bool = False,
    ) -> Self:
        """A consultation that goes on where a snapshot (a mapping or its JSON text) was made, with the same log.

        Without ``profile`` the one it was made with, by its id. Raises `CaseError`, with all that is wrong and where, for a
        snapshot that cannot be read, that tells what the rulebook has not, or whose case cannot be so; and `UsageError` for
        another rulebook than it was made with, unless ``other_rulebook`` allows that, and as opening one does.
        """
        kept = read_snapshot(snapshot)
        book = default_rulebook() if rulebook is None else rulebook
        if not other_rulebook:
            check_same(kept, book)
        restored = cls(book, kept.profile if profile is None else profile, engine, case_id=kept.case)
        try:
            restored._replay(kept)
        except BaseException:
            restored.close()
            raise
        return restored

    def close(self) -> None:
        """Empty the working memory of the engine. Nothing can be told any more; what was decided can be read."""
        with self._lock:
            self._closed = True
            self._engine.close()

    def _replay(self, kept: Snapshot) -> None:
        """Take over a log as a whole: what it comes to is decided once. Raises `CaseError` with all that cannot be told."""
        problems, said, log = Problems(), dict[str, Value](), list[Told]()
        for told, place in zip(kept.log, kept.places, strict=True):
            try:
                log.append(self._retold(told, said))
            except UsageError as error:
                problems.add("C312", place, str(error))
        if problems.errors():
            raise CaseError(problems.errors())
        places = {told.name: place for told, place in zip(log, kept.places, strict=True)}
        admit(self._case(said, places), self._book, self._program)  # what it refuses, it refuses by its place in the snapshot
        self._now = _Standing(said, self._decided(said), tuple(log))

    def _retold(self, told: Told, said: dict[str, Value]) -> Told:
        """One entry of a log, its name and value as this rulebook has them, and what is said after it."""
        name = self._name(told.name)
        if told.value:
            said[name] = self._value(name, _number(told.value) if name in self._book.quantities else told.value)
        elif name in said:
            del said[name]
        else:
            raise _never_told(name)
        return Told(told.number, name, _logged(said.get(name, "")))

    def _step(self, name: str, said: Mapping[str, Value]) -> Step:
        """Decide what is said now; only when all of that went well does it stand, and is it told to the listeners."""
        if self._closed:
            raise UsageError("the consultation is closed; Consultation.restore(snapshot) opens one that goes on")
        before, after = self._now, self._decided(said)
        told = Told(len(before.log) + 1, name, _logged(said.get(name, "")))
        step = Step(told, difference(before.answered, after))
        self._now = _Standing(said, after, (*before.log, told))
        self._steps.append(step)
        if not self._telling:
            self._deliver()
        return step

    def _deliver(self) -> None:
        """Tell the steps to the listeners, in order, with those that the listeners themselves add."""
        failed: list[Exception] = []
        self._telling = True
        try:
            while self._steps:
                step = self._steps.popleft()
                for key in tuple(self._listeners):
                    listener = self._listeners.get(key)  # one before it may have unsubscribed it
                    try:
                        if listener is not None:
                            listener(step)
                    except Exception as error:  # noqa: BLE001 - raised below, when all listeners were called
                        failed.append(error)
        finally:
            self._telling = False
        if len(failed) > 1:
            raise ExceptionGroup("several listeners of a consultation failed", failed)
        if failed:
            raise failed[0]

    def _decided(self, said: Mapping[str, Value]) -> Answered:
        """What the engine makes of all that is said. Raises `CaseError` for what cannot be so together."""
        return answered_by(self._decide, self._case(said, {}), self._book, self._profile, self._program)

    def _case(self, said: Mapping[str, Value], places: Mapping[str, Span]) -> Case:
        """All that is said as a case, with the places where it is said."""
        quantities = [(n, v) for n, v in said.items() if n in self._book.quantities and not isinstance(v, str)]
        return Case(
            id=self._case_id,
            child_stage=str(said.get(Person.CHILD, "")),
            adult_stage=str(said.get(Person.ADULT, "")),
            quantities=tuple(sorted(quantities)),
            findings=tuple(
                Stated(code, Status(str(said[code])), places.get(code, API)) for code in self._book.findings if code in said
            ),
            places=places,
        )

    def _decide(self, _: Program, inputs: Sequence[int]) -> list[int]:
        return self._engine.run(inputs)

    def _name(self, name: str) -> str:
        """A name as the rulebook has it now. Raises `UsageError` for one that it has not."""
        others = (*map(str, Person), *self._book.quantities)
        code = self._book.alias.get(str(name), str(name))
        if code not in others and code not in self._book.findings:
            near = did_you_mean(code, (*others, *self._book.findings, *self._book.alias))
            message = f"'{shorten(code)}' is no finding, no person and no quantity"
            raise UsageError(f"{message}; {near}" if near else f"{message}; see: hechting vocabulary --search WORD")
        return code

    def _value(self, name: str, value: Value) -> Value:
        """A value of the right kind for a name; whether it can be so is for the admission. Raises `UsageError` for another."""
        if name in self._book.quantities:
            if isinstance(value, str):
                raise UsageError(f"{name} is '{shorten(value)}'; allowed: a number")
            return value
        if name in tuple(Person):
            if not isinstance(value, str) or not value:
                raise UsageError(f"the stage of the {name} is told in a word; allowed: {one_of(self._stages(name))}")
            return value
        if value not in tuple(Status):
            raise UsageError(f"'{shorten(str(value))}' is no status of a finding; allowed: {one_of(Status)}")
        return Status(value).value

    def _stages(self, person: str) -> list[str]:
        return [*(s.code for s in self._book.stages.values() if s.of == person), NO_PERSON]


def _is_line(text: object) -> bool:
    """Whether this is text that stands in one line, and something to see."""
    return isinstance(text, str) and text.isprintable() and not text.isspace()


def _logged(value: Value) -> str:
    """What is told, as the log has it."""
    return value if isinstance(value, str) else repr(float(value))


def _number(text: str) -> Value:
    """A number as JSON writes it; what is none stays text, for a message."""
    try:
        return float(text) if text.isascii() and "_" not in text else text
    except ValueError:
        return text


def _never_told(name: str) -> UsageError:
    return UsageError(f"nothing is told of '{name}', so there is nothing to take back")
