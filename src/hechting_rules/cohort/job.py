"""A run as somebody asks for it: the files it reads and writes checked before it begins, the counts written when it is done."""

from collections.abc import Callable
from pathlib import Path

import attrs

from hechting_rules.cohort.deciding import Form
from hechting_rules.cohort.files import open_source
from hechting_rules.cohort.long import CASE, Long
from hechting_rules.cohort.plan import CHUNK, Plan
from hechting_rules.cohort.running import Outputs, Ran, Report, run
from hechting_rules.cohort.summary import Summary, to_csv, to_json
from hechting_rules.cohort.suppression import SMALLEST
from hechting_rules.cohort.workfolder import write_whole
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.source import one_of
from hechting_rules.terms import Language

SUMMARIES, PLOTS = (".json", ".csv"), (".svg", ".png")

Draw = Callable[[Summary, Language], bytes]


@attrs.frozen
class Job:
    """What is asked for. Files that are not said go beside ``out``; ``draw`` makes the picture that goes to ``plot``."""

    cases: Path
    out: Path
    rejects: Path | None = None
    explained: Path | None = None
    summary: Path | None = None
    plot: Path | None = None
    draw: Draw | None = None
    smallest: int = SMALLEST
    rules: Path | None = None
    profile: str = "default"
    results: tuple[str, ...] | None = None
    form: str = Form.COLUMNS.value
    fired: bool = False
    id_column: str | None = None
    ignore: tuple[str, ...] = ()
    long: bool = False
    delimiter: str | None = None
    explain: tuple[str, ...] = ()
    language: Language = Language.NL
    processes: int = 1
    restart: bool = False
    chunk: int = CHUNK

    @property
    def outputs(self) -> Outputs:
        """Where the answer goes beside ``out``."""
        beside = self.out.with_name(f"{self.out.stem}.rejects.csv"), self.out.with_name(f"{self.out.stem}.explained.jsonl")
        return Outputs(self.rejects or beside[0], self.explained or beside[1])

    def plan(self) -> Plan:
        """The plan of the run. Raises `UsageError` for files that cannot be read or written so."""
        self._check()
        return Plan(
            source=open_source(self.cases, self.delimiter),
            out=self.out,
            rules=self.rules,
            profile=self.profile,
            results=self.results,
            form=Form(self.form),
            id_column=self.id_column,
            ignore=self.ignore,
            long=Long(case=self.id_column or CASE) if self.long else None,
            fired=self.fired,
            explain=self.explain,
            language=self.language,
            chunk=self.chunk,
        )

    def _check(self) -> None:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise UsageError(f"the delimiter is '{self.delimiter}'; allowed: one sign")
        for path, allowed in ((self.summary, SUMMARIES), (self.plot, PLOTS)):
            if path is not None and path.suffix.lower() not in allowed:
                raise UsageError(f"{path}: the ending '{path.suffix}' is not known; allowed: {one_of(allowed)}")
        asked = {"OUT": self.out, "--rejects": self.outputs.rejects, "--summary": self.summary, "--plot": self.plot}
        asked |= {"--explained": self.outputs.explained} if self.explain else {}
        written = {name: path.absolute() for name, path in asked.items() if path is not None}
        for name, path in written.items():
            if not path.parent.is_dir():
                raise UsageError(f"{path}: there is no folder '{path.parent}' to write it in")
            if path.is_dir():
                raise UsageError(f"{path}: is a folder; {name} names a file")
            if path == self.cases.absolute() or (path.exists() and self.cases.exists() and path.samefile(self.cases)):
                raise UsageError(f"{path}: {name} is the file with the cases; name another one")
            if list(written.values()).count(path) > 1:
                raise UsageError(f"{path}: {name} is named for something else too; name another file")


def carry_out(job: Job, plan: Plan, report: Report = lambda _: None) -> Ran:
    """Run it, and write its counts. Raises `UsageError` for what cannot be used, `RunError` where it stopped half-way."""

    def finish(ran: Ran, book: Rulebook) -> None:
        told = summarised(job, plan, ran, book)
        if job.summary is not None:
            text = (to_csv if job.summary.suffix.lower() == ".csv" else to_json)(told, job.language)
            write_whole(job.summary, lambda file: file.write(text.encode()))
        if job.plot is not None and job.draw is not None:
            drawn = job.draw(told, job.language)
            write_whole(job.plot, lambda file: file.write(drawn))

    return run(plan, job.outputs, job.processes, restart=job.restart, report=report, finish=finish)


def summarised(job: Job, plan: Plan, ran: Ran, book: Rulebook) -> Summary:
    """The counts of a run as a summary."""
    return Summary.of(ran.tally, book, plan.chosen(book), plan.decider(book).program, job.smallest)
