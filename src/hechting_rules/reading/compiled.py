"""The compiled form of the library's own rulebook: made when a wheel is built, used only when the files are the same.

It is keyed by the digest of the rule files and the version of the library, and nothing is ever written at run time.
"""

import pickle
from importlib import resources

from hechting_rules.model import Rulebook

NAME = "rulebook.pickle"


def key_of(digest: str, version: str) -> str:
    """The key of a compiled form: digest of the files, version of the library."""
    return f"{digest} {version}"


def dump(book: Rulebook, version: str) -> bytes:
    """The compiled form of a rulebook, for the build of a wheel."""
    return pickle.dumps((key_of(book.sha256, version), pickle.dumps(book, protocol=5)), protocol=5)


def read(digest: str, version: str) -> Rulebook | None:
    """The compiled rulebook inside this package, or nothing when there is none for these files and this version."""
    place = resources.files("hechting_rules") / NAME
    if not place.is_file():
        return None
    key, data = pickle.loads(place.read_bytes())  # noqa: S301 - made by our own build, inside our own package
    book = pickle.loads(data) if key == key_of(digest, version) else None  # noqa: S301 - the same
    return book if isinstance(book, Rulebook) else None
