"""The commands for authors of guidance: what they look at before they begin, what they find, and how they end."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from lawful import linted_folder

BASE = Path(__file__).parent / "diagnostics" / "base"
ARTICLE = "Here stand the first words of it,\nand the second words as well.\n"

# check


def test_check_knows_the_profile_that_is_named_whether_or_not_it_proves(hechting: Any, tmp_path: Path) -> None:
    folder = linted_folder(tmp_path / "book")
    message = "there is no profile 'defualt'; allowed: default; did you mean 'default'?\n"
    for options in ((), ("--prove",)):
        assert hechting("check", folder, "--profile", "defualt", *options) == (2, "", message)


def test_check_says_that_cases_cannot_be_saved_before_it_proves_anything(hechting: Any, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    message = f"'{taken}' cannot be written to: it is no folder\n"
    assert hechting("check", linted_folder(tmp_path / "book"), "--save", taken) == (2, "", message)
    assert taken.read_text(encoding="utf-8") == "mine"


# trace


@pytest.fixture
def traced(hechting: Any, tmp_path: Path) -> Any:
    """What the command finds in a text: exit code and lines."""

    def trace(text: str) -> tuple[int, list[str]]:
        path = tmp_path / "article.txt"
        path.write_text(text, encoding="utf-8")
        code, out, err = hechting("trace", "--article", path, "--rules", BASE)
        assert err == ""
        return code, [line.replace(str(path), "article.txt") for line in out.splitlines()]

    return trace


def test_trace_finds_each_locator_where_it_is_recorded(traced: Any) -> None:
    assert traced(ARTICLE) == (0, ["2 of 2 locators found, 0 moved"])


def test_trace_folds_white_space(traced: Any) -> None:
    assert traced("Here stand the   first\nwords of it, and the second\twords.\n") == (0, ["2 of 2 locators found, 0 moved"])


def test_trace_takes_the_nearest_of_several_places(hechting: Any, tmp_path: Path) -> None:
    folder, article = tmp_path / "book", tmp_path / "article.txt"
    shutil.copytree(BASE, folder)
    statements = folder / "statements" / "one_section.yaml"
    text = statements.read_text(encoding="utf-8")
    assert text.count("line: 2,") == 1
    statements.write_text(text.replace("line: 2,", "line: 30,"), encoding="utf-8")
    article.write_text(
        ARTICLE + "\n" * 27 + "Once more the second words.\n" + "\n" * 27 + "And the second words.\n", encoding="utf-8"
    )
    assert hechting("trace", "--article", article, "--rules", folder) == (0, "2 of 2 locators found, 0 moved\n", "")


@pytest.mark.parametrize(("blank", "moved"), [(3, 0), (4, 2)])
def test_trace_reports_what_stands_more_than_three_lines_away(traced: Any, blank: int, moved: int) -> None:
    lines = [
        "S1: 'the first words' stands in line 5, recorded for line 1",
        "S2: 'the second words' stands in line 6, recorded for line 2",
    ]
    assert traced("\n" * blank + ARTICLE) == (min(moved, 1), [*lines[:moved], f"2 of 2 locators found, {moved} moved"])


def test_trace_reports_what_is_not_there(traced: Any) -> None:
    code, lines = traced("Here stand the first words, and the second thoughts.\n")
    assert (code, lines) == (1, ["S2: 'the second words' is not in article.txt", "1 of 2 locators found, 0 moved"])


def test_trace_of_no_file_is_one_message(hechting: Any) -> None:
    code, out, err = hechting("trace", "--article", "nowhere.txt", "--rules", BASE)
    assert (code, out) == (2, "")
    assert err.startswith("nowhere.txt:1:1: Y101 cannot be read: ")


# rules


def test_rules_lists_all_and_shows_one(hechting: Any) -> None:
    code, out, err = hechting("rules", "--rules", BASE, "--lang", "en")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [
        "contact.discuss",
        "parents.ask",
        "parents.ask_when_available",
        "parents.available",
        "parents.trauma",
    ]
    assert [line for line in out.splitlines() if line.endswith("(off by default)")] == [out.splitlines()[2]]
    code, out, err = hechting("rules", "contact.discuss", "--rules", BASE)
    assert (code, err) == (0, "")
    assert out.startswith("contact.discuss (article) at rules/article/suggestions.yaml:1:3\n")
    assert "\nthen discuss.contact (worded: certain)\n  S1 'the first words', line 1, One\n" in out


def test_a_rule_that_is_not_there_is_one_message(hechting: Any) -> None:
    message = "there is no rule 'contact.discus'; did you mean 'contact.discuss'?\n"
    assert hechting("rules", "contact.discus", "--rules", BASE) == (2, "", message)
