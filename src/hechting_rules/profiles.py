"""What a profile makes of a rulebook: which rules run, and with which numbers."""

from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.errors import UsageError
from hechting_rules.model import DEFAULT_PROFILE, Profile, Rulebook, Switch
from hechting_rules.relations import is_switched_off, off_by_evidence
from hechting_rules.source import did_you_mean, one_of


def find_profile(rulebook: Rulebook, profile: str | Profile | None) -> Profile:
    """A profile by its id; without one, ``default``. Raises `UsageError` for an id that the rulebook has not."""
    if isinstance(profile, Profile):
        return profile
    name = DEFAULT_PROFILE if profile is None else profile
    if name not in rulebook.profiles:
        near = did_you_mean(name, rulebook.profiles)
        message = f"there is no profile '{name}'; allowed: {one_of(rulebook.profiles)}"
        raise UsageError(f"{message}; {near}" if near else message)
    return rulebook.profiles[name]


def active_rules(rulebook: Rulebook, profile: Profile) -> frozenset[str]:
    """The ids of the rules that run: those not off by default, plus and minus the profile's switches."""
    on = {switch.rule for switch in profile.on}
    off = {switch.rule for switch in profile.off}
    return frozenset(rule for rule in rulebook.rules if (not off_by_default(rulebook, rule) or rule in on) and rule not in off)


def off_by_default(rulebook: Rulebook, rule: str) -> bool:
    """Whether today's evidence, or an extension, keeps a rule silent unless a profile switches it on by id."""
    return off_by_evidence(rulebook, rulebook.rules[rule]) or is_switched_off(rulebook, rule)


def parameter_values(rulebook: Rulebook, profile: Profile) -> Mapping[str, float]:
    """The value of each parameter under a profile."""
    return {name: profile.parameters.get(name, parameter.value) for name, parameter in rulebook.parameters.items()}


def with_rules_on(profile: Profile, rules: Iterable[str]) -> Profile:
    """A profile with more rules switched on, as guidance tests of rules that are off by default need."""
    more = tuple(Switch(rule, "test", "", "guidance test", profile.span) for rule in rules)
    return attrs.evolve(profile, on=(*profile.on, *more)) if more else profile
