"""What a request brings along: its body within its limits, its parameters, and in which form it wants the answer."""

import asyncio
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from hechting_rules.interop.service.problems import Fault, RefusedError
from hechting_rules.source import did_you_mean, one_of, shorten

JSON, YAML, SVG = "application/json", "application/yaml", "image/svg+xml"
FORMS: Mapping[str, str] = {JSON: JSON, YAML: YAML, "application/x-yaml": YAML, "text/yaml": YAML, "text/x-yaml": YAML}
"""The media types of a body, each with the one that is meant."""
FAR = 8
"""From how many times the limit on a body is far too long."""
LONGEST_LENGTH = 18
"""The most digits of a length that is read as a number; one of more is too long whatever it is."""


def require_accepted(request: Request, media: str) -> None:
    """Raises `RefusedError` (406) where a client does not take answers of this media type."""
    accept = ",".join(request.headers.getlist("accept"))
    if accept.strip() and not _accepts(accept, media):
        raise RefusedError(
            406, "not-acceptable", f"the answer is {media}, which 'Accept' does not allow", headers={"Vary": "Accept"}
        )


def _accepts(accept: str, media: str) -> bool:
    """Whether a media type is in an Accept header; what is named more closely goes before what is not."""
    ranges = {}
    for part in accept.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        weights = [word[2:].strip() for word in parameters if word.startswith("q=")]
        ranges[name] = not weights or weights[0].strip("0.") != ""
    for name in (media, f"{media.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return False


def form_of(request: Request, allowed: Iterable[str]) -> str:
    """The media type of the body. Raises `RefusedError` (415) for one that is not allowed, and for a body that is packed."""
    name, *parameters = (word.strip().lower() for word in request.headers.get("content-type", "").split(";"))
    takes = tuple(allowed)
    form = FORMS.get(name)
    charset = next((word[8:].strip('"') for word in parameters if word.startswith("charset=")), "utf-8")
    found = request.headers.get("content-encoding", "identity").strip().lower()
    if found != "identity":
        raise _unsupported("Content-Encoding", found, "none", takes)
    if form not in takes or charset not in ("utf-8", "us-ascii"):
        raise _unsupported("Content-Type", request.headers.get("content-type", ""), one_of(takes), takes)
    return form


def _unsupported(header: str, found: str, allowed: str, takes: Iterable[str]) -> RefusedError:
    said = f"is '{shorten(found)}'" if found else "is not given"
    fault = Fault(header, said, allowed, "a charset, where given, is utf-8" if header == "Content-Type" else "send it unpacked")
    return RefusedError(415, "media-type", f"the {header} of the body {said}", [fault], headers={"Accept": ", ".join(takes)})


async def read_body(request: Request, most: int, seconds: float) -> str:
    """The body as text. Raises `RefusedError` for one without a length (411), too long (413), too slow (408), or no UTF-8 (400).

    One that is somewhat too long is read to its end, and let go of, so that the refusal reaches a client that sends first and
    reads then; one that is far too long is cut off.
    """
    _check_length(request, most)
    read, seen = bytearray(), 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen <= most:
                    read += chunk
                elif seen > most * FAR:
                    break
    except TimeoutError as error:
        detail = f"the body was not there within {seconds:g} seconds"
        raise RefusedError(408, "body-too-slow", detail, headers={"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise RefusedError(400, "gone", "the client went away before its body was there") from error
    if seen > most:
        raise _too_long(most)
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(f"body: byte {error.start}", f"is 0x{read[error.start]:02x}", "UTF-8")
        raise RefusedError(400, "not-utf-8", "the body is not UTF-8", [fault]) from error


def _check_length(request: Request, most: int) -> None:
    length = request.headers.get("content-length")
    if length is None and "transfer-encoding" not in request.headers:
        raise RefusedError(411, "length-required", "a body is needed, with its 'Content-Length'")
    if length is not None and length.isdecimal() and (len(length) > LONGEST_LENGTH or int(length) > most * FAR):
        raise _too_long(most)


def _too_long(most: int) -> RefusedError:
    return RefusedError(413, "body-too-long", f"the body is longer than {most} bytes", headers={"Connection": "close"})


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises `RefusedError` (400) for what is none, has a key twice, or an endless number."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        fault = Fault(f"body:{error.lineno}:{error.colno}", error.msg[:1].lower() + error.msg[1:])
    except RecursionError:
        fault = Fault("body", "nests too deep")
    except ValueError as error:
        fault = Fault("body", str(error))
    raise RefusedError(400, "not-json", "the body is not JSON", [fault])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"key '{shorten(twice)}' stands in one object twice")
    return found


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"'{shorten(digits)}' is too large a number")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"'{name}' is no number of JSON")


def parameters(request: Request, allowed: Iterable[str]) -> dict[str, str]:
    """The parameters of the address, each once. Raises `RefusedError` (400) for one that is unknown or given twice."""
    takes = tuple(allowed)
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        where = f"parameter {shorten(name)}"
        if name not in takes:
            hint = did_you_mean(name, takes)
            raise RefusedError(
                400, "parameter", f"there is no {where}", [Fault(where, "is unknown", one_of(takes) or "none", hint)]
            )
        if name in found:
            raise RefusedError(400, "parameter", f"{where} is given twice", [Fault(where, "is given twice", "once")])
        found[name] = value
    return found


def chosen(name: str, value: str, allowed: Iterable[str]) -> str:
    """A parameter that is one of some words. Raises `RefusedError` (400) for another."""
    words = [str(word) for word in allowed]
    if value not in words:
        fault = Fault(f"parameter {name}", f"is '{shorten(value)}'", one_of(words), did_you_mean(value, words))
        raise RefusedError(400, "parameter", f"parameter {name} is '{shorten(value)}'", [fault])
    return value
