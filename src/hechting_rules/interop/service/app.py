"""The application: which address answers what, who may call it, and in which form."""

import datetime as dt
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hechting_rules.answered import program_for
from hechting_rules.engine.runners import opened
from hechting_rules.errors import HechtingError
from hechting_rules.interop.cds_hooks import discovery
from hechting_rules.interop.service.answers import Asked, Guidance, advise_on, ask_about, draw, explain_in
from hechting_rules.interop.service.bodies import JSON, YAML, form_of, parameters, read_body, require_accepted
from hechting_rules.interop.service.consulting import consult
from hechting_rules.interop.service.desk import Desk
from hechting_rules.interop.service.forms import vocabulary
from hechting_rules.interop.service.guard import ADDRESS, CLIENT, Guard, refusal, request_id
from hechting_rules.interop.service.hooks import Desk as HooksDesk
from hechting_rules.interop.service.hooks import cards, hooks_desk, keep_feedback, today
from hechting_rules.interop.service.openapi import document
from hechting_rules.interop.service.pages import POLICY, File, page_files
from hechting_rules.interop.service.problems import RefusedError, refusal_of
from hechting_rules.interop.service.settings import Settings, check_settings
from hechting_rules.interop.service.tokens import Door
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.source import did_you_mean, one_of
from hechting_rules.version import VERSION

SVG = "image/svg+xml"
HOOKS = "/cds-services"
NAMES = {404: "no-such-address", 405: "method"}
Answer = Callable[[Guidance, Asked], dict[str, Any] | str]
Handler = Callable[[Request], Awaitable[Response]]


@attrs.frozen
class Posted:
    """An address that decides: what answers, what the body may be, which parameters it takes, and what comes back."""

    answer: Answer
    takes: tuple[str, ...]
    query: tuple[str, ...]
    gives: str = JSON


POSTED: Mapping[str, Posted] = {
    "/advise": Posted(advise_on, (JSON, YAML), ("lang", "profile", "as_of")),
    "/ask": Posted(ask_about, (JSON, YAML), ("lang", "profile")),
    "/explain": Posted(explain_in, (JSON, YAML), ("lang", "profile", "code")),
    "/drawing": Posted(draw, (JSON, YAML), ("lang", "profile", "code"), SVG),
    "/consultation": Posted(consult, (JSON,), ("lang", "profile")),
}

PAGE: Mapping[str, str] = {"/": "index.html", "/page.js": "page.js", "/page.css": "page.css"}
HOOKED: Mapping[str, Callable[[HooksDesk, str, str], dict[str, Any]]] = {
    f"{HOOKS}/{{service}}": cards,
    f"{HOOKS}/{{service}}/feedback": keep_feedback,
}
PATHS = (*POSTED, HOOKS, "/health", "/vocabulary", "/openapi.json")
"""The addresses that a message names."""


def create_app(settings: Settings | None = None, *, day: Callable[[], dt.date] = today) -> Starlette:
    """The service as an application to run, or to mount in another one. ``day`` says which day it is, for ages in CDS Hooks.

    Raises `UsageError` for settings that would leave it open to others or name what is not there, and `RulebookError` for rules
    that cannot be used.
    """
    chosen = check_settings(Settings() if settings is None else settings)
    book = load_rulebook(chosen.rules) if chosen.rules else default_rulebook()
    profile = find_profile(book, chosen.profile)
    opened(chosen.engine, program_for(book, profile)).close()
    guidance = Guidance(book, profile.id, chosen.engine, chosen.limits.steps)
    handlers: dict[Any, Any] = {HechtingError: _refused, HTTPException: _missed}
    routes = list(_routes(_Service(chosen, guidance), hooks_desk(book, chosen, day)))
    app = Starlette(routes=routes, middleware=list(_middleware(chosen)), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def _routes(service: "_Service", hooks: HooksDesk) -> Iterator[Route]:
    """Every address with its handler."""
    guidance = service.guidance
    for path, what in POSTED.items():
        yield Route(path, service.posted(path, what), methods=["POST"])
    for path, answer in HOOKED.items():
        yield Route(path, service.hooked(path, answer, hooks), methods=["POST"])
    fixed = {
        HOOKS: discovery(hooks.hooks),
        "/vocabulary": vocabulary(guidance),
        "/openapi.json": document(guidance, service.settings),
    }
    for path, value in fixed.items():
        yield Route(path, service.fixed(path, value), methods=["GET"])
    yield Route("/health", service.health, methods=["GET"])
    if service.settings.page:
        files = page_files()
        for path, name in PAGE.items():
            yield Route(path, service.file(path, files[name]), methods=["GET"])


def _middleware(settings: Settings) -> Iterator[Middleware]:
    """What stands around every request, outermost first."""
    yield Middleware(Guard, settings=settings)
    if settings.origins:
        yield Middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["accept", "authorization", "content-type"],
            expose_headers=["x-request-id"],
            max_age=600,
        )


class _Service:
    """What the addresses share."""

    def __init__(self, settings: Settings, guidance: Guidance) -> None:
        self.settings, self.guidance = settings, guidance
        limits = settings.limits
        self.desk = Desk(limits.threads, limits.at_work, limits.answer_seconds)
        self.door = Door(settings.issuers, limits)

    def let_in(self, request: Request, path: str) -> None:
        """Note who calls. Raises `RefusedError` for a caller that may not."""
        request.scope[ADDRESS] = path
        if self.door.closed:
            called = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
            address = f"{self.settings.public_url}{called}"
            request.scope[CLIENT] = self.door.let_in(request.headers.get("authorization"), address, called)

    def posted(self, path: str, what: Posted) -> Handler:
        """The handler of an address that decides about what is posted to it."""

        async def handle(request: Request) -> Response:
            self.let_in(request, path)
            require_accepted(request, what.gives)
            query = parameters(request, what.query)
            form = form_of(request, what.takes)
            limits = self.settings.limits
            text = await read_body(request, limits.body_bytes, limits.body_seconds)
            body = await self.desk.decide(_answered, what.answer, self.guidance, Asked(text, form, query))
            return Response(body, media_type=what.gives)

        return handle

    def hooked(self, path: str, answer: Callable[[HooksDesk, str, str], dict[str, Any]], hooks: HooksDesk) -> Handler:
        """The handler of an address of CDS Hooks below discovery."""

        async def handle(request: Request) -> Response:
            self.let_in(request, path)
            require_accepted(request, JSON)
            parameters(request, ())
            form_of(request, (JSON,))
            limits = self.settings.limits
            text = await read_body(request, limits.hook_bytes, limits.body_seconds)
            named = request.path_params["service"]
            return Response(await self.desk.decide(_hooked, answer, hooks, named, text), media_type=JSON)

        return handle

    async def health(self, request: Request) -> Response:
        """Whether the service answers, and with which rules."""
        request.scope[ADDRESS] = "/health"
        require_accepted(request, JSON)
        parameters(request, ())
        book = self.guidance.book
        rules = {"id": book.head.id, "version": book.head.version, "sha256": book.sha256}
        return Response(_json({"status": "ok", "version": VERSION, "rulebook": rules}), media_type=JSON)

    def fixed(self, path: str, value: dict[str, Any]) -> Handler:
        """The handler of an address that always answers the same and holds nothing of any case: anyone may read it."""
        body = _json(value)
        return self._unchanging(path, File(JSON, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'), {})

    def file(self, path: str, found: File) -> Handler:
        """The handler of a file of the page."""
        return self._unchanging(path, found, {"Content-Security-Policy": POLICY})

    def _unchanging(self, path: str, found: File, more: Mapping[str, str]) -> Handler:
        headers = {"ETag": found.tag, "Cache-Control": "no-cache", **more}

        async def handle(request: Request) -> Response:
            request.scope[ADDRESS] = path
            require_accepted(request, found.media.partition(";")[0])
            parameters(request, ())
            if found.tag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
                return Response(None, 304, headers)
            return Response(found.body, 200, {**headers, "Content-Type": found.media})

        return handle


async def _refused(request: Request, error: Exception) -> Response:
    """The answer to what the library or the service refuses."""
    known = error if isinstance(error, HechtingError) else HechtingError()
    return refusal(refusal_of(known, "body"), request_id(request.scope))


async def _missed(request: Request, error: Exception) -> Response:
    """The answer where there is no such address, or not with that method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    near = did_you_mean(request.scope["path"].removeprefix(request.scope.get("root_path", "")), PATHS)
    detail = {
        404: f"there is nothing at this address; {near or 'there is: ' + one_of(PATHS)}",
        405: f"this address is called with {headers.get('Allow', 'another method')}",
    }
    told = RefusedError(status, NAMES.get(status, "refused"), detail.get(status, "refused"), headers=headers)
    return refusal(told, request_id(request.scope))


def _answered(answer: Answer, guidance: Guidance, asked: Asked) -> bytes:
    """The body of an answer; all of it is made in the thread that decides."""
    found = answer(guidance, asked)
    return found.encode() if isinstance(found, str) else _json(found)


def _hooked(answer: Callable[[HooksDesk, str, str], dict[str, Any]], hooks: HooksDesk, service: str, text: str) -> bytes:
    return _json(answer(hooks, service, text))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
