"""What a rulebook means, written naively: the readings of the kit, by the names under which the tests ask for them."""

from hechting_rules.testing.naive import Held, established, held, holds, known, stated
from hechting_rules.testing.worlds import NoWorldError, Scope, TooManyWorldsError, bounds, cone, scope, worlds

__all__ = [
    "Held",
    "NoWorldError",
    "Scope",
    "TooManyWorldsError",
    "bounds",
    "cone",
    "established",
    "held",
    "holds",
    "known",
    "scope",
    "stated",
    "worlds",
]
