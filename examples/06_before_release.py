"""Checking a change of guidance before it is released: what its own tests say, and what recorded decisions would have been.

Run it anywhere: ``python examples/06_before_release.py`` tries a change that it makes itself; give it the folder of a changed
rulebook to look at that one. ``hechting compare OLD NEW`` tells the difference over all cases, with a case that shows each.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from hechting_rules import Rulebook, load_case, load_rulebook
from hechting_rules.recorded import Record, record, replay
from hechting_rules.rulebook import default_folder
from hechting_rules.testing.guidance import all_tests, run_tests

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
RULES = Path("article") / "weighing.yaml"
BEFORE = "all: [protection.parent, parent.recognises_attachment_problem, parent.offers_adequate_safe_attachment]"
AFTER = "all: [protection.parent, parent.offers_adequate_safe_attachment]"


def changed_copy(folder: Path) -> Path:
    """The rules of this library with one slip: parents need no longer see the problem to make up for a risk around the child."""
    shutil.copytree(default_folder(), folder)
    rules = folder / RULES
    text = rules.read_text(encoding="utf-8")
    if BEFORE not in text:
        sys.exit(f"{RULES} has changed; this example looks for: {BEFORE}")
    rules.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
    return folder


def kept_decisions(book: Rulebook) -> dict[str, Record]:
    """Decisions as a host would have kept them."""
    return {path.stem: record(load_case(path), book)[1] for path in CASES}


def report(new: Rulebook, kept: dict[str, Record]) -> None:
    """Print which guidance tests fail with the new rules, and which decisions would have been otherwise."""
    tests = list(all_tests(new))
    failures = run_tests(new, tests)
    print(f"{len(tests)} exemplars and guidance tests, {len(failures)} expectations that are not met:")
    for failure in failures[:5]:
        print(f"  {failure.test}\n    expected {failure.expected}, got {failure.got}")
    replayed = {name: replay(decision, new, other_rulebook=True) for name, decision in kept.items()}
    changed = {name: found.changed for name, found in replayed.items() if not found.same}
    print(f"{len(kept)} recorded decisions, {len(changed)} would be otherwise")
    for name, results in changed.items():
        for code, (then, now) in results.items():
            print(f"  {name}: {code}: {then.outcome if then else 'not told'} -> {now.outcome if now else 'not told'}")


def main() -> None:
    """Look at a change before anyone relies on it."""
    kept = kept_decisions(load_rulebook())
    if len(sys.argv) > 1:
        report(load_rulebook(sys.argv[1]), kept)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(load_rulebook(changed_copy(Path(folder) / "rules")), kept)


if __name__ == "__main__":
    main()
