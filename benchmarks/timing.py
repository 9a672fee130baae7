"""Times of several contenders in one run, taken in turns, so that what else the machine does hits all alike.

By the clock on the wall, and by the processor time of all threads of this process, which leaves out what other processes take.
"""

import gc
import statistics
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import attrs

K = TypeVar("K", bound=Hashable)


@attrs.frozen
class Lap:
    """Seconds for one input: on the wall, and of processor time."""

    wall: float
    processor: float


@attrs.frozen
class Contender:
    """Something to run on each input, again and again for at least ``least`` seconds; the clocks are for tests."""

    run: Callable[[Any], object]
    inputs: tuple[Any, ...]
    least: float = 0.05
    wall: Callable[[], float] = time.perf_counter
    processor: Callable[[], float] = time.process_time

    def lap(self) -> Lap:
        """Runs over all inputs: seconds for one of them, on average. One run alone would find the caches as others left them."""
        run, passes, end = self.run, 0, 0.0
        wall, processor = self.wall(), self.processor()
        while not passes or end - wall < self.least:
            for one in self.inputs:
                run(one)
            passes, end = passes + 1, self.wall()
        count = passes * len(self.inputs)
        return Lap((end - wall) / count, (self.processor() - processor) / count)


def medians(contenders: Mapping[K, Contender], rounds: int) -> dict[K, Lap]:
    """The median lap of each contender, over so many rounds in which each has one lap. The garbage collector rests meanwhile."""
    laps: dict[K, list[Lap]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            gc.collect()
            gc.disable()
            try:
                laps[name].append(contender.lap())
            finally:
                gc.enable()
    return {
        name: Lap(statistics.median(lap.wall for lap in several), statistics.median(lap.processor for lap in several))
        for name, several in laps.items()
    }
