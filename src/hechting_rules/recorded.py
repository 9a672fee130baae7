"""A record of a decision: the case, what answered it, and what was answered; to keep in a file, and to replay later.

A host that keeps records can show years later what was advised and on what, and can see what new guidance would have said then.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

import attrs

from hechting_rules.advice import Advice, Outcome
from hechting_rules.case import case_to_mapping, read_case
from hechting_rules.errors import UsageError
from hechting_rules.explain import advise
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.reading.documents import check_length, check_schema, made_with, read_document, read_made_with
from hechting_rules.reading.fields import Fields, as_fields, string
from hechting_rules.render.json import to_json
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import shorten
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Language
from hechting_rules.version import VERSION

SCHEMA = "hechting-rules/record/1"
WORDED = Language.NL
"""The language of the advice whose hash a record keeps."""


@attrs.frozen
class Stood:
    """How a result that was told stood: established or possible, robust or not, with its text or withheld."""

    outcome: Outcome
    robust: bool
    withheld: bool


@attrs.frozen
class Record:
    """One decision: the case, the rulebook (id, version, sha256), the profile, the day, and what was told.

    ``results`` are the conclusions and suggestions of the advice, ``advice_sha256`` is the hash of that advice as JSON in Dutch,
    and ``library`` the version that made it. It holds what the case holds and nothing more of the person.
    """

    library: str
    rulebook: str
    version: str
    sha256: str
    profile: str
    as_of: dt.date | None
    case: Case
    results: Mapping[str, Stood]
    advice_sha256: str


@attrs.frozen
class Replayed:
    """A record answered again: results that stand otherwise, each as it stood then and now, nothing where it was not told.

    ``same_words`` says whether the whole advice is the same to the byte: it may differ in texts alone, as another version of the
    library words something otherwise.
    """

    changed: Mapping[str, tuple[Stood | None, Stood | None]]
    same_words: bool
    now: Record

    @property
    def same(self) -> bool:
        """Whether every result stands as it did."""
        return not self.changed


def record(
    case: Case, rulebook: Rulebook | None = None, profile: str | None = None, as_of: dt.date | None = None
) -> tuple[Advice, Record]:
    """The advice for a case, and the record of it. Raises as `advise` does.

    Without ``rulebook`` that of this library, without ``profile`` its default. The profile is one of the rulebook's own: only
    such a one can be found again by its id.
    """
    book = default_rulebook() if rulebook is None else rulebook
    chosen = find_profile(book, profile)
    bare = _bare(case)
    advice = advise(bare, book, chosen, as_of)
    return advice, _recorded(bare, advice, book, chosen, as_of)


def replay(kept: Record, rulebook: Rulebook | None = None, *, other_rulebook: bool = False) -> Replayed:
    """Answer the case of a record again, and say what stands otherwise.

    Raises `UsageError` for another rulebook than it was made with, unless ``other_rulebook`` asks for just that, and `CaseError`
    where that rulebook cannot use the case.
    """
    book = default_rulebook() if rulebook is None else rulebook
    if not other_rulebook and (kept.rulebook, kept.sha256) != (book.head.id, book.sha256):
        raise UsageError(
            f"the record was made with the rulebook {kept.rulebook} {kept.version} ({kept.sha256[:12]}), this is {book.head.id} "
            f"{book.head.version} ({book.sha256[:12]}); load that one, or see what this one says with other_rulebook=True "
            "(--other-rules)"
        )
    _, now = record(kept.case, book, kept.profile, kept.as_of)
    codes = sorted({*kept.results, *now.results})
    stood = {code: (kept.results.get(code), now.results.get(code)) for code in codes}
    changed = {code: (then, later) for code, (then, later) in stood.items() if then != later}
    return Replayed(changed, kept.advice_sha256 == now.advice_sha256, now)


def _bare(case: Case) -> Case:
    """A case without the places where its parts stood in a file: a record has them nowhere."""
    findings = tuple(Stated(stated.code, stated.status) for stated in case.findings)
    return Case(case.id, case.note, case.child_stage, case.adult_stage, case.quantities, findings)


def _recorded(case: Case, advice: Advice, book: Rulebook, profile: Profile, as_of: dt.date | None) -> Record:
    results = {c.code: Stood(c.outcome, c.robust, withheld=False) for c in advice.conclusions}
    results |= {s.code: Stood(s.outcome, s.robust, withheld=bool(s.withheld_by)) for s in advice.suggestions}
    words = hashlib.sha256(to_json(advice, WORDED).encode()).hexdigest()
    head = book.head
    return Record(VERSION, head.id, head.version, book.sha256, profile.id, as_of, case, dict(sorted(results.items())), words)


# --- as a file -------------------------------------------------------------------------------------------------------------


def to_text(kept: Record) -> str:
    """A record as JSON text, in the form published as ``schemas/record.schema.json``."""
    return json.dumps(to_mapping(kept), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def to_mapping(kept: Record) -> dict[str, object]:
    """A record as plain data."""
    return {
        "schema": SCHEMA,
        "library": kept.library,
        "rulebook": made_with(kept.rulebook, kept.version, kept.sha256),
        "profile": kept.profile,
        **({"as_of": kept.as_of.isoformat()} if kept.as_of else {}),
        "case": case_to_mapping(kept.case),
        "results": [
            {"code": code, "outcome": stood.outcome.value, "robust": stood.robust, "withheld": stood.withheld}
            for code, stood in kept.results.items()
        ],
        "advice_sha256": kept.advice_sha256,
    }


def read_record(text: str, shown: str = "record") -> Record:
    """A record from its JSON text, of 2 MB at most. Raises `CaseError` with all that is wrong with its form.

    ``shown`` is the name that messages give to it.
    """
    check_length(text, shown)
    return read_document(text, shown, "the record", _read)


def _read(fields: Fields) -> Record:
    check_schema(fields, SCHEMA)
    found = Record(
        fields.string("library"),
        *read_made_with(fields),
        fields.string("profile"),
        _day(fields),
        _case(fields),
        dict(fields.each("results", "an entry of 'results'", _read_stood)),
        fields.string("advice_sha256"),
    )
    fields.done()
    return found


def _case(fields: Fields) -> Case:
    node = fields.require("case")
    inner = None if node is None else as_fields(node, "'case'", fields.problems)
    return Case() if inner is None else _bare(read_case(inner))


def _read_stood(fields: Fields) -> tuple[str, Stood]:
    stood = Stood(fields.choice("outcome", Outcome), fields.truth("robust", False), fields.truth("withheld", False))
    return fields.string("code"), stood


def _day(fields: Fields) -> dt.date | None:
    node = fields.get("as_of")
    if node is None:
        return None
    text = string(node, "as_of", fields.problems)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fields.problems.add("F213", node.span, f"'as_of' is '{shorten(text)}'; allowed: a date as 2026-11-23")
        return None
