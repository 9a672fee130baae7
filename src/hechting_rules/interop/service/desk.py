"""Where cases are decided: a few threads beside the event loop, with a bound on how many requests wait for them."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from hechting_rules.interop.service.problems import RefusedError

T = TypeVar("T")


class Desk:
    """Decides in ``threads`` threads; ``at_work`` requests at once are decided or wait, and each is answered within ``seconds``.

    An advice takes tens of milliseconds of plain Python. In the event loop that would make every other request wait as long,
    those too that only bring a body in slowly; threads do not make it faster, but leave the loop free. What is given up after
    its time keeps its place until its thread is done, so that the bound holds.
    """

    def __init__(self, threads: int, at_work: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hechting")
        self._most, self._seconds = at_work, seconds
        self._lock = threading.Lock()
        self._busy = 0

    async def decide(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function gives. Raises what it raises, and `RefusedError` (503) where there is no place, or not in time."""
        with self._lock:
            if self._busy >= self._most:
                detail = f"{self._most} requests are at work already; come back in a moment"
                raise RefusedError(503, "busy", detail, headers={"Retry-After": "1"})
            self._busy += 1
        future = self._pool.submit(function, *arguments)
        future.add_done_callback(self._left)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            detail = f"no answer within {self._seconds:g} seconds"
            raise RefusedError(503, "too-slow", detail, headers={"Retry-After": "5"}) from error

    def _left(self, _: Future[Any]) -> None:
        with self._lock:
            self._busy -= 1
