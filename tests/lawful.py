"""A small rulebook that keeps every law and has something for each of them, and faults to plant in it."""

import shutil
from pathlib import Path

import attrs

from hechting_rules import Rulebook, load_rulebook

BASE = Path(__file__).parent / "diagnostics" / "base"


def _finding(code: str, about: str, direction: str, more: str = "") -> str:
    label, question = f"{{nl: woord {code}, en: word {code}}}", f"{{nl: 'Is er {code}?', en: 'Is there {code}?'}}"
    return (
        f"  - {{code: {code}, label: {label}, question: {question}, about: {about}, time: current, direction: {direction}, "
        f"changeable: either{more}}}\n"
    )


def _conclusion(code: str, about: str, direction: str) -> str:
    return f"  - {{code: {code}, title: {{nl: woorden, en: words}}, about: {about}, direction: {direction}}}\n"


GROUNDS = "statements: [S1], evidence: claim:E1, "


def _rule(name: str, when: str, leads: str, result: str, present: str, more: str = GROUNDS) -> str:
    shown = f"exemplars: [{{given: {{present: [{present}]}}, established: [{result}]}}, {{given: {{}}, not: [{result}]}}]"
    return f"- {{id: {name}, title: {{nl: regel, en: rule}}, when: {when}, {leads}: {result}, wording: certain, {more}{shown}}}\n"


def _suggestion(code: str, origin: str, kind: str, about: str, more: str = "") -> str:
    words = f"summary: {{nl: Woorden over {code}., en: Words on {code}.}}, text: {{nl: Meer over {code}., en: More on {code}.}}"
    return f"- {{code: {code}, origin: {origin}, kind: {kind}, about: {about}, {words}{more}}}\n"


ROUTE = "{jurisdiction: none, text: {nl: bel, en: call}, source: us, edition: one, checked_on: 2026-01-01, review_by: 2027-01-01}"

FILES = {
    "vocabulary/lawful.yaml": "findings:\n"
    + _finding("child.wanted", "child", "protection")
    + _finding("parent.recognises_attachment_problem", "parent", "protection")
    + _finding("parent.offers_adequate_safe_attachment", "parent", "protection")
    + _finding("safety.in_danger", "child", "risk", ", implies: []")
    + _finding("safety.addressed", "child", "neutral")
    + "conclusions:\n"
    + _conclusion("risk.child", "child", "risk")
    + _conclusion("risk.child_open", "child", "risk")
    + _conclusion("protection.child", "child", "protection")
    + _conclusion("protection.compensates_child_risk", "parent", "protection")
    + _conclusion("danger.likely", "child", "neutral")
    + "flags:\n  - {id: RF-01, level: act_now, name: {nl: gevaar, en: danger}}\n",
    "article/lawful.yaml": _rule("child.premature", "child.premature_birth", "conclude", "risk.child", "child.premature_birth")
    + _rule("child.wanted_protects", "child.wanted", "conclude", "protection.child", "child.wanted")
    + _rule(
        "parents.compensate",
        "{all: [protection.parent, parent.recognises_attachment_problem, parent.offers_adequate_safe_attachment]}",
        "conclude",
        "protection.compensates_child_risk",
        "parent.available, parent.recognises_attachment_problem, parent.offers_adequate_safe_attachment",
    )
    + _rule(
        "child.open",
        "{all: [risk.child, {unless: protection.compensates_child_risk}]}",
        "conclude",
        "risk.child_open",
        "child.premature_birth",
    )
    + _rule("child.attention", "{all: [risk.child_open]}", "suggest", "attention.child_risk", "child.premature_birth")
    + _rule("parents.attention", "{all: [risk.parent]}", "suggest", "attention.parent_risk", "parent.unresolved_trauma"),
    "safety/lawful.yaml": _rule("danger.seen", "{any: [safety.in_danger]}", "conclude", "danger.likely", "safety.in_danger", "")
    + _rule("danger.now", "danger.likely", "suggest", "safety.rf01", "safety.in_danger", ""),
    "suggestions/lawful.yaml": _suggestion("attention.child_risk", "article", "attention", "child")
    + _suggestion("attention.parent_risk", "article", "attention", "parent")
    + _suggestion(
        "safety.rf01",
        "safety",
        "safety",
        "child",
        f", flag: RF-01, level: act_now, addressed_by: safety.addressed, routes: [{ROUTE}]",
    ),
}
"""What is added to the small rulebook of the diagnostics."""


@attrs.frozen
class Fault:
    """A slip of an author: in one file, a text and what is written instead. ``broken`` are the laws that it breaks."""

    file: str
    old: str
    new: str
    broken: frozenset[str]


def fault(file: str, old: str, new: str, *broken: str) -> Fault:
    return Fault(file, old, new, frozenset(broken))


ARTICLE, VOCABULARY, SAFETY = "article/lawful.yaml", "vocabulary/lawful.yaml", "safety/lawful.yaml"
DISCUSS = "article/suggestions.yaml"

FAULTS = {
    "a stage at which its finding never counts": fault(
        DISCUSS, "{unless: protection.parent}]", "{stage: [toddler]}]", "rules-can-fire"
    ),
    "the same rule again, for less": fault(
        ARTICLE,
        "- {id: parents.attention,",
        _rule("child.premature_too", "child.very_premature_birth", "conclude", "risk.child", "child.very_premature_birth")
        + "- {id: parents.attention,",
        "rules-add-something",
    ),
    "a risk that a rule asks to be absent": fault(
        DISCUSS, "{unless: protection.parent}]", "{absent: child.premature_birth}]", "risk-never-lowers"
    ),
    "a rule that is off and asks a risk to be absent": fault(
        DISCUSS,
        "- id: parents.ask\n",
        _rule(
            "contact.once",
            "{all: [baby.avoids_eye_contact, {absent: child.premature_birth}]}",
            "suggest",
            "discuss.contact",
            "baby.avoids_eye_contact",
            "statements: [S1], evidence: claim:E2, ",
        )
        + "- id: parents.ask\n",
        "risk-never-lowers",
    ),
    "protection of the child in an unless": fault(
        ARTICLE, "{all: [risk.parent]}", "{all: [risk.parent, {unless: protection.child}]}", "parents-never-offset"
    ),
    "protection of the child that a rule asks to be absent": fault(
        ARTICLE, "{all: [risk.parent]}", "{all: [risk.parent, {absent: child.wanted}]}", "parents-never-offset"
    ),
    "protection of the child below the risk itself": fault(
        "article/parents.yaml",
        "when: parent.unresolved_trauma",
        "when: {all: [parent.unresolved_trauma, {unless: protection.child}]}",
        "parents-never-offset",
    ),
    "protection of the child in an unless on the way from the risk": fault(
        DISCUSS,
        "any: [risk.parent, child.premature_birth]",
        "all: [risk.parent, {unless: protection.child}]",
        "parents-never-offset",
    ),
    "protection of the child that must be absent on the way from the risk": fault(
        DISCUSS, "any: [risk.parent, child.premature_birth]", "all: [risk.parent, {absent: child.wanted}]", "parents-never-offset"
    ),
    "one condition for compensation": fault(
        ARTICLE, "_problem, parent.offers_adequate_safe_attachment]}, concl", "_problem]}, concl", "compensation-needs-both"
    ),
    "compensation by any protection": fault(
        ARTICLE, "{unless: protection.compensates_child_risk}", "{unless: protection.parent}", "compensation-needs-both"
    ),
    "a danger that says itself that it is acted upon": fault(
        VOCABULARY, "implies: []", "implies: [safety.addressed]", "act-now-withholds"
    ),
    "safety that rests on the article": fault(
        SAFETY,
        "{any: [safety.in_danger]}",
        "{any: [safety.in_danger, risk.child]}",
        "safety-stands-alone",
        "article-never-touches-safety",
    ),
    "the default profile switches a rule on": fault(
        "profiles/default.yaml",
        "title:",
        "on: [{rule: parents.ask_when_available, who: us, date: 2026-01-01, reason: why not}]\ntitle:",
        "off-stays-silent",
    ),
}
"""Faults that the files of a rulebook can hold; what files cannot hold is planted in the program by the tests themselves."""


def linted_folder(folder: Path) -> Path:
    """The files of the small rulebook, which has one thing for the lints, with that switched off."""
    shutil.copytree(BASE, folder)
    with (folder / DISCUSS).open("a", encoding="utf-8") as file:  # its last rule is the one
        file.write("  lint_off:\n    - {code: L618, reason: a small rulebook has little else to ask about}\n")
    return folder


def lawful_folder(folder: Path, planted: Fault | None = None) -> Path:
    """The files of the lawful rulebook, with a fault in one of them."""
    linted_folder(folder)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if planted is not None:
        path = folder / planted.file
        text = path.read_text(encoding="utf-8")
        assert text.count(planted.old) == 1, (planted.file, planted.old)
        path.write_text(text.replace(planted.old, planted.new), encoding="utf-8")
    return folder


def lawful(folder: Path, planted: Fault | None = None) -> Rulebook:
    """The lawful rulebook, with a fault in one of its files."""
    return load_rulebook(lawful_folder(folder, planted))
