"""All lints run over a rulebook, and what its rules switch off of them."""

from collections.abc import Callable, Container, Iterable, Iterator

import attrs

from hechting_rules.model import LintOff, Rulebook
from hechting_rules.source import did_you_mean, shorten
from hechting_rules.verify.lints import logic, usage, wide, wording
from hechting_rules.verify.lints import proved as proving
from hechting_rules.verify.lints.remark import Lint, Remark

LINTS: tuple[Lint, ...] = (
    wording.forbidden_words,
    wording.label_words,
    wording.safety_words,
    wording.hedges,
    usage.unused,
    usage.one_polarity,
    usage.exemplars,
    usage.background,
    usage.harmful_referrals,
    usage.double_counted,
    wording.class_names,
    logic.unreachable,
    logic.always_true,
    logic.duplicate,
    logic.subsumed_rules,
    usage.stage_gaps,
    wide.too_wide,
    usage.cyclic,
    wording.same_words,
    wording.form_of_texts,
)
"""The lints of `hechting check`; with ``--prove`` come those of `hechting_rules.verify.lints.proved`."""

SWITCHES = "L622"
"""The code of what is said of the switches themselves."""


def _codes(lints: Iterable[Callable[..., object]]) -> frozenset[str]:
    """The codes with which the docstrings of lints begin."""
    heads = ((one.__doc__ or "").partition(": ")[0] for one in lints)
    return frozenset(word for head in heads for word in head.split() if word.startswith("L6"))


PROVABLE = _codes(proving.LINTS)
"""The codes that a proof over all cases can give, some of them only a proof."""

CODES = tuple(sorted({*_codes(LINTS), *PROVABLE, SWITCHES}))
"""Every code that a lint can give."""


@attrs.frozen
class Off:
    """A switch at work: the rule, which lint is off for it and why, and what that lint would say."""

    rule: str
    switch: LintOff
    remarks: tuple[Remark, ...]


@attrs.frozen
class Linted:
    """What the lints found, in order of place, and what is switched off."""

    found: tuple[Remark, ...]
    off: tuple[Off, ...]


def run_lints(book: Rulebook) -> tuple[Remark, ...]:
    """What the lints find that need no proof and are not switched off, in order of place."""
    return lint(book).found


def lint(book: Rulebook, proved: Iterable[Remark] | None = None) -> Linted:
    """Run the lints, join what a proof found besides (all of `proved_remarks`), and tell apart what rules switch off.

    A switch that hides nothing is itself found; one of a code that a proof can give too, only where there was a proof.
    """
    remarks = [remark for one in LINTS for remark in one(book)]
    known = {(remark.code, frozenset(remark.rules)) for remark in remarks}
    remarks.extend(remark for remark in proved or () if (remark.code, frozenset(remark.rules)) not in known)
    hidden: dict[tuple[str, str], list[Remark]] = {}
    found = []
    for remark in remarks:
        by = next((rule for rule in remark.rules if _switch(book, rule, remark.code) is not None), None)
        if by is None:
            found.append(remark)
        else:
            hidden.setdefault((by, remark.code), []).append(remark)
    found.extend(_needless(book, hidden, settled=frozenset(CODES) - (frozenset() if proved is not None else PROVABLE)))
    off = (
        Off(rule.id, switch, tuple(hidden[rule.id, switch.code]))
        for rule in book.rules.values()
        for switch in {switch.code: switch for switch in reversed(rule.lint_off)}.values()
        if (rule.id, switch.code) in hidden
    )
    return Linted(tuple(sorted(found, key=lambda r: (r.span, r.code, r.message))), tuple(off))


def _switch(book: Rulebook, rule: str, code: str) -> LintOff | None:
    return next((switch for switch in book.rules[rule].lint_off if switch.code == code), None)


def _needless(book: Rulebook, hidden: Container[tuple[str, str]], settled: Container[str]) -> Iterator[Remark]:
    """L622: a rule switches off a lint that does not exist, that is off already, or that has nothing to say of it."""
    for rule in book.rules.values():
        seen: set[str] = set()
        for switch in rule.lint_off:
            if switch.code not in CODES or switch.code == SWITCHES:
                message = f"rule '{rule.id}' switches off '{shorten(switch.code)}', which is no lint of a rule"
                yield Remark(SWITCHES, switch.span, message, did_you_mean(switch.code, CODES), (rule.id,))
            elif switch.code in seen:
                yield Remark(SWITCHES, switch.span, f"rule '{rule.id}' switches off {switch.code} twice", "", (rule.id,))
            elif (rule.id, switch.code) not in hidden and switch.code in settled:
                message = f"rule '{rule.id}' switches off {switch.code}, which has nothing to say of it"
                yield Remark(SWITCHES, switch.span, message, "take the switch out", (rule.id,))
            seen.add(switch.code)
