"""Decision records: they replay to the byte, show what another rulebook would say, and are read strictly."""

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hechting_rules import Case, CaseError, Rulebook, UsageError, advise, load_case, load_rulebook
from hechting_rules.cli import run
from hechting_rules.recorded import Record, read_record, record, replay, to_mapping, to_text
from hechting_rules.rulebook import default_folder, default_rulebook
from hechting_rules.schemas import schema_text
from strategies import books_with_cases, real_cases, rulebooks

CASES = sorted((Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))
PREMATURE = next(path for path in CASES if path.name.startswith("02"))
SCHEMA = Draft202012Validator(json.loads(schema_text("record")))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_record_replays_to_the_byte_and_keeps_the_advice(path: Path) -> None:
    advice, kept = record(load_case(path), as_of=dt.date(2026, 11, 23))
    told = {c.code: c.outcome for c in advice.conclusions} | {s.code: s.outcome for s in advice.suggestions}
    assert {code: stood.outcome for code, stood in kept.results.items()} == told
    assert [s.code for s in advice.suggestions] == [s.code for s in advise(load_case(path)).suggestions]
    replayed = replay(read_record(to_text(kept)))
    assert (replayed.same, replayed.same_words, replayed.now) == (True, True, kept)
    SCHEMA.validate(to_mapping(kept))


@settings(max_examples=60)
@given(books_with_cases(rulebooks()))
def test_any_record_reads_back_and_replays(both: tuple[Rulebook, Case]) -> None:
    book, case = both
    _, kept = record(case, book)
    assert read_record(to_text(kept)) == kept
    assert replay(kept, book).same_words
    SCHEMA.validate(to_mapping(kept))


@settings(max_examples=15)
@given(real_cases(), st.sampled_from(sorted(default_rulebook().profiles)))
def test_a_record_keeps_its_profile(case: Case, profile: str) -> None:
    _, kept = record(case, profile=profile)
    assert kept.profile == profile
    assert replay(kept).same_words


def test_where_a_case_stood_is_not_in_its_record(tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere.yaml"
    shutil.copy(PREMATURE, copied)
    one, other = (record(attrs.evolve(load_case(path), id="the same"))[1] for path in (PREMATURE, copied))
    assert to_text(one) == to_text(other)
    assert str(tmp_path) not in to_text(other)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rulebook of this library, with another text and one rule less."""
    folder = tmp_path_factory.mktemp("changed") / "rules"
    shutil.copytree(default_folder(), folder)
    weighing = folder / "suggestions" / "weighing.yaml"
    text = weighing.read_text(encoding="utf-8")
    assert "Benoem ook wat beschermt en goed gaat" in text
    weighing.write_text(text.replace("Benoem ook wat beschermt en goed gaat", "Benoem ook wat goed gaat"), encoding="utf-8")
    return folder


def test_another_rulebook_is_refused_unless_it_is_asked_for(changed: Path) -> None:
    book, (_, kept) = load_rulebook(changed), record(load_case(PREMATURE))
    with pytest.raises(UsageError, match=r"made with the rulebook verdult-hechting .*other_rulebook=True"):
        replay(kept, book)
    replayed = replay(kept, book, other_rulebook=True)
    assert (replayed.same, replayed.same_words) == (True, False)
    assert replayed.now.sha256 == book.sha256 != kept.sha256


def test_what_stands_otherwise_is_told() -> None:
    book = default_rulebook()
    _, kept = record(load_case(PREMATURE))
    rule = book.rules_of["attention.child_risk"][0]
    off = attrs.evolve(book, rules_of={**book.rules_of, "attention.child_risk": ()}, sha256="0" * 64)
    replayed = replay(kept, off, other_rulebook=True)
    assert rule in book.rules
    assert not replayed.same
    then, now = replayed.changed["attention.child_risk"]
    assert then is not None
    assert (then.outcome.value, now) == ("established", None)


BROKEN = {
    "no record": ("[]", "F207"),
    "another form": ('{"schema": "hechting-rules/record/9"}', "C300"),
    "an unknown key": ("{more}", "F206"),
    "a day that is none": ("{day}", "F213"),
    "an outcome that is none": ("{outcome}", "F203"),
    "too long": (" " * 3_000_000, "Y102"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_record_is_refused_with_its_place(what: str) -> None:
    _, kept = record(load_case(PREMATURE))
    good: dict[str, Any] = dict(to_mapping(kept))
    results = [{**good["results"][0], "outcome": "likely"}]
    made = {
        "{more}": {**good, "score": 3},
        "{day}": {**good, "as_of": "tomorrow"},
        "{outcome}": {**good, "results": results},
    }
    text, code = BROKEN[what]
    with pytest.raises(CaseError) as error:
        read_record(json.dumps(made[text]) if text in made else text)
    assert code in {one.code for one in error.value.diagnostics}


def test_the_commands_keep_and_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: Path) -> None:
    assert run(["record", str(PREMATURE), "--as-of", "2026-11-23"]) == 0
    kept = tmp_path / "kept.json"
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["replay", str(kept)]) == 0
    assert capsys.readouterr().out == f"{kept}: the same, to the byte\n"
    assert run(["replay", str(kept), "--rules", str(changed)]) == 2
    assert "--other-rules" in capsys.readouterr().err
    assert run(["replay", str(kept), "--rules", str(changed), "--other-rules"]) == 0
    assert "some words differ" in capsys.readouterr().out


def test_the_command_says_what_stands_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, made = record(load_case(PREMATURE))
    code = next(iter(made.results))
    fewer: Record = attrs.evolve(made, results={key: stood for key, stood in made.results.items() if key != code})
    path = tmp_path / "kept.json"
    path.write_text(to_text(fewer), encoding="utf-8")
    assert run(["replay", str(path)]) == 1
    printed = capsys.readouterr().out
    assert f"{path}: 1 result stands otherwise" in printed
    assert f"  {code}: not told -> " in printed
    assert run(["replay", str(path), "--format", "json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told["changed"][0]["code"] == code
    assert run(["replay", str(tmp_path / "gone.json")]) == 2
