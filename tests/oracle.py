"""What a rulebook means, written naively: the readings of the kit, by the names under which the tests ask for them."""

from hechting_rules.testing.naive import Held, World, established, held, holds, is_moot, known, known_stage, stated
from hechting_rules.testing.worlds import (
    MOST,
    Bounds,
    NoWorldError,
    Scope,
    TooManyWorldsError,
    agrees,
    bounds,
    cone,
    is_consistent,
    scope,
    worlds,
)

__all__ = [
    "MOST",
    "Bounds",
    "Held",
    "NoWorldError",
    "Scope",
    "TooManyWorldsError",
    "World",
    "agrees",
    "bounds",
    "cone",
    "established",
    "held",
    "holds",
    "is_consistent",
    "is_moot",
    "known",
    "known_stage",
    "scope",
    "stated",
    "worlds",
]
