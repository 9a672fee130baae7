"""A cohort: a practice's list of families decided at once, the results counted and drawn, and one case explained.

Run it anywhere: ``python examples/04_cohort.py``, or with a file for the picture: ``python examples/04_cohort.py adviezen.svg``.
The families are made up. It needs the extras ``cohort`` and ``plot``.
"""

import random
import sys
from pathlib import Path

import pyarrow as pa

from hechting_rules.cohort import advices, decide, summarise
from hechting_rules.cohort.plot import to_png, to_svg
from hechting_rules.cohort.summary import to_text
from hechting_rules.terms import Language

STAGES = ("newborn", "baby", "toddler", "school_child")
FINDINGS = {
    "child.premature_birth": 0.1,
    "parent.unresolved_trauma": 0.08,
    "parent.relational_conflicts": 0.12,
    "environment.no_supportive_network": 0.15,
    "parent.available": 0.7,
    "parent.sensitive": 0.6,
    "baby.avoids_eye_contact": 0.1,
    "child.attachment_insecure_assessed": 0.03,
    "safety.abuse_or_violence": 0.01,
}
"""How likely each finding is here; not a word about how often it is in life."""


def families(count: int) -> pa.Table:
    """Made-up families, the same each time; of each, a third of the questions was not asked."""
    chance = random.Random(4)  # noqa: S311 - nothing secret hangs on it
    columns: dict[str, list[str | bool | None]] = {"id": [f"gezin {n + 1}" for n in range(count)]}
    columns["child"] = [chance.choice(STAGES) for _ in range(count)]
    for code, likely in FINDINGS.items():
        columns[code] = [None if chance.random() < 1 / 3 else chance.random() < likely for _ in range(count)]
    columns["child"][7] = "peuter"  # a word that is no code: this row is set aside, not guessed
    return pa.table(columns)


def main() -> None:
    """Decide, count, explain, draw."""
    table = families(600)
    found = decide(table)
    print(f"{found.table.num_rows} beoordeeld, {found.rejects.num_rows} terzijde gelegd:")
    for row in found.rejects.to_pylist():
        print(f"  rij {row['row'] + 1} ({row['id']}), kolom {row['column']}: {row['problem']}")

    summary = summarise(table)
    print()
    print(to_text(summary, Language.NL, most=5), end="")
    print("(* te weinig om te tellen zonder iemand aan te wijzen)")

    now = [row["id"] for row in found.table.to_pylist() if row["withheld_by"]]
    print()
    print(f"{len(now)} gezinnen met iets wat eerst moet: {', '.join(now)}")
    for name, advice in advices(table, now[:1]).items():
        for suggestion in advice.suggestions[:2]:
            print(f"  {name}: {suggestion.summary.nl}")
            print(f"    omdat: {'; '.join(fact.label.nl for facts in suggestion.why[:1] for fact in facts)}")

    drawn = to_svg(summary, Language.NL)
    print()
    print(f"de tekening is gemaakt, {len(drawn) // 1024} kB" + (f": {sys.argv[1]}" if len(sys.argv) > 1 else ""))
    if len(sys.argv) > 1:
        out = Path(sys.argv[1])
        out.write_bytes(to_png(summary, Language.NL) if out.suffix == ".png" else drawn)


if __name__ == "__main__":
    main()
