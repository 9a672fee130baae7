"""The cards of CDS Hooks: their form, that they are few and in order, and what has none."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs
from fhir.resources.R4B.servicerequest import ServiceRequest

from hechting_rules import advise
from hechting_rules.interop.cards import ASK_CODE, ASK_SUMMARY, OVERRIDES, Deck, cards, plain
from hechting_rules.interop.cds_hooks import SERVICE, discovery, respond
from hechting_rules.interop.leaving import Leaving
from hechting_rules.interop.resources import Sheet
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Language, Level, Origin, Standing
from hooked import CALL, OTHER_CALL, all_cards, ask, hooks, rich, the_draft, valid
from records import TODAY, condition
from test_fhir_out import EXAMPLES, advised, empty, referral


def test_every_card_is_one_of_the_specification() -> None:
    for card in all_cards():
        valid(card, "card")
    assert {card["indicator"] for card in all_cards()} == {"info", "warning", "critical"}


def test_nothing_is_null_or_empty_but_the_list_of_cards() -> None:
    plain_host = ask(condition("A93")).body["cards"]  # has no pages to link to
    assert plain_host
    assert not any(empty(card) for card in [*all_cards(), *plain_host])
    assert not empty(discovery(hooks()))
    assert not empty(respond(hooks(), SERVICE, {}, as_of=TODAY).body)


def test_a_card_has_its_own_id() -> None:
    ids = [card["uuid"] for card in ask(condition("A93"), condition("Z03")).body["cards"]]
    assert len(ids) == len(set(ids)) > 1
    assert ids == [card["uuid"] for card in ask(condition("A93"), condition("Z03")).body["cards"]]
    assert not set(ids) & {
        card["uuid"] for card in ask(condition("A93"), condition("Z03"), hookInstance=OTHER_CALL).body["cards"]
    }


def test_a_summary_is_shorter_than_140_characters(book: Rulebook) -> None:
    texts = [s.summary for s in book.suggestions.values()] + [ASK_SUMMARY]
    assert all(0 < len(text.into(language)) < 140 for text in texts for language in Language)
    assert {card["summary"] for card in all_cards()} <= {text.into(language) for text in texts for language in Language}


def test_a_detail_is_markdown() -> None:
    for card in all_cards():
        assert card["detail"]
        assert "<" not in card["detail"].replace("\\<", "")
        assert not re.search(r"(?<!\\)\|", card["detail"])
    assert plain("a_b*c[d]<e>`f`#|~\\") == "a\\_b\\*c\\[d\\]\\<e\\>\\`f\\`\\#\\|\\~\\\\"


def test_the_indicator_says_how_urgent_it_is(book: Rulebook) -> None:
    for code, card in rich():
        suggestion = book.suggestions.get(code)
        if suggestion is None or suggestion.origin is not Origin.SAFETY:
            assert card["indicator"] == "info"
        else:
            assert card["indicator"] == ("critical" if suggestion.level is Level.ACT_NOW else "warning")


def test_the_source_says_where_it_comes_from(book: Rulebook) -> None:
    for code, card in rich():
        assert card["source"]["label"].endswith(f"{book.head.id} {book.head.version}")
        assert card["source"]["url"] == "https://example.org/about"
        suggestion = book.suggestions.get(code)
        if suggestion is not None and suggestion.origin is not Origin.ARTICLE:
            assert "niet uit het artikel" in card["source"]["label"] or "not from the article" in card["source"]["label"]
    bare = ask(condition("A93")).body["cards"]
    assert not [card for card in bare if "url" in card["source"]]


def test_the_topic_is_a_coding_of_what_is_told() -> None:
    for code, card in rich():
        assert card["source"]["topic"]["code"] == code


def test_suggestions_say_how_they_are_chosen() -> None:
    for card in all_cards():
        assert ("suggestions" in card) is ("selectionBehavior" in card)
    assert the_draft()["selectionBehavior"] == "at-most-one"


def test_a_draft_of_a_referral_is_suggested_where_it_may_be() -> None:
    (suggestion,) = the_draft()["suggestions"]
    assert suggestion["label"] == "Concept van een verwijzing maken, om te beoordelen"
    assert re.fullmatch(r"[0-9a-f-]{36}", suggestion["uuid"])
    case, code = referral()
    advice = advise(case)
    for who, there in (("Patient/child", True), ("Patient/other", False)):
        sheet = Sheet(Leaving.of(advice, default_rulebook(), abuse=False), "Patient/child", "", "2026-11-23", Language.NL, "x")
        given = cards(Deck(sheet, CALL, who, "", ""), partial=False)
        assert len(given) > 1
        assert [one for one, card in given.items() if "suggestions" in card] == ([code] if there else [])


def test_an_action_creates_a_whole_new_resource() -> None:
    for card in all_cards():
        for suggestion in card.get("suggestions", ()):
            (action,) = suggestion["actions"]
            assert set(action) == {"type", "description", "resource"}
            assert (action["type"], action["description"]) == ("create", card["summary"])
            ServiceRequest.model_validate(action["resource"])
            assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")
            assert "id" not in action["resource"]


def test_reasons_to_set_a_card_aside_are_codings_with_words() -> None:
    for card in all_cards():
        assert [reason["code"] for reason in card["overrideReasons"]] == list(OVERRIDES)
        assert all(set(reason) == {"system", "code", "display"} for reason in card["overrideReasons"])


def test_every_coding_has_a_code_a_system_and_words() -> None:
    for card in all_cards():
        for coding in (card["source"]["topic"], *card["overrideReasons"]):
            assert all(isinstance(coding[key], str) and coding[key] for key in ("system", "code", "display"))


def test_links_are_absolute_and_lead_to_the_rules(book: Rulebook) -> None:
    links = [link for card in all_cards() for link in card.get("links", ())]
    assert links
    for link in links:
        assert set(link) == {"label", "url", "type"}
        assert link["type"] == "absolute"
        assert urlsplit(link["url"]).scheme == "https"
        assert link["url"].removeprefix("https://example.org/rules/") in book.rules
    assert not [card for card in ask(condition("A93")).body["cards"] if "links" in card]


def members(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from (key,) if isinstance(key, str) else ()
        yield from members(inner)


def test_what_is_optional_and_not_offered_is_never_sent() -> None:
    sent = {key for card in all_cards() for key in members({k: v for k, v in card.items() if k != "suggestions"})}
    sent |= {key for card in all_cards() for s in card.get("suggestions", ()) for key in s}
    sent |= set(members(discovery(hooks()))) | set(ask(condition("A93")).body)
    assert not sent & {"systemActions", "icon", "isRecommended", "appContext", "autolaunchable", "extension", "resourceId"}


def test_one_service_with_one_hook_updates_nothing() -> None:
    assert [(s["id"], s["hook"]) for s in discovery(hooks())["services"]] == [(SERVICE, "patient-view")]


def test_cards_stand_in_order_and_are_few(book: Rulebook) -> None:
    for path in EXAMPLES:
        advice = advised(path)
        sheet = Sheet(Leaving.of(advice, book, abuse=False), "Patient/c", "", "2026-11-23", Language.NL, "x")
        found = list(cards(Deck(sheet, CALL, "", "", ""), partial=False))
        order = [s.code for s in advice.suggestions]
        assert len([code for code in found if code.startswith("safety.")]) <= 3
        assert len(found) <= 11
        ranks = [list(Origin).index(book.suggestions[code].origin) for code in found if code != ASK_CODE]
        assert ranks == sorted(ranks)
        assert set(found) <= {*order, ASK_CODE}


def test_what_is_withheld_has_no_card_and_the_flag_says_how_many_wait() -> None:
    advice = advised(next(p for p in EXAMPLES if p.stem == "13-suspected-abuse"))
    held = [s.code for s in advice.suggestions if s.withheld_by]
    sheet = Sheet(Leaving.of(advice, default_rulebook(), abuse=False), "Patient/c", "", "2026-11-23", Language.NL, "x")
    found = cards(Deck(sheet, CALL, "", "", ""), partial=False)
    assert held
    assert not set(held) & set(found)
    assert found["safety.rf01"]["indicator"] == "critical"
    assert f"wachten andere suggesties: {len(held)}." in found["safety.rf01"]["detail"]


def test_hints_of_the_record_are_put_as_something_to_ask() -> None:
    assert "vraag het na**: loopt weg" in ask(condition("A93"), condition("P23")).body["cards"][-1]["detail"]
    assert "vraag het na" not in ask(condition("A93")).body["cards"][-1]["detail"]


def test_a_claim_that_is_potentially_harmful_has_no_card() -> None:
    advice = advise(referral()[0])
    made = tuple(
        attrs.evolve(
            s,
            because=tuple(
                attrs.evolve(r, evidence=attrs.evolve(r.evidence, standing=(Standing.HARMFUL,))) for r in s.because if r.evidence
            ),
        )
        for s in advice.suggestions
    )
    harmful = attrs.evolve(advice, suggestions=tuple(s for s in made if s.because))
    sheet = Sheet(Leaving.of(harmful, default_rulebook(), abuse=False), "Patient/child", "", "2026-11-23", Language.NL, "x")
    assert not cards(Deck(sheet, CALL, "Patient/child", "", ""), partial=False)
