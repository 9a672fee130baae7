"""Faults planted in CDS Hooks, one at a time: ``python tests/soak/hooks_faults.py``; each must fail the tests that it names.

Every test behind a SHALL in the table of ``tests/test_cds_requirements.py`` must be failed by some fault. The library is copied,
changed there, and its tests run on the copy; some minutes. Ends with status 1 where a fault is not noticed or a test is never
failed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
TESTS = tuple(ROOT / "tests" / f"{name}.py" for name in ("test_cds_hooks", "test_cds_cards"))
HOOKS, CARDS, PREFETCH = (f"src/hechting_rules/interop/{name}.py" for name in ("cds_hooks", "cards", "prefetch"))


@attrs.frozen
class Fault:
    """In one file, a text that stands there and what is written instead; ``fails`` are tests that must notice."""

    file: str
    old: str
    new: str
    fails: tuple[str, ...]


def fault(file: str, old: str, new: str, *fails: str) -> Fault:
    return Fault(file, old, new, tuple(f"test_{name}" for name in fails))


FAULTS = (
    fault(CARDS, '**({"links": links} if links else {})', '"links": links', "nothing_is_null_or_empty_but_the_list_of_cards"),
    fault(
        HOOKS, 'return {"services": [service]}', 'return {"services": service}', "discovery_is_an_object_with_a_list_of_services"
    ),
    fault(HOOKS, '        "hook": HOOK,\n', "", "each_service_names_its_hook_id_title_and_description"),
    fault(HOOKS, '        "id": SERVICE,\n', "", "each_service_names_its_hook_id_title_and_description"),
    fault(
        HOOKS,
        '        "description": DESCRIPTION.into(hooks.language),\n',
        "",
        "each_service_names_its_hook_id_title_and_description",
    ),
    fault(HOOKS, '"prefetch": hooks.templates()', '"prefetch": list(hooks.templates())', "prefetch_is_an_object_of_queries"),
    fault(
        PREFETCH,
        'found["family"] = f"Family',
        'found["relatives"] = f"Family',
        "each_key_of_the_templates_is_one_under_which_data_is_taken",
    ),
    fault(
        HOOKS,
        "    if missing:\n        return _refused(Status.DATA_MISSING, f",
        "    if False:\n        return _refused(Status.DATA_MISSING, f",
        "required_data_that_cannot_be_had_is_412",
    ),
    fault(
        PREFETCH,
        'PATIENT = "{{context.patientId}}"',
        'PATIENT = "{{context.patient.id}}"',
        "prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    ),
    fault(PREFETCH, "&_count=50", "&_include=*", "queries_keep_to_what_is_recommended"),
    fault(
        HOOKS,
        'Reply(Status.OK, {"cards": list(given.values())}',
        'Reply(Status.OK, {"card": list(given.values())}',
        "a_good_answer_is_200_with_cards",
    ),
    fault(CARDS, '"uuid": id_from(deck.instance, suggestion.code),', '"uuid": suggestion.code,', "a_card_has_its_own_id"),
    fault(CARDS, '"summary": summary,', '"summary": summary * 4,', "a_summary_is_shorter_than_140_characters"),
    fault(
        CARDS, "    summary = deck.words(suggestion.summary)\n", '    summary = ""\n', "a_summary_is_shorter_than_140_characters"
    ),
    fault(CARDS, 'return "\\n\\n".join(parts)', 'return "<p>".join(parts)', "a_detail_is_markdown"),
    fault(CARDS, 'return "info"', 'return "hard-stop"', "the_indicator_says_how_urgent_it_is"),
    fault(CARDS, 'return "critical" if', 'return "info" if', "the_indicator_says_how_urgent_it_is"),
    fault(CARDS, 'return {"label": label, **', 'return {"name": label, **', "the_source_says_where_it_comes_from"),
    fault(
        CARDS,
        'yield {"label": deck.words(DRAFT), "uuid"',
        'yield {"title": deck.words(DRAFT), "uuid"',
        "a_draft_of_a_referral_is_suggested_where_it_may_be",
    ),
    fault(
        CARDS,
        "if deck.sheet.leaving.may_refer(suggestion) and",
        "if",
        "a_draft_of_a_referral_is_suggested_where_it_may_be",
    ),
    fault(CARDS, ', "selectionBehavior": "at-most-one"}', "}", "suggestions_say_how_they_are_chosen"),
    fault(CARDS, '"at-most-one"', '"exactly-one"', "suggestions_say_how_they_are_chosen"),
    fault(
        CARDS,
        'return [{"system": OVERRIDE_SYSTEM, "code": code, "display": deck.words(text)}',
        'return [{"code": code}',
        "reasons_to_set_a_card_aside_are_codings_with_words",
        "every_coding_has_a_code_a_system_and_words",
    ),
    fault(CARDS, '"type": "absolute"}', '"type": "relative"}', "links_are_absolute_and_lead_to_the_rules"),
    fault(CARDS, '"url": url, "type"', '"href": url, "type"', "links_are_absolute_and_lead_to_the_rules"),
    fault(CARDS, 'yield {"label": deck.words(reason.title), "url"', 'yield {"url"', "links_are_absolute_and_lead_to_the_rules"),
    fault(
        CARDS,
        '    topic = {"system": RESULT_SYSTEM, "code": suggestion.code, "display": summary}\n',
        '    topic = {"system": RESULT_SYSTEM}\n',
        "the_topic_is_a_coding_of_what_is_told",
    ),
    fault(CARDS, 'action = {"type": "create", ', 'action = {"type": "make", ', "an_action_creates_a_whole_new_resource"),
    fault(
        CARDS, '"description": deck.words(suggestion.summary), "resource"', '"resource"', "an_action_creates_a_whole_new_resource"
    ),
    fault(CARDS, '        del request["id"]\n', "", "an_action_creates_a_whole_new_resource"),
    fault(
        HOOKS,
        '    return {"services": [service]}',
        '    return {"services": [service, {**service, "hook": "order-sign"}]}',
        "one_service_with_one_hook_updates_nothing",
    ),
    fault(
        CARDS,
        '        "overrideReasons": _overrides(deck),\n        **(',
        '        "overrideReasons": _overrides(deck),\n        "systemActions": [],\n        **(',
        "what_is_optional_and_not_offered_is_never_sent",
    ),
)


def failed(changed: Fault, folder: Path) -> set[str]:
    """Those of the tests that a fault names which fail with it."""
    text = (ROOT / changed.file).read_text(encoding="utf-8")
    if text.count(changed.old) != 1:
        raise SystemExit(f"{changed.file} holds {changed.old!r} {text.count(changed.old)} times; it must hold it once")
    (folder / changed.file).write_text(text.replace(changed.old, changed.new), encoding="utf-8")
    path = os.pathsep.join([str(folder / "src"), str(ROOT / "tests")])
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rf", "--tb=no"]
    line += [f"{path}::{name}" for name in changed.fails for path in TESTS if f"def {name}(" in path.read_text(encoding="utf-8")]
    more = {"PYTHONPATH": path, "CI": "1"}
    done = subprocess.run(line, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=False)
    (folder / changed.file).write_text(text, encoding="utf-8")
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(test_\w+)", done.stdout, re.MULTILINE))


def behind_a_shall() -> set[str]:
    """The tests that keep a requirement which says SHALL."""
    sys.path.insert(0, str(ROOT / "tests"))
    import test_cds_requirements as table  # noqa: PLC0415 - needs the path

    named = (where.removeprefix("never: ") for number, where in table.KEPT.items() if number in table.SHALL)
    return {name for name in named if name.startswith("test_")}


def main() -> int:
    """Plant each fault, and tell what noticed it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "rules", folder / "rules")
        noticed, missed = set[str](), 0
        for one in FAULTS:
            found = failed(one, folder)
            noticed |= found
            lost = set(one.fails) - found
            missed += bool(lost)
            told = f"NOT noticed by {', '.join(sorted(lost))}" if lost else f"noticed by {', '.join(sorted(found))}"
            sys.stdout.write(f"{Path(one.file).stem}: {one.new.strip()[:70]!r}: {told}\n")
            sys.stdout.flush()
        never = behind_a_shall() - noticed
    sys.stdout.write(
        f"{len(FAULTS)} faults, {missed} not noticed; tests behind a SHALL never failed: {', '.join(sorted(never)) or 'none'}\n"
    )
    return 1 if missed or never else 0


if __name__ == "__main__":
    sys.exit(main())
