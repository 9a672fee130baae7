"""The command line: what it prints and how it ends; for bad input one clear message, exit code 2 and nothing on stdout."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from hechting_rules import Rulebook, __version__, advise, load_case, load_rulebook
from hechting_rules.cli.common import app
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.schemas import schema_names
from hechting_rules.terms import Language
from lawful import linted_folder

HERE = Path(__file__).parent
BASE = HERE / "diagnostics" / "base"
BAD_CASES = HERE / "diagnostics" / "cases"
BAD_RULES = HERE / "diagnostics" / "rules"
EXAMPLES = sorted((HERE.parent / "examples" / "cases").glob("*.yaml"))
TINY = ["--rules", str(BASE)]
CASE = "child: baby\npresent: [baby.avoids_eye_contact, parent.unresolved_trauma]\n"


@pytest.fixture
def hechting(hechting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command, run in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    return hechting


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "one.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


def python(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "hechting_rules", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False, timeout=60)


def with_file(folder: Path, name: str, text: str) -> Path:
    """A copy of the tiny rulebook with one more file."""
    shutil.copytree(BASE, folder)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


# advise


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("everything", [False, True])
def test_advise_prints_the_text_of_the_advice(hechting: Any, case: Path, language: Language, everything: bool) -> None:
    expected = to_text(advise(load_case(case), load_rulebook(BASE)), language, everything=everything)
    arguments = [*TINY, "--lang", language.value, *(["--all"] if everything else [])]
    assert hechting("advise", case, *arguments) == (0, expected, "")


def test_advise_speaks_dutch_unless_told_otherwise(hechting: Any, case: Path) -> None:
    assert hechting("advise", case, *TINY) == hechting("advise", case, *TINY, "--lang", "nl")
    assert hechting("advise", case, *TINY)[1] != hechting("advise", case, *TINY, "--lang", "en")[1]


@pytest.mark.parametrize("language", Language)
def test_advise_as_json_is_the_advice_as_plain_data(hechting: Any, case: Path, language: Language) -> None:
    code, out, err = hechting("advise", case, *TINY, "--format", "json", "--lang", language.value)
    assert (code, err) == (0, "")
    assert json.loads(out) == to_mapping(advise(load_case(case), load_rulebook(BASE)), language)


def test_several_cases_come_in_the_order_in_which_they_were_named(hechting: Any, case: Path, tmp_path: Path) -> None:
    other = tmp_path / "a second.json"
    other.write_text(json.dumps({"id": "two", "child": "toddler", "unknown": ["parent.available"]}), encoding="utf-8")
    cases = [other, case, other]
    single = [hechting("advise", path, *TINY)[1] for path in cases]
    assert hechting("advise", *cases, *TINY)[:2] == (0, "\n\n".join(single))
    as_json = json.loads(hechting("advise", *cases, *TINY, "--format", "json")[1])
    assert [one["case"]["id"] for one in as_json] == ["two", "one", "two"]
    assert as_json[1] == json.loads(hechting("advise", case, *TINY, "--format", "json")[1])


def test_all_shows_every_suggestion_and_question_of_the_json(hechting: Any) -> None:
    def words(text: str) -> str:
        return " ".join(text.split())

    assert len(EXAMPLES) > 4
    for path in EXAMPLES[::4]:
        full = words(hechting("advise", path, "--all")[1])
        told = json.loads(hechting("advise", path, "--format", "json")[1])
        missing = [s["code"] for s in told["suggestions"] if words(s["summary"]) not in full]
        missing += [q["code"] for q in told["ask_next"] if words(q["question"]) not in full]
        assert missing == [], path.name
        assert len(hechting("advise", path)[1].splitlines()) <= len(hechting("advise", path, "--all")[1].splitlines())


def test_a_profile_changes_the_advice_and_is_named_in_it(hechting: Any, case: Path, tmp_path: Path) -> None:
    off = "off:\n  - {rule: contact.discuss, who: us, date: 2024-01-01, reason: not here}\n"
    book = with_file(tmp_path / "book", "profiles/other.yaml", "id: other\ntitle: {nl: anders, en: other}\n" + off)
    default = json.loads(hechting("advise", case, "--rules", book, "--format", "json")[1])
    other = json.loads(hechting("advise", case, "--rules", book, "--format", "json", "--profile", "other")[1])
    assert [p["profile"]["id"] for p in (default, other)] == ["default", "other"]
    assert [s["code"] for s in default["suggestions"]] == ["ask.parents", "discuss.contact"]
    assert [s["code"] for s in other["suggestions"]] == ["ask.parents"]


# bad input


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD_CASES.glob("*.yaml")))
def test_a_bad_case_is_one_message_on_stderr_and_nothing_on_stdout(
    name: str, hechting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD_CASES)
    expected = (BAD_CASES / f"{name}.txt").read_text(encoding="utf-8")
    for arguments in ((), ("--format", "json", "--lang", "en")):
        assert hechting("advise", f"{name}.yaml", *TINY, *arguments) == (2, "", expected)


def test_one_bad_case_among_good_ones_keeps_stdout_empty(hechting: Any, case: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("child: babby\n", encoding="utf-8")
    for cases in ([case, bad], [bad, case], [case, bad, case]):
        code, out, err = hechting("advise", *cases, *TINY)
        assert (code, out) == (2, "")
        assert err.startswith(f"{bad}:1:")


def test_every_bad_case_among_several_is_told(hechting: Any, case: Path, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.yaml" for number in range(2)]
    for path in paths:
        path.write_text("child: [baby]\n", encoding="utf-8")
    _, _, err = hechting("advise", paths[0], case, paths[1], *TINY)
    assert [str(path) in err for path in paths] == [True, True]


@pytest.mark.parametrize("command", [("check",), ("test",), ("vocabulary", "--rules"), ("advise", "one.yaml", "--rules")])
@pytest.mark.parametrize("name", ["F208-no-number", "R420-cycle", "B505-no-rulebook", "Y103-nul"])
def test_bad_rule_files_are_one_message_on_stderr_whatever_the_command(
    command: Sequence[str], name: str, hechting: Any, case: Path, tmp_path: Path
) -> None:
    assert case.exists()
    shutil.copytree(BASE, tmp_path / "book")
    if name.startswith("B505"):
        (tmp_path / "book" / "rulebook.yaml").unlink()
    else:
        shutil.copytree(BAD_RULES / name, tmp_path / "book", dirs_exist_ok=True)
    expected = (BAD_RULES / name / "expected.txt").read_text(encoding="utf-8")
    assert hechting(*command, "book") == (2, "", expected)


MISUSES = [
    (("advise", "one.yaml", "--lang", "fr"), ["--lang", "'fr'", "'nl'", "'en'"]),
    (("advise", "one.yaml", "--lang", "NL "), ["--lang", "'nl'"]),
    (("advise", "one.yaml", "--format", "xml"), ["--format", "'xml'", "'json'"]),
    (("advise", "one.yaml", "--profile", "defualt"), ["'defualt'", "default", "did you mean 'default'?"]),
    (("advise", "one.yaml", "--profile", ""), ["profile"]),
    (("advise", "one.yaml", "--fromat", "json"), ["--fromat", "--format"]),
    (("advise",), ["cases"]),
    (("advise", "--rules"), ["--rules"]),
    (("advise", "one.yaml", "--rules", "nowhere"), ["nowhere", "rulebook.yaml"]),
    (("advise", "."), [".:1:1", "folder"]),
    (("advise", "nothing.yaml"), ["nothing.yaml:1:1"]),
    (("advise", ""), ["folder"]),
    (("advise", "-"), ["-:1:1"]),
    (("check", "nowhere"), ["nowhere", "rulebook.yaml"]),
    (("check", "one.yaml"), ["one.yaml", "rulebook.yaml"]),
    (("check", ".", "."), ["."]),
    (("test", "nowhere"), ["nowhere"]),
    (("vocabulary", "--lang", "de"), ["'de'"]),
    (("vocabulary", "--search"), ["--search"]),
    (("schema", "cas"), ["'cas'", "did you mean 'case'"]),
    (("advice", "one.yaml"), ["'advice'"]),
    (("--frob",), ["--frob"]),
]


@pytest.mark.parametrize(("arguments", "named"), MISUSES, ids=[" ".join(arguments) for arguments, _ in MISUSES])
def test_wrong_use_is_one_message_that_names_it(
    arguments: Sequence[str], named: Sequence[str], hechting: Any, case: Path
) -> None:
    assert case.exists()
    code, out, err = hechting(*arguments)
    assert (code, out) == (2, "")
    assert [word for word in named if word not in err] == []
    assert "Traceback" not in err


# check, test, vocabulary, schema, version, help


def test_check_counts_what_a_good_rulebook_holds(hechting: Any, tmp_path: Path) -> None:
    folder = linted_folder(tmp_path / "book")
    code, out, err = hechting("check", folder)
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "tiny 1.0.0: no findings, 1 switched off"
    assert "7 findings, 2 conclusions, 2 suggestions, 5 rules, 2 evidence notes, 2 statements" in out
    found = json.loads(hechting("check", folder, "--format", "json")[1])
    assert found["sha256"] == load_rulebook(folder).sha256
    assert (found["rulebook"], found["version"], found["problems"]) == ("tiny", "1.0.0", [])
    assert {"findings": 7, "conclusions": 2, "suggestions": 2, "rules": 5}.items() <= found["counts"].items()


def test_check_without_a_folder_checks_the_rulebook_of_the_library(hechting: Any, book: Rulebook) -> None:
    code, out, err = hechting("check")
    assert (code, err) == (0, ""), out
    assert f"{book.head.id} {book.head.version}: " in out
    assert f"{len(book.findings)} findings, {len(book.conclusions)} conclusions" in out


FAILING = """- name: A parent who is there is asked.
  given: {present: [parent.available]}
  established: [ask.parents]
- name: No contact, no talk.
  given: {child: baby, absent: [baby.avoids_eye_contact]}
  possible: [discuss.contact]
  ruled_out: [discuss.contact]
"""


def test_test_says_which_guidance_tests_fail_and_ends_with_one(hechting: Any, tmp_path: Path) -> None:
    book = with_file(tmp_path / "book", "article/failing.cases.yaml", FAILING)
    code, out, err = hechting("test", book)
    assert (code, err) == (1, "")
    place = "rules/article/failing.cases.yaml"
    assert out.splitlines()[:-1] == [
        f"{place}:3:17: A parent who is there is asked.",
        "    expected: ask.parents established",
        "    got:      possible",
        f"{place}:6:14: No contact, no talk.",
        "    expected: discuss.contact possible",
        "    got:      ruled out",
    ]
    assert out.splitlines()[-1] == "13 tests of the guidance (10 exemplars, 3 cases): 2 failed"
    found = json.loads(hechting("test", book, "--format", "json")[1])
    assert found["tests"] == 13
    assert [(f["test"], f["place"], f["expected"], f["got"]) for f in found["failures"]] == [
        ("A parent who is there is asked.", f"{place}:3:17", "ask.parents established", "possible"),
        ("No contact, no talk.", f"{place}:6:14", "discuss.contact possible", "ruled out"),
    ]
    assert hechting("test", book, "--format", "json")[0] == 1


def test_each_failing_exemplar_is_counted(hechting: Any, tmp_path: Path) -> None:
    exemplars = "    - given: {child: baby}\n      established: [discuss.contact]\n" * 2
    rule = (BASE / "article" / "suggestions.yaml").read_text(encoding="utf-8").split("\n\n")[0]
    rule = rule.replace("contact.discuss", "contact.again") + "\n" + exemplars
    code, out, _ = hechting("test", with_file(tmp_path / "book", "article/extra.yaml", rule))
    assert code == 1
    assert out.count("expected: discuss.contact established") == 2
    assert out.endswith(": 2 failed\n")


def test_test_ends_with_zero_when_all_is_as_expected(hechting: Any) -> None:
    assert hechting("test", BASE) == (0, "11 tests of the guidance (10 exemplars, 1 case): all as expected\n", "")
    assert json.loads(hechting("test", BASE, "--format", "json")[1]) == {"tests": 11, "failures": []}


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("", None),
        ("trauma", ["parent.never_had_trauma", "parent.unresolved_trauma"]),
        ("TRAUMA", ["parent.never_had_trauma", "parent.unresolved_trauma"]),
        ("preterm", ["child.premature_birth"]),
        ("prematuur", ["child.premature_birth"]),
        ("vermijdt", ["baby.avoids_eye_contact"]),
        ("much too early?", ["child.very_premature_birth"]),
        ("parent.", ["parent.available", "parent.never_had_trauma", "parent.unresolved_trauma"]),
    ],
)
def test_vocabulary_finds_by_code_label_question_and_synonym(hechting: Any, search: str, codes: list[str] | None) -> None:
    expected = sorted(load_rulebook(BASE).findings) if codes is None else codes
    code, out, err = hechting("vocabulary", *TINY, "--search", search)
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == expected
    rows = json.loads(hechting("vocabulary", *TINY, "--search", search, "--format", "json")[1])
    assert sorted(row["code"] for row in rows) == expected


def test_vocabulary_tells_labels_and_questions_in_the_language_asked_for(hechting: Any) -> None:
    for language, label, question in (
        ("nl", "beschikbaar", "Is de ouder beschikbaar?"),
        ("en", "available", "Is the parent available?"),
    ):
        out = hechting("vocabulary", *TINY, "--search", "available", "--lang", language)[1]
        assert out.split(None, 1)[1].strip() == label
        (row,) = json.loads(hechting("vocabulary", *TINY, "--search", "available", "--lang", language, "--format", "json")[1])
        assert (row["label"], row["question"]) == (label, question)


def test_vocabulary_says_so_when_nothing_matches(hechting: Any) -> None:
    code, out, err = hechting("vocabulary", *TINY, "--search", "zzz")
    assert (code, out) == (1, "")
    assert "'zzz'" in err
    assert hechting("vocabulary", *TINY, "--search", "zzz", "--format", "json")[:2] == (1, "[]\n")


def test_schema_lists_the_schemas_and_prints_each(hechting: Any) -> None:
    code, out, err = hechting("schema")
    assert (code, err, tuple(out.split())) == (0, "", schema_names())
    for name in out.split():
        code, text, err = hechting("schema", name)
        assert (code, err) == (0, "")
        assert json.loads(text)["$schema"].startswith("https://json-schema.org/")


def test_version_names_library_and_rulebook(hechting: Any, book: Rulebook) -> None:
    expected = f"hechting-rules {__version__}, rulebook {book.head.id} {book.head.version}\n"
    assert hechting("--version") == (0, expected, "")


COMMANDS = sorted(str(command.name) for command in app.registered_commands)


def test_help_tells_every_command_in_a_sentence_that_is_not_cut_off(hechting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = hechting("--help")
    assert (code, err) == (0, "")
    listed = out.partition("\nCommands:\n")[2].partition("\n\n")[0].splitlines()
    assert sorted(line.split()[0] for line in listed) == COMMANDS
    assert [line for line in listed if not line.endswith(".") or line.endswith("..")] == []
    assert out.endswith("\n  Exit codes: 0 fine, 1 something found, 2 wrong use or bad input.\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_and_each_of_its_options_say_what_they_are_for(command: str, hechting: Any) -> None:
    code, out, err = hechting(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: hechting {command} ")
    whole: Any = typer.main.get_command(app)
    parameters = whole.commands[command].params
    assert parameters
    assert [one.name for one in parameters if not (one.help or "").endswith(".")] == []


def test_help_of_advise_names_its_options(hechting: Any) -> None:
    for option in ("--lang", "--format", "--profile", "--rules", "--all"):
        assert option in hechting("advise", "--help")[1]


def test_without_arguments_the_help_is_shown_and_it_is_wrong_use(hechting: Any) -> None:
    code, out, err = hechting()
    assert (code, out) == (2, "")
    assert "Usage: hechting" in err
    assert "advise" in err


# in a process of its own


def test_python_m_runs_the_same_command(hechting: Any, case: Path) -> None:
    done = python("advise", case, *TINY)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (*hechting("advise", case, *TINY)[:2], b"")


@pytest.mark.parametrize("name", ["Y103-utf-16", "C305-ages-and-weeks"])
def test_python_m_gives_a_bad_case_one_message_too(name: str) -> None:
    done = python("advise", BAD_CASES / f"{name}.yaml", *TINY)
    message = (BAD_CASES / f"{name}.txt").read_text(encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().replace(f"{BAD_CASES}{os.sep}", "") == message


def test_the_output_is_the_same_to_the_byte_in_every_process() -> None:
    first, second = (python("advise", *EXAMPLES[::5], "--format", "json", PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout == second.stdout


PIPED: list[tuple[str | Path, ...]] = [("--help",), ("check", BASE), ("vocabulary", *TINY)]


@pytest.mark.parametrize("arguments", PIPED, ids=[str(arguments[0]) for arguments in PIPED])
def test_a_reader_that_goes_away_gets_no_traceback(arguments: Sequence[str | Path]) -> None:
    command = [sys.executable, "-m", "hechting_rules", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_a_terminal_with_few_characters_gets_no_traceback(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        f"id: één \N{RIGHT SINGLE QUOTATION MARK}tje \N{RIGHTWARDS ARROW} \N{GRINNING FACE}\n{CASE}", encoding="utf-8"
    )
    done = python("advise", path, *TINY, PYTHONIOENCODING=encoding)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
    assert done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no file can have such a name")
def test_a_file_name_that_is_no_text_gets_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.yaml")
    path.write_text(CASE, encoding="utf-8")
    done = python("advise", path, *TINY, PYTHONIOENCODING="utf-8:strict")
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 2}
