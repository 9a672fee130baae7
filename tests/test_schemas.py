"""The JSON Schemas that ship: valid, the same as what is read and written, and strict."""

import contextlib
import copy
import functools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hechting_rules import Rulebook, RulebookError, advise, load_case, load_rulebook, terms
from hechting_rules import advice as advice_module
from hechting_rules.reading import fields, records
from hechting_rules.reading.conditions import FORMS
from hechting_rules.reading.fields import Fields
from hechting_rules.reading.yamlnode import Mapping, Node, Scalar, Sequence, parse
from hechting_rules.render.json import SCHEMA, to_mapping
from hechting_rules.rulebook import default_folder
from hechting_rules.schemas import schema_names, schema_text
from hechting_rules.source import Problems, Span
from hechting_rules.terms import Language, Person

ROOT = Path(__file__).parents[1]
RULES = default_folder()
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
EXTENSION = ROOT / "examples" / "03_own_rule"
FILES = [*sorted(RULES.rglob("*.yaml")), *CASES, *sorted(EXTENSION.rglob("*.yaml"))]
FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
SCHEMAS: dict[str, dict[str, Any]] = {name: json.loads(schema_text(name)) for name in schema_names()}
READ = sorted(set(SCHEMAS) - {"advice", "consultation", "explanation", "record"})

Place = tuple[str, Any]
"""A JSON pointer into a schema and what stands there."""


def opened(place: Place, root: dict[str, Any]) -> Iterator[Place]:
    """The schemas to which a value at a place is held: references followed, choices opened."""
    pointer, schema = place
    if not isinstance(schema, dict):
        return
    yield pointer, schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from opened((f"#/$defs/{name}", root["$defs"][name]), root)
    for key in ("anyOf", "oneOf", "allOf"):
        for number, part in enumerate(schema.get(key, ())):
            yield from opened((f"{pointer}/{key}/{number}", part), root)


def below(places: Iterable[Place], key: str) -> list[Place]:
    """Where the value of a key is described."""
    found: list[Place] = []
    for pointer, schema in places:
        if key in schema.get("properties", {}):
            found.append((f"{pointer}/properties/{key}", schema["properties"][key]))
        found += [
            (f"{pointer}/patternProperties", part)
            for pattern, part in schema.get("patternProperties", {}).items()
            if re.search(pattern, key)
        ]
    return found


def walk(node: Node, places: Iterable[Place], root: dict[str, Any]) -> Iterator[tuple[Node, list[Place]]]:
    """Every value of a file with the schemas that describe it."""
    at = [found for place in places for found in opened(place, root)]
    yield node, at
    if isinstance(node, Mapping):
        for key, value in node.entries:
            yield from walk(value, below(at, key.text), root)
    elif isinstance(node, Sequence):
        inner = [(f"{pointer}/items", schema["items"]) for pointer, schema in at if "items" in schema]
        for item in node.items:
            yield from walk(item, inner, root)


def plain(node: Node, places: Iterable[Place], root: dict[str, Any]) -> Any:
    """A value as plain data: truth values and numbers where the schema asks for them, text everywhere else."""
    at = [found for place in places for found in opened(place, root)]
    match node:
        case Mapping(entries):
            return {key.text: plain(value, below(at, key.text), root) for key, value in entries}
        case Sequence(items):
            inner = [(f"{pointer}/items", schema["items"]) for pointer, schema in at if "items" in schema]
            return [plain(item, inner, root) for item in items]
        case Scalar(text, _, is_plain):
            wanted = {schema.get("type") for _, schema in at}
            if is_plain and "boolean" in wanted and text in ("true", "false"):
                return text == "true"
            if is_plain and wanted & {"number", "integer"} and NUMBER.fullmatch(text):
                return float(text) if "." in text else int(text)
            return text


def kind_of_file(path: Path) -> str:
    """The kind of a file: its schema, by its place."""
    if path in CASES:
        return "case"
    extends = path.is_relative_to(EXTENSION)
    folder, name = path.parent.relative_to(EXTENSION if extends else RULES).parts[:1], path.name
    if not folder:
        return "extension" if extends else "rulebook"
    if name.endswith(".cases.yaml"):
        return "cases"
    special = {f"{name}.yaml": name for name in ("ambiguities", "classifications", "dispositions", "references")}
    by_folder = {"article": "rules", "safety": "rules", "today": "rules", "host": "rules", "profiles": "profile"}
    return special.get(name) or by_folder.get(folder[0], folder[0])


def tree(path: Path) -> Node:
    problems = Problems()
    node = parse(path.read_text(encoding="utf-8"), str(path), problems)
    assert not problems.found
    assert node is not None
    return node


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


def problems_of(name: str, value: object) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(value)]


def subschemas(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from subschemas(part)


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_valid_and_says_its_own_name(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"hechting-rules/{name}/1"
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_allows_no_keys_beside_those_it_describes(name: str) -> None:
    objects = [part for part in subschemas(SCHEMAS[name]) if part.get("type") == "object"]
    assert objects or SCHEMAS[name]["type"] == "array"
    elsewhere = {id(part) for part in objects if str(part.get("description")).endswith(" (case.schema.json)")}
    assert not [part for part in objects if part.get("additionalProperties") is not False and id(part) not in elsewhere]


@pytest.mark.parametrize("name", schema_names())
def test_every_property_of_a_schema_is_described(name: str) -> None:
    root = SCHEMAS[name]
    parts = [part for part in subschemas(root) if part.get("type") == "object"]
    bare = [
        key
        for part in parts
        for key, value in part.get("properties", {}).items()
        if not any("description" in found for _, found in opened(("", value), root))
    ]
    assert not bare


@pytest.mark.parametrize("name", schema_names())
def test_every_definition_of_a_schema_is_used_and_every_reference_leads_somewhere(name: str) -> None:
    named = {part["$ref"] for part in subschemas(SCHEMAS[name]) if "$ref" in part}
    assert named == {f"#/$defs/{definition}" for definition in SCHEMAS[name].get("$defs", {})}


def test_definitions_of_one_name_are_the_same_in_all_schemas() -> None:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, schema in SCHEMAS.items():
        for definition, content in schema.get("$defs", {}).items():
            found[definition][json.dumps(content, sort_keys=True)].append(name)
    assert {d: sorted(c.values()) for d, c in found.items() if len(c) > 1} == {}


def test_each_kind_of_file_that_is_read_has_a_schema_and_an_example() -> None:
    assert {kind_of_file(path) for path in FILES} == set(READ)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_file_names_the_schema_of_its_kind_and_fits_it(path: Path) -> None:
    name = kind_of_file(path)
    named = FIRST_LINE.match(path.read_text(encoding="utf-8"))
    assert named, "the first line names no schema"
    here = ROOT / "rules" / path.relative_to(RULES) if path.is_relative_to(RULES) else path  # seen from here it names a schema
    assert (here.parent / named[1]).resolve().relative_to(ROOT) == Path("src/hechting_rules/schemas", f"{name}.schema.json")
    assert name in SCHEMAS
    assert problems_of(name, plain(tree(path), [("#", SCHEMAS[name])], SCHEMAS[name])) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", Language)
def test_the_advice_on_an_example_case_fits_its_schema(path: Path, language: Language) -> None:
    assert problems_of("advice", example(path, language)) == []


def test_every_key_of_an_advice_is_there_but_for_those_of_safety() -> None:
    optional = [
        set(part["properties"]) - set(part["required"])
        for part in subschemas(SCHEMAS["advice"])
        if part.get("type") == "object" and "properties" in part
    ]
    assert len(optional) > len(SCHEMAS["advice"]["$defs"]) / 2
    assert [keys for keys in optional if keys] == [{"flag", "level", "route"}]


def mutable(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to all values inside a value."""
    inside: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        yield (*path, key)
        yield from mutable(inner, (*path, key))


def container(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


@functools.cache
def example(path: Path, language: Language) -> dict[str, Any]:
    return to_mapping(advise(load_case(path)), language)


@settings(max_examples=80)
@given(data=st.data(), path=st.sampled_from(CASES), language=st.sampled_from(Language))
def test_an_advice_with_a_key_dropped_added_or_of_another_type_does_not_fit(
    data: st.DataObject, path: Path, language: Language
) -> None:
    changed = copy.deepcopy(example(path, language))
    where = data.draw(st.sampled_from(list(mutable(changed))))
    holder = container(changed, where)
    kind = data.draw(st.sampled_from(["drop", "add", "retype"]))
    if kind == "retype" or isinstance(holder, list):
        holder[where[-1]] = 1.5
    elif kind == "drop":
        del holder[where[-1]]
    else:
        holder["one_more"] = holder[where[-1]]
    assert not validator("advice").is_valid(changed)


@settings(max_examples=50)
@given(data=st.data(), path=st.sampled_from(CASES))
def test_an_advice_with_a_word_outside_a_closed_set_does_not_fit(data: st.DataObject, path: Path) -> None:
    found = copy.deepcopy(example(path, Language.NL))
    closed = {"schema", "language", "status", "kind", "origin", "about", "wording", "wanted", "level", "claim", "rule", "sha256"}
    where = data.draw(st.sampled_from([at for at in mutable(found) if at[-1] in closed]))
    container(found, where)[where[-1]] = "Ruled Out"
    assert not validator("advice").is_valid(found)


def test_safety_results_and_suggestions_may_not_stand_in_each_others_place() -> None:
    found = to_mapping(advise(load_case(CASES[0])), Language.NL)
    suggestion = found["suggestions"][0]
    safety = {**suggestion, "origin": "safety", "kind": "safety", "flag": "RF-01", "level": "act_now", "route": None}
    assert problems_of("advice", {**found, "safety": [safety]}) == []
    assert "$.safety[0].origin: 'safety' was expected" in problems_of("advice", {**found, "safety": [suggestion]})
    assert "$.safety[0]: 'level' is a required property" in problems_of("advice", {**found, "safety": [suggestion]})
    assert problems_of("advice", {**found, "suggestions": [{**safety, "origin": "article"}]})
    assert problems_of("advice", {**found, "suggestions": [safety]})


def test_a_suggestion_has_a_text_unless_it_is_withheld() -> None:
    found = to_mapping(advise(load_case(CASES[0])), Language.NL)
    silent = {**found["suggestions"][0], "text": ""}
    assert problems_of("advice", {**found, "suggestions": [silent]}) == ["$.suggestions[0].text: '' should be non-empty"]
    assert problems_of("advice", {**found, "suggestions": [{**silent, "withheld_by": ["RF-01"]}]}) == []


def test_the_schema_of_the_advice_knows_the_words_of_the_library() -> None:
    definitions = SCHEMAS["advice"]["$defs"]

    def words(definition: str, *path: str) -> set[str]:
        part = definitions[definition]
        for key in path:
            part = part["properties"][key] if key != "items" else part["items"]
        return set(part["enum"])

    known = set(advice_module.Known)
    told = {advice_module.Outcome.ESTABLISHED, advice_module.Outcome.POSSIBLE}
    assert words("suggestion", "kind") == set(terms.Kind)
    assert words("suggestion", "origin") == set(terms.Origin)
    assert words("about") == set(terms.About)
    assert words("status") == told
    assert words("flag_name", "level") == words("suggestion", "level") == set(terms.Level)
    assert words("route", "jurisdiction") == set(terms.Jurisdiction)
    assert words("evidence_note", "standing", "items") == set(terms.Standing)
    assert words("justification", "wording") == set(terms.Wording)
    assert words("premise", "status") == known
    assert words("premise", "wanted") == {"present", "absent", "established"} <= known
    assert set(SCHEMAS["advice"]["properties"]["language"]["enum"]) == set(Language)
    assert SCHEMAS["advice"]["properties"]["schema"]["const"] == SCHEMA


def test_the_stages_in_the_schemas_are_those_of_the_rulebook(book: Rulebook) -> None:
    stages = {person: [s.code for s in book.stages.values() if s.of is person] for person in Person}
    for name, schema in SCHEMAS.items():
        definitions = schema.get("$defs", {})
        for definition, allowed in (
            ("child_stage", stages[Person.CHILD]),
            ("adult_stage", stages[Person.ADULT]),
            ("stage", stages[Person.CHILD] + stages[Person.ADULT]),
        ):
            if definition in definitions:
                assert set(definitions[definition]["enum"]) == set(allowed), (name, definition)


RARE = {
    "rulebook.yaml": """
id: rare
version: 0.0.1
title: {nl: a, en: a}
intended_use: {nl: a, en: a}
disclaimer: {nl: a, en: a}
clinical_review: {who: someone, date: 2025-01-01}
""",
    "vocabulary/rare.yaml": """
parameters: [{name: first, value: 12, unit: weeks, origin: library, reason: a}]
stages: [{code: baby, of: child, label: {nl: a, en: a}, from: first, below: first}]
quantities: [{name: pregnancy_week, of: pregnancy, unit: weeks, min: 0, max: 45, label: {nl: a, en: a}}]
ranges: [{name: weeks, quantity: pregnancy_week, from: first, to: 28, label: {nl: a, en: a}}]
findings:
  - code: a.b
    label: {nl: a, en: a}
    question: {nl: a, en: a}
    about: child
    time: current
    direction: risk
    changeable: never
    synonyms: {nl: [a], en: [a]}
conclusions: [{code: a.c, title: {nl: a, en: a}, about: child, direction: risk}]
flags: [{id: RF-01, level: refer, name: {nl: a, en: a}}]
""",
    "profiles/rare.yaml": """
id: rare
title: {nl: a, en: a}
on: [{rule: a.r, who: a, date: 2025-01-01, reason: a}]
off: [{rule: a.r, who: a, date: 2025-01-01, reason: a}]
""",
    "statements/dispositions.yaml": """
- {statement: S1, kept_by: ["test: a"], explained_in: [a.c], not_encoded: theory, reason: a}
- {statement: S1, kept_by: ["test: a"]}
""",
    "article/rare.cases.yaml": """
- name: a
  given: {child: {stage: baby}, adult: {stage: adult}}
  variants: [{name: b, given: {child: {stage: baby}, adult: {stage: adult}}, established: [a.c]}]
""",
    "article/rare.yaml": """
- id: a.r
  title: {nl: a, en: a}
  when: {range: weeks}
  conclude: a.c
  statements: [S1]
  wording: certain
  evidence: claim:A01-a
  exemplars: [{given: {child: {stage: baby}, adult: {stage: adult}}, established: [a.c]}]
  lint_off: [{code: L618, reason: a}]
""",
}
"""What the files of the library have no example of."""

RARE_EXTENSION = """
id: rare
version: 0.0.1
extends: verdult-hechting
namespace: rare
title: {nl: a, en: a}
author: {nl: a, en: a}
clinical_review: {who: someone, date: 2025-01-01}
"""
"""And what that of the examples has none of."""


class Reading:
    """What the loader asks of each mapping of the files that it reads: keys, keys that must be there, closed sets of words."""

    def __init__(self) -> None:
        self.asked: dict[Span, set[str]] = defaultdict(set)
        self.required: dict[Span, set[str]] = defaultdict(set)
        self.words: dict[Span, set[str]] = {}
        self.trees: list[tuple[str, Node]] = []

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        get, require, choice = Fields.get, Fields.require, fields.choice

        def asked(own: Fields, key: str) -> Node | None:
            self.asked[own.node.span].add(key)
            return get(own, key)

        def required(own: Fields, key: str) -> Node | None:
            self.required[own.node.span].add(key)
            return require(own, key)

        def chosen(node: Node, key: str, allowed: type[StrEnum], problems: Problems) -> StrEnum | None:
            self.words[node.span] = {str(word) for word in allowed}
            return choice(node, key, allowed, problems)

        patch.setattr(Fields, "get", asked)
        patch.setattr(Fields, "require", required)
        patch.setattr(fields, "choice", chosen)
        patch.setattr(records, "choice", chosen)

    def places(self, node: Node, kind: str) -> Iterator[tuple[Node, list[Place]]]:
        """Every value of a file that the loader read with the schemas that describe it."""
        root = SCHEMAS[kind]
        for value, at in walk(node, [("#", root)], root):
            yield value, [(f"{kind}.schema.json{pointer}", schema) for pointer, schema in at]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The rulebook of the library, the example cases and what neither has an example of, read under watch."""
    found = Reading()
    rare = tmp_path_factory.mktemp("rare")
    with pytest.MonkeyPatch.context() as patch:
        found.watch(patch)
        load_rulebook(RULES)  # its files: a wheel has a compiled form beside them
        for path in CASES:
            load_case(path)
        load_rulebook(EXTENSION)
        found.trees += [(kind_of_file(path), _shown(path)) for path in FILES]
        for name, text in RARE.items():
            (rare / name).parent.mkdir(exist_ok=True)
            (rare / name).write_text(text, encoding="utf-8")
        with contextlib.suppress(RulebookError):
            load_rulebook(rare)
        extension = tmp_path_factory.mktemp("extension")
        (extension / "rulebook.yaml").write_text(RARE_EXTENSION, encoding="utf-8")
        load_rulebook(extension)
        found.trees.append(("extension", _parsed(RARE_EXTENSION, f"{extension.name}/rulebook.yaml")))
    for name, text in RARE.items():
        found.trees.append((kind_of_file(RULES / name), _parsed(text, f"rules/{name}")))
    return found


def _parsed(text: str, shown: str) -> Node:
    node = parse(text, shown, Problems())
    assert node is not None
    return node


def _shown(path: Path) -> Node:
    """A file with the places that the loader gives it."""
    root = next((folder for folder in (RULES, EXTENSION) if path.is_relative_to(folder)), None)
    below = {RULES: "rules", EXTENSION: EXTENSION.name}
    shown = str(path) if root is None else f"{below[root]}/{path.relative_to(root).as_posix()}"
    return _parsed(path.read_text(encoding="utf-8"), shown)


def _mappings(reading: Reading) -> Iterator[tuple[Mapping, str, dict[str, Any]]]:
    """Each mapping that the loader read as fields, with the place and the schema that describes its keys."""
    for kind, root in reading.trees:
        for node, at in reading.places(root, kind):
            if isinstance(node, Mapping) and node.span in reading.asked:
                yield from ((node, pointer, schema) for pointer, schema in at if "properties" in schema)


def test_the_loader_asks_for_exactly_the_keys_that_the_schemas_describe(reading: Reading) -> None:
    asked: dict[str, set[str]] = defaultdict(set)
    described: dict[str, set[str]] = {}
    for node, pointer, schema in _mappings(reading):
        asked[pointer] |= reading.asked[node.span]
        described[pointer] = set(schema["properties"])
    assert asked == described


def test_every_mapping_that_a_schema_describes_is_read_by_the_loader(reading: Reading) -> None:
    seen = {pointer for _, pointer, _ in _mappings(reading)}
    conditions = {f"rules.schema.json#/$defs/{name}" for name in ("condition", "nested", "single", "unless")}
    everything = set()
    for name in READ:
        everything |= {f"{name}.schema.json{pointer}" for pointer in _objects(SCHEMAS[name], "#")}
    assert {p for p in everything - seen if not p.startswith(tuple(conditions))} == set()


def _objects(schema: object, pointer: str) -> Iterator[str]:
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield pointer
        for key, part in schema.items():
            yield from _objects(part, f"{pointer}/{key}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from _objects(part, f"{pointer}/{number}")


def test_what_the_loader_cannot_do_without_is_required_by_the_schema(reading: Reading) -> None:
    always: dict[str, set[str]] = {}
    required: dict[str, set[str]] = {}
    for node, pointer, schema in _mappings(reading):
        always[pointer] = always.get(pointer, reading.required[node.span]) & reading.required[node.span]
        required[pointer] = set(schema.get("required", ()))
    assert {pointer: keys - required[pointer] for pointer, keys in always.items() if not keys <= required[pointer]} == {}


def test_where_the_loader_wants_one_of_a_set_of_words_the_schema_names_the_same_set(reading: Reading) -> None:
    seen: dict[str, tuple[set[str], set[str]]] = {}
    for kind, root in reading.trees:
        for node, at in reading.places(root, kind):
            if node.span in reading.words and isinstance(node, Scalar):
                named = set().union(*(schema.get("enum", ()) for _, schema in at))
                seen[at[0][0] if at else str(node.span)] = (reading.words[node.span], named)
    assert len(seen) > len(set(terms.Handling))
    assert {place: pair for place, pair in seen.items() if pair[0] != pair[1]} == {}


def test_the_forms_of_a_condition_are_the_same_in_loader_and_schema() -> None:
    definitions = SCHEMAS["rules"]["$defs"]
    keys = {name: set(definitions[name]["anyOf"][1]["properties"]) for name in ("condition", "nested", "single")}
    keys["unless"] = set(definitions["unless"]["properties"])
    joins = {"all", "any", "at_least", "of"}
    assert keys["condition"] == keys["nested"] == {*FORMS, "of"} - keys["unless"]
    assert keys["single"] == keys["nested"] - joins
