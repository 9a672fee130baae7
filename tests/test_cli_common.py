"""What the commands share: how an answer is written to a terminal, what a missing extra says, and the options that many take."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from hechting_rules import MissingExtraError, advise, load_case
from hechting_rules.cli import cases
from hechting_rules.cli.common import extra
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language

BASE = Path(__file__).parent / "diagnostics" / "base"
EXAMPLES = Path(__file__).parents[1] / "examples" / "cases"
ONE, OTHER = EXAMPLES / "09-adopted-child-with-safe-parents.yaml", EXAMPLES / "12-toddler-who-only-clings.yaml"
STYLE = re.compile(r"\x1b\[[0-9;]*m")

# on a terminal


@pytest.fixture
def on_terminal(hechting: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The advice for a case as it is written to a terminal."""

    def told(terminal: bool = True, **environment: str) -> str:
        for name, value in {"NO_COLOR": "", "TERM": "xterm", "COLUMNS": "90", "LINES": "40", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
        code, out, err = hechting("advise", ONE)
        assert (code, err) == (0, "")
        return str(out)

    return told


def test_a_terminal_gets_style_unless_it_wants_none_and_everything_else_gets_plain_text(on_terminal: Any) -> None:
    assert STYLE.search(on_terminal())
    assert not STYLE.search(on_terminal(NO_COLOR="1"))
    assert not STYLE.search(on_terminal(TERM="dumb"))
    assert on_terminal(terminal=False, COLUMNS="50") == to_text(advise(load_case(ONE)), Language.NL)


def test_a_terminal_gets_lines_of_its_width_within_bounds(on_terminal: Any) -> None:
    def plainly(columns: int) -> str:
        return STYLE.sub("", on_terminal(COLUMNS=str(columns)))

    widest = {columns: max(len(line) for line in plainly(columns).splitlines()) for columns in (40, 60, 100)}
    assert all(columns - 10 < width <= columns for columns, width in widest.items())
    assert plainly(10) == plainly(40) != plainly(60)
    assert plainly(300) == plainly(100)


# extras


def test_a_module_that_lacks_its_extra_names_it_and_one_of_the_library_that_is_broken_does_not() -> None:
    with pytest.raises(MissingExtraError) as missing:
        extra("report", "jinja_that_is_not_there", "the HTML report")
    assert str(missing.value) == "the HTML report needs the extra 'report': pip install 'hechting-rules[report]'"
    with pytest.raises(ModuleNotFoundError, match="hechting_rules"):
        extra("report", "hechting_rules.nowhere", "the HTML report")


# options

PROFILED: list[tuple[str | Path, ...]] = [
    ("advise", ONE),
    ("explain", ONE, "attention.child_risk"),
    ("explain", ONE),
    ("ask", ONE),
    ("diff", ONE, OTHER),
    ("diff", ONE, "--vary"),
    ("graph", ONE),
    ("record", ONE),
]
OF_A_RULEBOOK: list[tuple[str | Path, ...]] = [
    *PROFILED,
    ("trace", "--article", ONE),
    ("rules",),
    ("vocabulary",),
    ("about",),
    ("questionnaire",),
]


def named(command: tuple[str | Path, ...]) -> str:
    return " ".join(part.stem if isinstance(part, Path) else part for part in command)


@pytest.mark.parametrize("command", PROFILED, ids=named)
def test_a_command_uses_the_profile_that_is_named(command: tuple[str | Path, ...], hechting: Any) -> None:
    message = "there is no profile 'nobody'; allowed: be-vlg, default, nl\n"
    assert hechting(*command, "--profile", "nobody") == (2, "", message)


@pytest.mark.parametrize("command", OF_A_RULEBOOK, ids=named)
def test_a_command_uses_the_rulebook_that_is_named(command: tuple[str | Path, ...], hechting: Any) -> None:
    message = "nowhere:1:1: B501 is no folder\n    hint: name the folder that holds rulebook.yaml\n"
    assert hechting(*command, "--rules", "nowhere") == (2, "", message)


def test_the_engine_that_is_named_decides(hechting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def deciding(*given: Any, engine: str) -> Any:
        asked.append(engine)
        return advise(*given)

    monkeypatch.setattr(cases, "advise", deciding)
    for options in ((), ("--engine", "durable"), ("--engine", "auto")):
        assert hechting("advise", ONE, *options)[0] == 0
    assert asked == ["kernel", "durable", "auto"]
