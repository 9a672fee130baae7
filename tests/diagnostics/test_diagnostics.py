"""Bad input beside the exact message: cases, calls, snapshots, files made here, rule files on a tiny rulebook, extensions."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import hechting_rules
from hechting_rules import Case, CaseError, Consultation, Rulebook, RulebookError, advise, load_case, load_rulebook

HERE = Path(__file__).parent
CASES, CALLS, SNAPSHOTS, MADE = (HERE / name for name in ("cases", "calls", "snapshots", "made"))
RULES, EXTENSIONS = (HERE / name for name in ("rules", "extensions"))
BASE, EXTENSION = HERE / "base", HERE / "extension"
CODE = re.compile(r'"([BCFRVY][0-9]{3})"')
WRITE = "WRITE_DIAGNOSTICS" in os.environ
"""Set to write the texts anew after a message was changed on purpose; the differences are then read and kept, or not."""


def make_folder(path: Path) -> None:
    path.mkdir()


def make_nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def make_huge(path: Path) -> None:
    path.write_text("note: " + "a" * 2_000_000, encoding="utf-8")


def make_hundred_megabytes(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(100_000_000)


def make_many_values(path: Path) -> None:
    path.write_text("present: [" + "a," * 200_001 + "]", encoding="utf-8")


MAKERS: dict[str, Callable[[Path], None]] = {
    "Y101-folder": make_folder,
    "Y101-missing": make_nothing,
    "Y102-huge": make_huge,
    "Y102-a-hundred-megabytes": make_hundred_megabytes,
    "Y108-many-values": make_many_values,
}


def names(folder: Path, pattern: str) -> list[str]:
    return sorted(path.stem if path.is_file() else path.name for path in folder.glob(pattern))


def compare(found: str, expected: Path) -> None:
    if WRITE:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(found + "\n", encoding="utf-8")
    assert found + "\n" == expected.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def tiny() -> Rulebook:
    return load_rulebook(BASE)


@pytest.mark.parametrize("name", names(CASES, "*.yaml"))
def test_a_bad_case_file_gets_this_message(name: str, tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    with pytest.raises(CaseError) as caught:
        advise(load_case(f"{name}.yaml"), tiny)
    compare(str(caught.value), CASES / f"{name}.txt")


@pytest.mark.parametrize("name", names(CALLS, "*.json"))
def test_a_bad_call_gets_this_message(name: str, tiny: Rulebook) -> None:
    arguments = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
    with pytest.raises(CaseError) as caught:
        advise(Case.of(**arguments), tiny)
    compare(str(caught.value), CALLS / f"{name}.txt")


@pytest.mark.parametrize("name", names(SNAPSHOTS, "*.json"))
def test_a_snapshot_that_cannot_be_gone_on_with_gets_this_message(name: str, tiny: Rulebook) -> None:
    kept = (SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        Consultation.restore(kept, tiny, engine="kernel", other_rulebook=True)
    compare(str(caught.value), SNAPSHOTS / f"{name}.txt")


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_file_that_no_repository_should_hold_gets_this_message(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    MAKERS[name](Path(f"{name}.yaml"))
    with pytest.raises(CaseError) as caught:
        load_case(f"{name}.yaml")
    compare(str(caught.value), MADE / f"{name}.txt")


@pytest.mark.parametrize("name", names(RULES, "*"))
def test_bad_rule_files_get_this_message(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    book = Path("book")
    lay_over(RULES / name, book)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(book)
    compare(str(caught.value), RULES / name / "expected.txt")


@pytest.mark.parametrize("name", names(EXTENSIONS, "*"))
def test_bad_files_of_an_extension_get_this_message(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lay_over(EXTENSIONS / name, Path("extension"), EXTENSION)
    more_of_base = EXTENSIONS / name / "base"
    if more_of_base.is_dir():
        lay_over(more_of_base, Path("book"))
    with pytest.raises(RulebookError) as caught:
        load_rulebook(["book" if more_of_base.is_dir() else BASE, "extension"])
    compare(str(caught.value), EXTENSIONS / name / "expected.txt")


def lay_over(overrides: Path, book: Path, base: Path = BASE) -> None:
    """A folder of rule files with those of another one; a file ``REMOVE`` there names what is taken away first."""
    shutil.copytree(base, book)
    remove = overrides / "REMOVE"
    for pattern in remove.read_text(encoding="utf-8").split() if remove.exists() else ():
        for path in book.glob(pattern):
            path.unlink()
    shutil.copytree(overrides, book, dirs_exist_ok=True, ignore=shutil.ignore_patterns("REMOVE", "expected.txt", "base"))


def pairs() -> dict[str, Path]:
    found = {name: CASES / f"{name}.txt" for name in names(CASES, "*.yaml")}
    found |= {name: CALLS / f"{name}.txt" for name in names(CALLS, "*.json")}
    found |= {name: SNAPSHOTS / f"{name}.txt" for name in names(SNAPSHOTS, "*.json")}
    found |= {name: MADE / f"{name}.txt" for name in MAKERS}
    found |= {f"{name} (rules)": RULES / name / "expected.txt" for name in names(RULES, "*")}
    return found | {f"{name} (extension)": EXTENSIONS / name / "expected.txt" for name in names(EXTENSIONS, "*")}


def test_every_code_of_the_source_has_a_pair_and_every_pair_shows_its_code() -> None:
    source = Path(hechting_rules.__file__).parent
    codes = {code for path in source.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    shown = {name: name.partition("-")[0] for name in pairs()}
    assert sorted(codes - set(shown.values())) == []
    assert sorted(set(shown.values()) - codes) == []
    assert [name for name, path in pairs().items() if f": {shown[name]} " not in path.read_text(encoding="utf-8")] == []


def test_no_expected_text_is_left_without_its_input() -> None:
    there = {path for path in HERE.rglob("*.txt") if not path.name.startswith("readme")}
    assert there == set(pairs().values())


@pytest.mark.parametrize("name", sorted(pairs()))
def test_a_message_says_where_and_what_in_lower_case_without_a_full_stop(name: str) -> None:
    for line in pairs()[name].read_text(encoding="utf-8").splitlines():
        if line.startswith("    hint: "):
            assert not line.endswith(".")
            continue
        place, _, message = line.partition(": ")
        assert re.fullmatch(r"[^ ]+:[0-9]+:[0-9]+", place), line
        assert re.fullmatch(r"[A-Z][0-9]{3} [^A-Z ].*[^.]", message), line
        assert not re.search(r"\b(None|True|False|NoneType|dict|str|float|tag:yaml\.org)\b", message), line


def test_the_problems_of_all_files_come_in_one_error() -> None:
    folder = RULES / "B504-with-problems-of-every-file"
    changed = {f"rules/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.yaml")}
    told = {line.split(":")[0] for line in (folder / "expected.txt").read_text(encoding="utf-8").splitlines() if line[0] != " "}
    assert changed <= told
    assert len(changed) == 8


def test_the_problems_of_an_error_come_in_the_order_of_their_places() -> None:
    for path in pairs().values():
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != " "]
        places = [line.split(": ")[0].rsplit(":", 2) for line in lines]
        order = [(file, int(line), int(column)) for file, line, column in places]
        assert order == sorted(order), path.name
