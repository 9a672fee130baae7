"""The JSON Schemas that ship with this library: one for each kind of rule file, for cases and for advice."""

from importlib import resources

from hechting_rules.errors import UsageError
from hechting_rules.source import did_you_mean, one_of

ENDING = ".schema.json"


def schema_names() -> tuple[str, ...]:
    """The names of the schemas, in alphabetical order."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(f.name.removesuffix(ENDING) for f in files if f.name.endswith(ENDING)))


def schema_text(name: str) -> str:
    """A schema as JSON text. Raises `UsageError` for an unknown name."""
    if name not in schema_names():
        near = did_you_mean(name, schema_names())
        message = f"there is no schema '{name}'; allowed: {one_of(schema_names())}"
        raise UsageError(f"{message}; {near}" if near else message)
    return (resources.files(__name__) / f"{name}{ENDING}").read_text(encoding="utf-8")
