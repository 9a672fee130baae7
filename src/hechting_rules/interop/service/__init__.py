"""The guidance over HTTP: an application to run with ``hechting serve`` or to mount in another one (extra ``serve``).

It keeps nothing of a case: each request brings it along, and no part of it is written to a log.

`app` says which address answers what; `answers` and `consulting` make the answers on a case, `forms` and `openapi` those that are
always the same. Around that stand `guard` (every request), `bodies` (what it brings along), `tokens` (who calls), `problems`
(what is wrong) and `journal` (the log). `settings` is how all of it is set up, `running` a process of its own for it.
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
