"""Verdicts on the laws told: by the command, as text and as plain data, each witness in a case file; and the page on proofs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from hechting_rules import Case, advise, load_case
from hechting_rules.cli import run as hechting
from hechting_rules.errors import MissingExtraError
from hechting_rules.verify.proofs import Basis, Holds, Verdict
from hechting_rules.verify.proofs.laws import LAWS, prove
from hechting_rules.verify.proofs.told import case_files, to_mapping, to_text
from lawful import FAULTS, lawful, lawful_folder


def test_check_proves_the_laws_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(lawful_folder(tmp_path / "book"))
    assert hechting(["check", folder]) == 0
    assert "rules-can-fire" not in capsys.readouterr().out
    assert hechting(["check", folder, "--prove"]) == 0
    told = capsys.readouterr().out
    assert all(f"  proved     {law.name}: {law.says} (" in told for law in LAWS)
    assert f"{len(LAWS)} laws: {len(LAWS)} proved; a rulebook can declare no exceptions, so there are none" in told


@pytest.mark.parametrize("name", FAULTS)
def test_check_tells_each_fault_with_cases_that_can_be_advised(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault, saved = FAULTS[name], tmp_path / "saved"
    folder = str(lawful_folder(tmp_path / "book", fault))
    assert hechting(["check", folder, "--save", str(saved), "--format", "json"]) == 1
    printed = capsys.readouterr()
    laws = {law["law"]: law for law in json.loads(printed.out)["laws"]}
    assert {law for law, told in laws.items() if told["holds"] != "proved"} == fault.broken
    breaches = [breach for told in laws.values() for breach in told["breaches"]]
    cases = [case for breach in breaches for case in (breach["case"], breach["changed"]) if case]
    files = sorted(saved.iterdir())
    assert printed.err == f"{len(cases)} {'case' if len(cases) == 1 else 'cases'} in {saved}\n"
    assert sorted(load_case(path).id for path in files) == sorted(case["id"] for case in cases)
    book = lawful(tmp_path / "again", fault)
    for path in files:
        assert advise(load_case(path), book).case == path.stem
    assert hechting(["check", folder, "--prove"]) == 1
    told = capsys.readouterr().out
    for breach in breaches:
        assert f"    broken: {breach['question']}: {breach['detail']}\n" in told


def test_cases_are_written_to_new_files_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, saved = str(lawful_folder(tmp_path / "book", FAULTS["one condition for compensation"])), tmp_path / "saved"
    assert hechting(["check", folder, "--save", str(saved)]) == 1
    before = {path: path.read_text(encoding="utf-8") for path in saved.iterdir()}
    next(iter(before)).write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert hechting(["check", folder, "--save", str(saved)]) == 2
    assert "is there already; cases are written to new files" in capsys.readouterr().err
    assert {path.read_text(encoding="utf-8") for path in saved.iterdir()} == {"mine", *list(before.values())[1:]}
    assert hechting(["check", folder, "--save", str(next(iter(before)))]) == 2
    assert "cannot be written to" in capsys.readouterr().err


def test_many_breaches_are_counted_in_the_text_and_told_in_the_data(tmp_path: Path) -> None:
    (verdict,) = (v for v in prove(lawful(tmp_path / "book")) if v.name == "planes-agree")
    many = tuple(Verdict(f"thing {n}", Holds.BROKEN, Basis.SOLVER, "shown", Case(), Case.of(child="baby")) for n in range(7))
    broken = attrs.evolve(verdict, holds=Holds.BROKEN, breaches=many)
    assert "    and 2 more: --format json tells all, --save FOLDER writes them down" in to_text([broken], "default")
    assert [breach["question"] for breach in to_mapping([broken])[0]["breaches"]] == [f"thing {n}" for n in range(7)]
    assert len(case_files([broken])) == 14


WITHOUT_Z3 = """
import sys
sys.modules["z3"] = None
from hechting_rules.cli import run
sys.exit(run(["check", *sys.argv[1:]]))
"""


def test_without_z3_check_names_the_extra_and_still_checks_the_rest(tmp_path: Path) -> None:
    folder = str(lawful_folder(tmp_path / "book"))
    command = [sys.executable, "-c", WITHOUT_Z3, folder]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    ended = subprocess.run([*command, "--prove"], capture_output=True, check=False, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert str(MissingExtraError("verify", "a proof over all cases")) in ended.stderr


PAGE = (Path(__file__).parents[1] / "docs" / "proofs.md").read_text(encoding="utf-8")


def test_the_program_on_the_page_on_proofs_runs_and_prints_what_it_says() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    printed = ended.stdout.splitlines()
    assert printed[1] == "proved"
    assert all(line.startswith("Case(") for line in (printed[0], printed[2]))
    assert printed[3] == "with parent.available=present, established becomes ruled out"


def test_the_page_on_proofs_tells_every_law() -> None:
    for law in LAWS:
        assert f"| `{law.name}` | {law.says} |" in PAGE
