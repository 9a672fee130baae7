"""Who calls: signed tokens (JWT) as CDS Hooks has them, checked against keys that are known beforehand. Nothing is fetched."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from hechting_rules.errors import UsageError
from hechting_rules.interop.service.problems import RefusedError
from hechting_rules.interop.service.settings import Issuer, Limits
from hechting_rules.reading.yamlnode import read_text
from hechting_rules.source import Problems

LEAST_RSA = 2048
LONGEST_ID = 255
CLAIMS = ("iss", "aud", "exp", "iat", "jti")
Key = EllipticCurvePublicKey | RSAPublicKey


@attrs.frozen
class _Client:
    issuer: Issuer
    keys: Mapping[str, Key]


class Door:
    """Lets in who has a token that is good: for this address, from a client that is named, signed, in its time, not used before.

    Signed with ES384 or RS384 and nothing else. Safe in one event loop; what was used is remembered here alone, so several
    processes behind one address would each take a token once.
    """

    def __init__(self, issuers: Iterable[Issuer], limits: Limits) -> None:
        self._clients = {issuer.iss: _Client(issuer, _keys(issuer)) for issuer in issuers}
        self._limits = limits
        self._used: dict[tuple[str, str], float] = {}

    @property
    def closed(self) -> bool:
        """Whether a token is needed at all."""
        return bool(self._clients)

    def let_in(self, authorization: str | None, address: str, path: str) -> str:
        """The client that calls ``address``. Raises `RefusedError`: 401 without a good token, 403, or 503 when full."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unknown("a token is needed: 'Authorization: Bearer' and a JWT", found=False)
        client, claims = self._checked(token.strip(), address)
        may = client.issuer.may
        if may and not any(path == allowed or path.startswith(f"{allowed.rstrip('/')}/") for allowed in may):
            raise RefusedError(403, "not-for-this-client", "this client may not call this address")
        self._use(client.issuer.iss, claims)
        return client.issuer.iss

    def _checked(self, token: str, address: str) -> tuple[_Client, Mapping[str, Any]]:
        """The client that signed a token, and what the token says."""
        try:
            head = jwt.get_unverified_header(token)
            named = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError as error:
            raise _unknown("the token cannot be read") from error
        client = self._clients.get(named) if isinstance(named, str) else None
        if client is None:
            raise _unknown("the token is of a client that is not known here")
        key = client.keys.get(str(head.get("kid", "")))
        if key is None:
            raise _unknown("the token names no key ('kid') that is known of this client")
        if "jku" in head and head["jku"] != client.issuer.jku:
            raise _unknown("the token names a place for its keys ('jku') that is not known of this client")
        options: Any = {"require": list(CLAIMS), "strict_aud": True}
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[_algorithm(key)],
                audience=address,
                issuer=client.issuer.iss,
                leeway=self._limits.leeway_seconds,
                options=options,
            )
        except jwt.PyJWTError as error:
            raise _unknown(_words(error)) from error
        return client, claims

    def _use(self, iss: str, claims: Mapping[str, Any]) -> None:
        """Remember a token, so that it is not used again while it is good."""
        limits, now = self._limits, time.time()
        jti, ends = claims["jti"], claims["exp"]
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID:
            raise _unknown(f"'jti' of the token is no text of 1 to {LONGEST_ID} characters")
        if ends - claims["iat"] > limits.token_seconds:
            raise _unknown(f"the token is good for longer than {limits.token_seconds:g} seconds")
        if self._used.get((iss, jti), 0) >= now:
            raise _unknown("the token was used before")
        if len(self._used) >= limits.tokens:
            self._used = {key: until for key, until in self._used.items() if until >= now}
        if len(self._used) >= limits.tokens:
            raise RefusedError(503, "too-many-tokens", "too many tokens are in use; come back", headers={"Retry-After": "60"})
        self._used[iss, jti] = ends + limits.leeway_seconds


def _unknown(detail: str, *, found: bool = True) -> RefusedError:
    how = 'Bearer error="invalid_token"' if found else "Bearer"
    return RefusedError(401, "not-known", detail, headers={"WWW-Authenticate": how})


def _words(error: jwt.PyJWTError) -> str:
    """Why a token is not good, without its words."""
    kinds: Mapping[type[jwt.PyJWTError], str] = {
        jwt.ExpiredSignatureError: "the token is no longer good",
        jwt.ImmatureSignatureError: "the token is not good yet",
        jwt.InvalidAudienceError: "the token is for another address: 'aud' is the address that is called, to the letter",
        jwt.MissingRequiredClaimError: f"the token lacks one of: {', '.join(CLAIMS)}",
        jwt.InvalidAlgorithmError: "the token is signed in another way than ES384 or RS384, as its key wants",
        jwt.InvalidSignatureError: "the signature of the token is not that of its client",
    }
    return next((words for kind, words in kinds.items() if isinstance(error, kind)), "the token is not good")


def _algorithm(key: Key) -> str:
    return "ES384" if isinstance(key, EllipticCurvePublicKey) else "RS384"


def _keys(issuer: Issuer) -> dict[str, Key]:
    """The public keys of a client by their ``kid``. Raises `UsageError` for a file that holds anything else."""
    problems = Problems()
    text = read_text(Path(issuer.keys), str(issuer.keys), problems)
    if text is None:
        raise UsageError("\n".join(str(wrong) for wrong in problems.errors()))
    found: dict[str, Key] = {}
    try:
        entries = json.loads(text)["keys"]
        for entry in entries:
            found[entry["kid"]] = _key(entry, str(issuer.keys))
    except (ValueError, TypeError, KeyError, RecursionError, jwt.PyJWTError) as error:
        raise UsageError(f"{issuer.keys}: is no JWK Set of keys with a 'kid' each, for ES384 or RS384") from error
    if not found or len(found) != len(entries):
        raise UsageError(f"{issuer.keys}: holds no key, or one 'kid' twice")
    return found


def _key(entry: Any, shown: str) -> Key:
    """A public key for ES384 or RS384. Raises `UsageError` for any other."""
    name = {"EC": "ES384", "RSA": "RS384"}.get(str(entry.get("kty")), "") if isinstance(entry, Mapping) else ""
    if not name or entry.get("alg", name) != name or entry.get("use", "sig") != "sig":
        raise UsageError(f"{shown}: holds a key that is not for ES384 or RS384 signatures")
    key = jwt.PyJWK.from_dict(dict(entry), algorithm=name).key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP384R1):
        return key
    if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA:
        return key
    raise UsageError(f"{shown}: allowed are public keys on the curve P-384, or RSA of {LEAST_RSA} bits and more; found another")
