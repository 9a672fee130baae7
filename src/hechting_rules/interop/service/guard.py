"""What guards the service: around every request, and against more of them at once than can be decided.

Around each: an id, limits on its head, whom it may come from, safe headers, and one line in the log.
"""

import asyncio
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hechting_rules.interop.service.journal import failure, note
from hechting_rules.interop.service.problems import MEDIA, Fault, RefusedError, problem
from hechting_rules.interop.service.settings import Settings

T = TypeVar("T")
ADDRESS, CLIENT, REQUEST = "hechting_address", "hechting_client", "hechting_request"
"""Where a request keeps its documented address, the client that was recognised, and its id."""

SAFE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}
"""Headers of every answer that says nothing else itself."""
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
"""The methods that the log names; any other one is a word of the caller's."""
WENT_WRONG = 500


def refusal(refused: RefusedError, request: str) -> Response:
    """The answer that tells what is wrong."""
    body = json.dumps(problem(refused, request), ensure_ascii=False).encode()
    return Response(body, refused.status, refused.headers, MEDIA)


def request_id(scope: Scope) -> str:
    """The id that a request was given."""
    return str(scope[REQUEST])


class Guard:
    """ASGI middleware around the whole application. What goes wrong inside becomes one answer and one line, never a traceback."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        scope[REQUEST] = str(uuid.uuid4())
        sent = _Sent(send, scope[REQUEST])
        told: Mapping[str, object] = {}
        try:
            self._check(scope)
            await self._app(scope, receive, sent)
        except RefusedError as refused:
            await refusal(refused, scope[REQUEST])(scope, receive, sent)
        except Exception as error:  # noqa: BLE001 - the last stop: whoever asked gets an answer, and the log where it went wrong
            told = failure(error)
            if not sent.status:
                went_wrong = RefusedError(WENT_WRONG, "went-wrong", "something went wrong here; the log has it under 'instance'")
                await refusal(went_wrong, scope[REQUEST])(scope, receive, sent)
        finally:
            _note_answered(scope, sent, time.perf_counter() - began, told)

    def _check(self, scope: Scope) -> None:
        """Raises `RefusedError` for a head that is too large, and for a name or page that the service does not answer to."""
        limits, headers = self._settings.limits, Headers(scope=scope)
        if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > limits.url_bytes:
            raise RefusedError(414, "address-too-long", f"the address is longer than {limits.url_bytes} bytes")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > limits.header_bytes:
            raise RefusedError(431, "headers-too-long", f"the headers are longer than {limits.header_bytes} bytes together")
        called, names = headers.get("host", ""), self._settings.names
        if names and "*" not in names and _name(called) not in names:
            fault = Fault("Host", "is a name that this service does not answer to", hint="add it to 'hosts' in the settings")
            raise RefusedError(421, "other-host", "this service is not called by that name", [fault])
        origin = headers.get("origin")
        if origin is not None and origin not in self._settings.origins and not _is_at(origin, called):
            fault = Fault("Origin", "is a page that may not call", hint="add it to 'origins' in the settings")
            raise RefusedError(403, "other-origin", "pages of that origin may not call this service", [fault])


def _note_answered(scope: Scope, sent: "_Sent", seconds: float, told: Mapping[str, object]) -> None:
    """One line in the log, of what the service itself names; ``told`` is what may be said of a failure."""
    note(
        "answered",
        logging.ERROR if sent.status >= WENT_WRONG and told else logging.INFO,
        request=scope[REQUEST],
        method=scope["method"] if scope["method"] in METHODS else "other",
        address=scope.get(ADDRESS, "unknown"),
        client=scope.get(CLIENT, ""),
        status=sent.status,
        bytes=sent.size,
        milliseconds=round(seconds * 1000, 1),
        **told,
    )


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_at(origin: str, host: str) -> bool:
    """Whether an Origin header names the host, with its port, that is called."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


class _Sent:
    """What goes out: its status, its size, and the headers that every answer has."""

    def __init__(self, send: Send, request: str) -> None:
        self._send, self._request = send, request
        self.status = self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SAFE.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self._request
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)


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
