"""The guidance over HTTP: an application to run with ``hechting serve`` or to mount in another one (extra ``serve``).

It keeps nothing of a case: each request brings it along, and no part of it is written to a log.
"""

from hechting_rules.errors import MissingExtraError

try:
    from hechting_rules.interop.service.app import create_app
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] not in {"starlette", "jwt", "cryptography", "graphlay"}:
        raise
    raise MissingExtraError("serve", "the service") from error
except MissingExtraError as error:
    raise MissingExtraError("serve", "the service") from error
from hechting_rules.interop.service.settings import Issuer, Limits, Settings, SettingsError, read_settings

__all__ = ["Issuer", "Limits", "Settings", "SettingsError", "create_app", "read_settings"]
