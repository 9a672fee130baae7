"""Times of several contenders in one run, taken in turns, so that what else the machine does hits all alike.

One case at a time is timed by the processor time of all threads of this process, which leaves out what other processes take;
cohorts, on which engines may use several cores, by the clock on the wall.
"""

import gc
import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import attrs

K = TypeVar("K", bound=Hashable)


@attrs.frozen
class Contender:
    """Something to run on each input; ``lap`` is one run over all of them, timed by ``clock``."""

    run: Callable[[Any], object]
    inputs: tuple[Any, ...]
    clock: Callable[[], float] = time.process_time

    def lap(self) -> float:
        """Seconds for one input, on average over all."""
        run = self.run
        begun = self.clock()
        for one in self.inputs:
            run(one)
        return (self.clock() - begun) / len(self.inputs)


def medians(contenders: Mapping[K, Contender], rounds: int) -> dict[K, float]:
    """The median lap of each contender, over so many rounds in which each has one lap. The garbage collector rests meanwhile."""
    laps: dict[K, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            gc.collect()
            gc.disable()
            try:
                laps[name].append(contender.lap())
            finally:
                gc.enable()
    return {name: statistics.median(times) for name, times in laps.items()}
