"""Pages that are made from the rulebook, the diagnostics and the commands, each time the documentation is built.

They are written to ``docs/generated``, which is in no commit; a page that did not change is not written again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import click
import typer
from sphinx.application import Sphinx

from hechting_rules import Rulebook, advise
from hechting_rules.cli.common import app as commands
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Rule
from hechting_rules.profiles import find_profile, off_by_default, with_rules_on
from hechting_rules.render.svg import to_svg
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Test
from hechting_rules.terms import Language, Origin
from hechting_rules.verify.coverage import Fate, StatementFate, fates, table

ROOT = Path(__file__).parents[2]
MADE = ROOT / "docs" / "generated"
MOST = 3
"""How many rules that lead to a conclusion are named."""

ORIGINS = {
    Origin.ARTICLE: "From the article",
    Origin.SAFETY: "Safety, not from the article",
    Origin.TODAY: "Advised today, not from the article",
}
DIAGNOSTIC = re.compile(r"^\S+: (?P<code>[A-Z][0-9]{3}) ", re.MULTILINE)
FAMILIES = {
    "Y": "Files and YAML",
    "F": "Fields",
    "B": "The rulebook as a whole",
    "V": "Vocabulary",
    "R": "Rules, suggestions, evidence and profiles",
    "C": "Cases",
    "X": "Extensions",
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the pages before anything is read."""
    app.connect("builder-inited", lambda _: write_all())
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_all() -> None:
    """Write every page, and take away those of rules that are no longer there."""
    pages = dict(every_page(default_rulebook()))
    for name, text in pages.items():
        path = MADE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in MADE.rglob("*"):
        if path.is_file() and path.relative_to(MADE).as_posix() not in pages:
            path.unlink()


def every_page(book: Rulebook) -> Iterator[tuple[str, str]]:
    """Each page by its name."""
    yield "rulebook/index.md", rulebook_page(book)
    for rule in book.rules.values():
        drawing = drawing_of(rule, book)
        if drawing:
            yield f"rulebook/{rule.id}.svg", drawing
        yield f"rulebook/{rule.id}.md", rule_page(rule, book, drawn=bool(drawing))
    yield "article.md", article_page(book)
    yield "diagnostics.md", diagnostics_page()
    yield "commands.md", commands_page()


# --- the rulebook ----------------------------------------------------------------------------------------------------------


def rulebook_page(book: Rulebook) -> str:
    """All rules by origin and file."""
    counts = (
        f"{len(book.findings)} findings, {len(book.conclusions)} conclusions, {len(book.suggestions)} suggestions, "
        f"{len(book.rules)} rules, {len(book.statements)} statements of the article, {len(book.tests)} guidance tests"
    )
    head = book.head
    lines = ["# The rulebook", "", f"`{head.id}` {head.version}: {counts}. Clinical review: **{head.clinical_review}**.", ""]
    lines += [head.disclaimer.en, ""]
    for origin, heading in ORIGINS.items():
        lines += [f"## {heading}", ""]
        files: dict[str, list[Rule]] = defaultdict(list)
        for rule in book.rules.values():
            if rule.origin is origin:
                files[rule.span.path].append(rule)
        for file, rules in sorted(files.items()):
            lines += [
                f"### {Path(file).stem.replace('_', ' ').capitalize()}",
                "",
                f"`{file}`",
                "",
                "| rule | title | leads to |",
                "|---|---|---|",
            ]
            lines += [
                f"| [{rule.id}]({rule.id}.md) | {rule.title.en}{' *(off by default)*' if off_by_default(book, rule.id) else ''} "
                f"| `{rule.result}` |"
                for rule in rules
            ]
            lines.append("")
    return _page([*lines, "```{toctree}", ":hidden:", ":glob:", "", "*.*", "```"])


def rule_page(rule: Rule, book: Rulebook, *, drawn: bool) -> str:
    """One rule with everything behind it."""
    off = " Off by default: a profile switches it on by its id." if off_by_default(book, rule.id) else ""
    lines = [
        f"# {rule.title.en}",
        "",
        f"*{rule.title.nl}*",
        "",
        f"`{rule.id}` · {ORIGINS[rule.origin].lower()} · `{rule.span}`.{off}",
        "",
        "## When",
        "",
        *_condition(rule.when, book, 0),
        *(f"- unless {_named(code, book)}" for code in rule.unless),
        "",
        "## Then",
        "",
        f"{_named(rule.result, book)}",
        "",
        *([f"Worded in the article as: **{rule.wording}**.", ""] if rule.statements else []),
        *([f"> {' '.join(rule.note.split())}", ""] if rule.note else []),
        *([f"![The reasoning of this rule in its first exemplar]({rule.id}.svg)", ""] if drawn else []),
        *_statements(rule, book),
        *_evidence(rule, book),
        *_exemplars(rule),
    ]
    return _page(lines)


def drawing_of(rule: Rule, book: Rulebook) -> str:
    """The reasoning in the first exemplar that establishes the result of a rule, as SVG; nothing where none does."""
    profile = with_rules_on(find_profile(book, None), [rule.id] if off_by_default(book, rule.id) else ())
    for exemplar in rule.exemplars:
        if rule.result in {code for code, _ in exemplar.expected.established}:
            advice = advise(exemplar.given, book, profile)
            if rule.result in {*(c.code for c in advice.conclusions), *(s.code for s in advice.suggestions)}:
                return to_svg(advice, Language.EN, rule.result, name=f"drawing-{rule.id.replace('.', '-')}")
    return ""


def _condition(condition: Condition, book: Rulebook, depth: int) -> Iterator[str]:
    space = "  " * depth
    match condition:
        case AllOf(parts) | AnyOf(parts):
            yield f"{space}- {'all' if isinstance(condition, AllOf) else 'any'} of"
            for part in parts:
                yield from _condition(part, book, depth + 1)
        case AtLeast(count, parts):
            yield f"{space}- at least {count} of"
            for part in parts:
                yield from _condition(part, book, depth + 1)
        case Is(code):
            yield f"{space}- {_named(code, book)}"
        case IsAbsent(code):
            yield f"{space}- absent: {_named(code, book)}"
        case InStage(stages):
            yield f"{space}- stage: {', '.join(book.stages[stage].label.en for stage in stages)}"
        case InRange(name):
            yield f"{space}- range `{name}`"


def _named(code: str, book: Rulebook) -> str:
    if code in book.findings:
        finding = book.findings[code]
        return f"`{code}` ({finding.about}: {finding.label.en})"
    if code in book.conclusions:
        return f"`{code}` (conclusion: {book.conclusions[code].title.en}{_raised_by(code, book)})"
    suggestion = book.suggestions[code]
    return f"`{code}` ({suggestion.kind}: {_plain(suggestion.summary.en)})"


def _raised_by(code: str, book: Rulebook) -> str:
    """The rules that lead to a conclusion, with links; of many the first few."""
    rules = book.rules_of.get(code, ())
    links = ", ".join(f"[{rule}]({rule}.md)" for rule in rules[:MOST])
    more = f" and {len(rules) - MOST} more" if len(rules) > MOST else ""
    return f"; by {links}{more}" if links else ""


def _statements(rule: Rule, book: Rulebook) -> Iterator[str]:
    if not rule.statements:
        return
    yield from ("## In the article", "", "| statement | begins at | line | section |", "|---|---|---|---|")
    for statement in (book.statements[s] for s in rule.statements):
        yield f"| {statement.id} | {_plain(statement.locator)} | {statement.line} | {statement.section} |"
    yield ""
    for reading in (book.ambiguities[a] for a in rule.ambiguities):
        yield f"- *{reading.id}*: {reading.reading.en}"
    yield ""


def _evidence(rule: Rule, book: Rulebook) -> Iterator[str]:
    note = book.evidence.get(rule.evidence)
    if note is None:
        return
    yield from ("## Today's evidence", "", f"`{note.id}`: **{', '.join(note.standing)}** · confidence {note.confidence}", "")
    yield from (note.full.en, "", f"*{note.full.nl}*", "")
    yield from (f"- {_plain(book.references[r].cite)}" for r in note.references)
    yield ""


def _exemplars(rule: Rule) -> Iterator[str]:
    yield from ("## Exemplars", "", "| given | expected |", "|---|---|")
    yield from (f"| {_given(exemplar)} | {_expected(exemplar)} |" for exemplar in rule.exemplars)
    yield ""


def _given(test: Test) -> str:
    case = test.given
    parts = [f"child: {case.child_stage}"] if case.child_stage else []
    parts += [f"adult: {case.adult_stage}"] if case.adult_stage else []
    parts += [f"{name} {value:g}" for name, value in case.quantities]
    parts += [f"{stated.status} `{stated.code}`" for stated in case.findings]
    return ", ".join(parts) or "nothing is known"


def _expected(test: Test) -> str:
    expected = test.expected
    groups = (
        ("established", expected.established),
        ("possible", expected.possible),
        ("ruled out", expected.ruled_out),
        ("not established", expected.not_established),
    )
    return ", ".join(f"{word} `{code}`" for word, codes in groups for code, _ in codes)


# --- the article -----------------------------------------------------------------------------------------------------------


def article_page(book: Rulebook) -> str:
    """What became of every statement: a table by section, then one row for each."""
    lines = ["# The article, statement by statement", "", _counted(book), ""]
    lines += ["| section | kind | " + " | ".join(fate.value for fate in Fate) + " |", "|---|---|" + "---|" * len(Fate)]
    for section, kinds in table(book).items():
        for kind, counts in kinds.items():
            lines.append(f"| {section} | {kind} | " + " | ".join(str(counts[fate]) for fate in Fate) + " |")
    by_section: dict[str, list[StatementFate]] = defaultdict(list)
    for one in fates(book):
        by_section[one.section].append(one)
    for section, found in by_section.items():
        lines += ["", f"## {section}", "", "| statement | begins at | line | kind | became | by |", "|---|---|---|---|---|---|"]
        for one in found:
            statement = book.statements[one.statement]
            by = ", ".join(f"[{name}](rulebook/{name}.md)" if name in book.rules else _plain(name) for name in one.by)
            cells = (statement.id, _plain(statement.locator), str(statement.line), statement.kind, one.fate.value, by)
            lines.append(f"| {' | '.join(cells)} |")
    return _page(lines)


def _counted(book: Rulebook) -> str:
    found = fates(book)
    counts = {fate: sum(one.fate is fate for one in found) for fate in Fate}
    done = len(found) - counts[Fate.MISSING]
    parts = ", ".join(f"{number} {fate.value}" for fate, number in counts.items() if fate is not Fate.MISSING)
    return f"{done} of {len(found)} statements have a disposition: {parts}."


# --- diagnostics and commands ----------------------------------------------------------------------------------------------


def diagnostics_page() -> str:
    """Each code with a message that shows it, from the files that the tests hold the messages to."""
    shown: dict[str, str] = {}
    folder = ROOT / "tests" / "diagnostics"
    for path in sorted([*folder.glob("*/*.txt"), *folder.glob("*/*/expected.txt")]):
        name = path.parent.name if path.name == "expected.txt" else path.stem
        for message in _messages(path.read_text(encoding="utf-8").strip()):
            found = DIAGNOSTIC.match(message)
            if found is not None and (name.startswith(found["code"]) or found["code"] not in shown):
                shown[found["code"]] = message
    lines = [
        "# Diagnostics",
        "",
        "Every message about a file or a case says where, what was found, what is allowed and what to try.",
        "All problems of all files are told at once. Each code with a message that shows it:",
        "",
    ]
    for family, heading in FAMILIES.items():
        codes = sorted(code for code in shown if code.startswith(family))
        if codes:
            lines += [f"## {heading}", ""]
            for code in codes:
                lines += [f"### {code}", "", "```text", shown[code], "```", ""]
    return _page(lines)


def _messages(text: str) -> list[str]:
    """The messages of an error, each with the lines that go on from it."""
    found: list[str] = []
    for line in text.splitlines():
        if DIAGNOSTIC.match(line) or not found:
            found.append(line)
        else:
            found[-1] += f"\n{line}"
    return found


def commands_page() -> str:
    """What each command says of itself."""
    group = cast("click.Group", typer.main.get_command(commands))
    lines = [
        "# Commands",
        "",
        "`hechting`, also `python -m hechting_rules`. Exit codes: 0 fine, 1 something found, 2 wrong use or bad input.",
        "",
    ]
    for name, command in sorted(group.commands.items()):
        with click.Context(command, info_name=f"hechting {name}", terminal_width=100, max_content_width=100) as context:
            lines += [f"## {name}", "", "```text", command.get_help(context), "```", ""]
    return _page(lines)


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is, in a table as well."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
