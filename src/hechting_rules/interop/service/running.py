"""The service in a process of its own, on uvicorn: limits on connections, a log in JSON, and a stop that lets answers go out."""

import asyncio
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from hechting_rules.errors import UsageError
from hechting_rules.interop.service.app import create_app
from hechting_rules.interop.service.journal import log_as_json
from hechting_rules.interop.service.settings import Settings, check_settings

HEAD_ROOM = 4
"""How many times the limit on headers a connection may hold before its head is complete: what is between gets a proper answer."""
Say = Callable[[str], object]


def run(settings: Settings, say: Say) -> None:
    """Answer requests until told to stop (SIGTERM or SIGINT); answers at work go out first.

    ``say`` is told once, in words for people, where the service listens and who may call. The log goes to stderr, a JSON object
    a line. Raises what `create_app` raises, and `UsageError` where it cannot listen, or not with that certificate.
    """
    checked = check_settings(settings)
    config = _config(checked)
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        found = f"{checked.certificate} and {checked.key} cannot be used for HTTPS"
        raise UsageError(f"{found}; allowed: a certificate and its private key, both as PEM") from error
    log_as_json("uvicorn.error")
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again once all is done: an end, and no failure
        signal.signal(number, lambda *_: None)
    try:
        _Server(config, checked, say).run()
    except SystemExit as error:
        raise UsageError(f"cannot listen on {checked.host}, port {checked.port}; the log says why; try another --port") from error


def _config(settings: Settings) -> uvicorn.Config:
    """The application under these settings, as uvicorn wants it."""
    limits = settings.limits
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http=_with_header_time(limits.header_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=int(max(1.0, limits.header_seconds)),
        timeout_graceful_shutdown=int(max(1.0, limits.stop_seconds)),
        h11_max_incomplete_event_size=limits.header_bytes * HEAD_ROOM,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
    )


class _Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, config: uvicorn.Config, settings: Settings, say: Say) -> None:
        super().__init__(config)
        self._settings, self._say = settings, say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        self._say(greeting(self._settings, port))


def greeting(settings: Settings, port: int) -> str:
    """Where the service listens and who may call, for people."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    at = f"{'http' if settings.certificate is None else 'https'}://{host}:{port}/"
    if settings.issuers:
        who = f"clients need a token; known: {len(settings.issuers)}"
    elif settings.loopback:
        who = "open without authentication, for trying out: programs on this machine alone can call"
    else:
        who = "OPEN WITHOUT AUTHENTICATION: everyone who can reach this address can call"
    return f"{at}\n{who}. Not reviewed clinically; no diagnosis. Stop with Ctrl-C."


def _with_header_time(seconds: float) -> type[asyncio.Protocol]:
    """The protocol of uvicorn, closing a connection that does not bring the head of a request in time."""

    class Timed(H11Protocol):
        _ends: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._rest()
            super().connection_lost(exc)

        def _watch(self) -> None:
            """Time what is awaited, if that is the head of a request; between requests uvicorn itself does."""
            cycle: Any = self.cycle
            if cycle is not None and not cycle.response_complete:
                self._rest()
            elif self._ends is None:
                self._ends = self.loop.call_later(seconds, self.transport.close)

        def _rest(self) -> None:
            if self._ends is not None:
                self._ends.cancel()
            self._ends = None

    return Timed
