"""What is built and installed: the wheel and the sdist hold what they must, and the wheel works alone."""

import json
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

import hechting_rules
from hechting_rules import Rulebook, advise, load_case
from hechting_rules.reading import compiled
from hechting_rules.render.json import to_mapping
from hechting_rules.rulebook import default_folder
from hechting_rules.terms import Language

ROOT = Path(__file__).parents[1]
CASE = ROOT / "examples" / "cases" / "03-baby-avoids-eye-contact.yaml"

ALONE = """
import json, sys
sys.path[:0] = sys.argv[1].split("|")
import hechting_rules
from hechting_rules import Case, advise, load_rulebook
from hechting_rules.render.json import to_mapping
from hechting_rules.rulebook import default_folder
from hechting_rules.terms import Language
from hechting_rules.schemas import schema_names, schema_text
from hechting_rules.terms import Language
from hechting_rules.case import parse_case
print(json.dumps({
    "library": hechting_rules.__file__,
    "rules": str(default_folder()),
    "version": hechting_rules.__version__,
    "sha256": load_rulebook().sha256,
    "schemas": [name for name in schema_names() if json.loads(schema_text(name))],
    "advice": to_mapping(advise(parse_case(sys.stdin.read())), Language.NL),
}))
"""
"""A program that has only the folders in its first argument and the standard library on its path."""


@attrs.frozen
class Built:
    """The wheel, the names in it and in the sdist (without its top folder), and where the wheel is installed."""

    wheel: Path
    in_wheel: frozenset[str]
    in_sdist: frozenset[str]
    installed: Path


def run(*arguments: str, cwd: Path, given: str = "") -> str:
    done = subprocess.run(arguments, cwd=cwd, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist, the wheel built from it, and that wheel installed into a folder of its own."""
    if not (ROOT / "src").is_dir():
        pytest.skip("there are no sources here to build from")
    pytest.importorskip("hatchling", reason="without network a build needs hatchling in this environment")
    out, installed = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps")
    run(*pip, "--target", str(installed), str(wheel), cwd=out)
    with tarfile.open(sdist) as archive:
        in_sdist = frozenset(member.name.partition("/")[2] for member in archive.getmembers() if member.isfile())
    return Built(wheel, frozenset(zipfile.ZipFile(wheel).namelist()), in_sdist, installed)


def of_working_copy(*folders: str) -> set[str]:
    """The files of some folders of the working copy that are content, not left-overs of a run."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    left_over = {"__pycache__", ".hypothesis", ".pytest_cache", "generated", "_build"}
    return {path.relative_to(ROOT).as_posix() for path in files if not left_over & set(path.parts)}


def test_the_wheel_holds_modules_schemas_rules_and_their_compiled_form_and_nothing_else(built: Built) -> None:
    expected = {name.removeprefix("src/") for name in of_working_copy("src")}
    expected |= {f"hechting_rules/{name}" for name in of_working_copy("rules")} | {f"hechting_rules/{compiled.NAME}"}
    assert {name for name in built.in_wheel if ".dist-info/" not in name} == expected
    assert {
        "hechting_rules/py.typed",
        "hechting_rules/schemas/advice.schema.json",
        "hechting_rules/rules/rulebook.yaml",
    } <= expected


def test_the_wheel_carries_licence_notice_and_the_command(built: Built) -> None:
    info = f"hechting_rules-{hechting_rules.__version__}.dist-info"
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= built.in_wheel
    points = zipfile.ZipFile(built.wheel).read(f"{info}/entry_points.txt").decode()
    command = "[console_scripts]\nhechting = hechting_rules.__main__:main"
    plugin = "[pytest11]\nhechting_rules = hechting_rules.testing.plugin"
    assert points.strip().split("\n\n") == [command, plugin]


def test_the_sdist_holds_what_is_needed_to_build_and_to_test(built: Built) -> None:
    assert of_working_copy("src", "rules", "examples", "docs", "tests") <= built.in_sdist
    assert {"pyproject.toml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE"} <= built.in_sdist
    assert not [name for name in built.in_sdist if name.startswith((".git/", ".venv/")) or name.endswith(".pyc")]


def test_the_wheel_alone_loads_the_same_rulebook_and_gives_the_same_advice(built: Built, book: Rulebook, tmp_path: Path) -> None:
    needed = {str(Path(module.__file__).parents[1]) for module in (attrs, yaml) if module.__file__}
    path = "|".join([str(built.installed), *sorted(needed)])
    said = run(sys.executable, "-I", "-S", "-c", ALONE, path, cwd=tmp_path, given=CASE.read_text(encoding="utf-8"))
    found: dict[str, Any] = json.loads(said)
    library = built.installed / "hechting_rules"
    assert found["library"] == str(library / "__init__.py")
    assert found["rules"] == str(library / "rules")
    assert found["version"] == hechting_rules.__version__
    assert found["sha256"] == book.sha256
    assert found["schemas"] == sorted(path.name.removesuffix(".schema.json") for path in (library / "schemas").glob("*.json"))
    assert found["advice"] == to_mapping(advise(load_case(CASE), book), Language.NL)


BOTH_FORMS = """
import json, sys
sys.path[:0] = sys.argv[1].split("|")
from hechting_rules import __version__, compiled, load_rulebook
from hechting_rules.rulebook import default_folder
default, files = load_rulebook(), load_rulebook(default_folder())
made = compiled.read(files.sha256, __version__)
print(json.dumps({"same": repr(default) == repr(files), "used": repr(made) == repr(default), "id": default.head.id}))
"""
"""A program that reads the rulebook of an installed wheel both ways."""


def both_forms(installed: Path, cwd: Path) -> dict[str, Any]:
    path = "|".join([str(installed), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    found: dict[str, Any] = json.loads(run(sys.executable, "-I", "-S", "-c", BOTH_FORMS, path, cwd=cwd))
    return found


def test_the_compiled_rulebook_in_the_wheel_is_what_its_files_say(built: Built, tmp_path: Path) -> None:
    assert both_forms(built.installed, tmp_path) == {"same": True, "used": True, "id": "verdult-hechting"}


def test_the_compiled_rulebook_is_left_aside_when_a_file_has_changed(built: Built, tmp_path: Path) -> None:
    changed = shutil.copytree(built.installed, tmp_path / "changed")
    head = changed / "hechting_rules" / "rules" / "rulebook.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("id: verdult-hechting", "id: changed"), encoding="utf-8")
    assert both_forms(changed, tmp_path) == {"same": True, "used": False, "id": "changed"}


def test_loading_and_advising_writes_nothing_into_the_installed_folder(built: Built, tmp_path: Path) -> None:
    before = {path for path in built.installed.rglob("*") if "__pycache__" not in path.parts}
    path = "|".join([str(built.installed), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    run(sys.executable, "-I", "-S", "-B", "-c", ALONE, path, cwd=tmp_path, given=CASE.read_text(encoding="utf-8"))
    assert {path for path in built.installed.rglob("*") if "__pycache__" not in path.parts} == before
    assert not list(tmp_path.iterdir())


def test_an_editable_install_finds_the_rules_at_the_top_of_the_working_copy() -> None:
    if not Path(hechting_rules.__file__).is_relative_to(ROOT):
        pytest.skip("the library under test is not that of the working copy")
    assert default_folder() == ROOT / "rules"
    assert (default_folder() / "rulebook.yaml").is_file()


def test_a_second_build_of_the_same_sdist_holds_the_same_bytes(built: Built, tmp_path: Path) -> None:
    (sdist,) = built.wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), str(source), cwd=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    assert again.read_bytes() == built.wheel.read_bytes()
