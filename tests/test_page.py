"""The files of the page: nothing inline, nothing from elsewhere, nothing kept, and every text in both languages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import hechting_rules
from hechting_rules.interop.service.app import POLICY, page_files
from hechting_rules.render.style import DARK, LIGHT
from serving import client

FILES = {name: found.body.decode() for name, found in page_files().items()}
PAGE, SCRIPT, STYLE = FILES["/"], FILES["/page.js"], FILES["/page.css"]
STORES = ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.", "serviceWorker", "sendBeacon", "WebSocket")
MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setAttribute('on")


class Elements(HTMLParser):
    """The elements of a page: name and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements() -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(PAGE)
    return parser.found


def texts(language: str) -> dict[str, str]:
    """The texts of the page in one language, by name."""
    block = re.search(rf"^  {language}: \{{\n(.*?)^  \}},", SCRIPT, re.MULTILINE | re.DOTALL)
    assert block is not None
    return dict(re.findall(r'(?:^|[ ,])(\w+): "([^"\n]*)"', block[1], re.MULTILINE))


@pytest.fixture(scope="module")
def service() -> TestClient:
    return client()


def test_the_policy_lets_in_nothing_but_the_files_of_the_page(service: TestClient) -> None:
    found = service.get("/").headers["content-security-policy"]
    assert found == POLICY
    rules = {name: rest.split() for name, _, rest in (rule.strip().partition(" ") for rule in found.split(";"))}
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == ["'self'"]
    assert "unsafe" not in found
    assert rules["form-action"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]


def test_no_file_holds_anything_that_the_policy_would_refuse() -> None:
    for tag, attributes in elements():
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if tag == "script":
            assert attributes["src"] == "page.js"
    assert re.findall(r"<script[^>]*>([^<]+)</script>", PAGE) == []
    assert not [word for word in MARKUP if word in SCRIPT]
    assert ".style" not in SCRIPT


def test_nothing_comes_from_elsewhere() -> None:
    loaded = {str(attributes.get(key)) for _, attributes in elements() for key in ("src", "href") if attributes.get(key)}
    assert {name for name in loaded if not name.startswith(("#", "data:"))} == {"page.js", "page.css"}
    names = re.compile(r"(?:https?:)?//[a-z0-9]", re.IGNORECASE)
    outside = [found for text in FILES.values() for found in names.findall(text.replace("http://www.w3.org/2000/svg", ""))]
    assert outside == []
    assert "@import" not in STYLE
    assert "url(" not in STYLE


def test_nothing_is_kept_beyond_the_tab() -> None:
    assert [word for word in STORES if word in SCRIPT] == []


def test_every_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    nl, en = texts("nl"), texts("en")
    assert len(nl) > 80
    assert list(nl) == list(en)
    for name, words in nl.items():
        assert re.findall(r"\{\w+\}", words) == re.findall(r"\{\w+\}", en[name]), name
        assert words
        assert en[name]


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    known = texts("nl")
    rest = SCRIPT.partition("const PERSONS")[2]
    used = set(re.findall(r'data-(?:say|label)="(\w+)"', PAGE))
    quoted = set(re.findall(r'"(\w+)"', rest)) | set(re.findall(r"say\((\w+)", rest))
    assert used <= set(known)
    called = set(re.findall(r'say\("(\w+)"', rest))
    assert called <= set(known)
    assert set(known) - used - quoted == set()


def test_every_id_that_the_script_asks_for_is_in_the_page_once() -> None:
    ids = [attributes["id"] for _, attributes in elements() if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bat\("([\w-]+)"\)', SCRIPT)) <= set(ids)
    for _, attributes in elements():
        for name in ("for", "aria-labelledby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


def test_the_page_has_the_colours_of_the_report_light_and_dark() -> None:
    for name in LIGHT:
        assert f"--hechting-{name}:{LIGHT[name]}" in STYLE
        assert f"--hechting-{name}:{DARK[name]}" in STYLE
    own = Path(hechting_rules.__file__).parent / "interop" / "page" / "page.css"
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", own.read_text(encoding="utf-8")) == []


def test_the_page_has_landmarks_headings_and_names() -> None:
    tags = [tag for tag, _ in elements()]
    assert [tags.count(tag) for tag in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    assert dict(elements())["html"]["lang"] == "nl"
    assert any(attributes.get("aria-live") == "polite" for _, attributes in elements())
    for tag, attributes in elements():
        if tag == "input" and "hidden" not in attributes and attributes.get("type") != "checkbox":
            assert f'for="{attributes["id"]}"' in PAGE
