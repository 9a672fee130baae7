"""How the service is set up: frozen values, from a YAML file or from Python, checked before anything is opened."""

import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from hechting_rules.engine.runners import Engine
from hechting_rules.errors import DiagnosticError, UsageError
from hechting_rules.model import DEFAULT_PROFILE
from hechting_rules.reading.fields import Fields, as_fields
from hechting_rules.reading.yamlnode import read
from hechting_rules.source import Problems, Span
from hechting_rules.terms import Language

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SCHEMES = ("http", "https")
DEFAULT_PORTS = {"http": 80, "https": 443}


class SettingsError(DiagnosticError):
    """The settings of the service cannot be used."""


@attrs.frozen
class Issuer:
    """A client that may call: its ``iss``, the file with its public keys (a JWK Set), and, if it sends one, its ``jku``.

    ``may`` are the paths that it may call, each with all below it; without any it may call everything. Keys are never fetched.
    """

    iss: str
    keys: Path
    jku: str = ""
    may: tuple[str, ...] = ()


@attrs.frozen
class Limits:
    """What one request may take. Sizes are in bytes, times in seconds.

    ``at_work`` is how many requests may be decided or wait for it at once; one more is told to come back. ``threads`` decide
    them. A token may be good for ``token_seconds`` at most, and ``tokens`` of them are remembered so that none is used twice.
    """

    body_bytes: int = 262_144
    hook_bytes: int = 4_194_304
    header_bytes: int = 16_384
    url_bytes: int = 2_048
    steps: int = 64
    header_seconds: float = 10.0
    body_seconds: float = 10.0
    answer_seconds: float = 20.0
    stop_seconds: float = 20.0
    at_work: int = 64
    threads: int = 2
    connections: int = 512
    token_seconds: float = 300.0
    leeway_seconds: float = 30.0
    tokens: int = 100_000


@attrs.frozen
class Settings:
    """How the service is set up; see ``docs/service.md`` for each field.

    ``public_url`` is the address that clients call, without what comes after its last path; tokens must name it. ``origins`` are
    the web pages of others that may call, ``hosts`` the names by which the service may be called beside those it knows itself.
    ``language`` to ``rule_url`` are for CDS Hooks, as in `hechting_rules.interop.cds_hooks.Hooks`.
    """

    host: str = "127.0.0.1"
    port: int = 8484
    public_url: str = ""
    rules: tuple[Path, ...] = ()
    profile: str = DEFAULT_PROFILE
    engine: str = Engine.KERNEL.value
    page: bool = True
    issuers: tuple[Issuer, ...] = ()
    open_without_authentication: bool = False
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    feedback: Path | None = None
    language: str = Language.NL.value
    code_map: str = "nl"
    hints: bool = False
    source_url: str = ""
    rule_url: str = ""
    limits: Limits = attrs.field(factory=Limits)

    @property
    def loopback(self) -> bool:
        """Whether nobody but programs on this machine can call."""
        return is_loopback(self.host)

    @property
    def names(self) -> frozenset[str]:
        """The names by which the service may be called; empty: any."""
        given = {name.lower() for name in self.hosts}
        if self.public_url:
            given.add((urlsplit(self.public_url).hostname or "").lower())
        if self.loopback:
            return frozenset({*LOOPBACK, self.host.lower(), *given})
        return frozenset(given)


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine alone."""
    name = host.strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_settings(settings: Settings) -> Settings:
    """The same settings. Raises `UsageError` where they would leave the service open to others, or contradict each other."""
    if not (settings.loopback or settings.issuers or settings.open_without_authentication):
        raise UsageError(
            f"the service would be open to everyone who can reach {settings.host}, without authentication; "
            "name clients under 'issuers', or say --open-without-authentication where something before it authenticates"
        )
    if settings.issuers and not settings.public_url:
        raise UsageError(
            "tokens name the address that they are for; give it as 'public_url', such as https://example.org/hechting"
        )
    if (settings.certificate is None) is not (settings.key is None):
        raise UsageError("'certificate' and 'key' go together; found one of them")
    return settings


def read_settings(path: Path | str) -> Settings:
    """The settings in a YAML file; paths in it start from its folder. Raises `SettingsError` with all that is wrong with it."""
    problems = Problems()
    node = read(Path(path), str(path), problems)
    fields = None if node is None else as_fields(node, "the settings", problems)
    if fields is None:
        raise SettingsError(problems.errors())
    found = _settings(fields, Path(path).parent)
    if problems.errors():
        raise SettingsError(problems.errors())
    return found


def _settings(f: Fields, folder: Path) -> Settings:
    default = Settings()
    found = Settings(
        host=f.string("host", "") or default.host,
        port=f.whole("port") if f.has("port") else default.port,
        public_url=_url(f, "public_url"),
        rules=tuple(folder / name for name in f.strings("rules")),
        profile=f.string("profile", "") or default.profile,
        engine=f.choice("engine", Engine, Engine.KERNEL).value,
        page=f.truth("page", True),
        issuers=f.each("issuers", "an issuer", lambda inner: _issuer(inner, folder)),
        open_without_authentication=f.truth("open_without_authentication", False),
        origins=tuple(_origins(f)),
        hosts=f.strings("hosts"),
        certificate=_file(f, "certificate", folder),
        key=_file(f, "key", folder),
        feedback=_file(f, "feedback", folder),
        language=f.choice("language", Language, Language.NL).value,
        code_map=f.string("code_map", "") or default.code_map,
        hints=f.truth("hints", False),
        source_url=_url(f, "source_url"),
        rule_url=f.string("rule_url", ""),
        limits=_limits(f),
    )
    f.done()
    return found


def _file(f: Fields, key: str, folder: Path) -> Path | None:
    name = f.string(key, "")
    return folder / name if name else None


def _issuer(f: Fields, folder: Path) -> Issuer:
    return Issuer(f.string("iss"), folder / f.string("keys"), f.string("jku", ""), f.strings("may"))


def _url(f: Fields, key: str) -> str:
    text, node = f.string(key, ""), f.get(key)
    parts = urlsplit(text)
    if node is not None and (parts.scheme not in SCHEMES or not parts.hostname or parts.query or parts.fragment):
        f.problems.add("W401", node.span, f"'{key}' is '{text}'; allowed: an address that begins with https://, or http://")
    return text.rstrip("/")


def _origins(f: Fields) -> Iterable[str]:
    for text, span in f.placed("origins"):
        _check_origin(text, span, f.problems)
        yield text


def _check_origin(text: str, span: Span, problems: Problems) -> None:
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.path or parts.query or parts.fragment:
        problems.add(
            "W402", span, f"'{text}' is no origin; allowed: scheme, name and port alone, such as https://ehr.example.org"
        )


def _limits(f: Fields) -> Limits:
    node = f.get("limits")
    inner = None if node is None else as_fields(node, "'limits'", f.problems)
    if inner is None:
        return Limits()
    given: dict[str, Any] = {}
    for field in attrs.fields(Limits):
        if inner.has(field.name):
            given[field.name] = inner.whole(field.name) if field.type is int else _positive(inner, field.name)
    inner.done()
    return Limits(**given)


def _positive(f: Fields, key: str) -> float:
    value, node = f.number(key), f.get(key)
    if node is not None and value <= 0:
        f.problems.add("W403", node.span, f"'{key}' is {value:g}; allowed: a number above 0")
    return value
