"""The report as a strict reader of HTML sees it: its elements, what they say, and whether it is sound and needs nothing else."""

import re
import xml.etree.ElementTree as ET

import html5lib

from hechting_rules import Advice
from hechting_rules.render.html import to_html
from hechting_rules.render.style import clean
from hechting_rules.terms import Language, Origin

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "div", "p", *HEADINGS),
    *("ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("a", "b", "br", "bdi", "code", "span"),
    *("svg", "desc", "rect", "g", "polyline", "polygon", "text"),
}
"""All that a report is made of."""


def read(page: str) -> ET.Element:
    """The page as a strict reader of HTML sees it: anything that is not sound is an error."""
    tree: ET.Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
    return tree


def said(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def of_class(page: ET.Element, name: str) -> list[ET.Element]:
    return [element for element in page.iter() if name in (element.get("class") or "").split()]


def elements(page: ET.Element, *tags: str) -> list[ET.Element]:
    return [element for element in page.iter() if element.tag in tags]


def part(page: ET.Element, origin: Origin) -> str:
    return " ".join(said(found) for found in of_class(page, f"hr-part-{origin.value}"))


def page_of(advice: Advice, language: Language = Language.NL, *, everything: bool = True) -> ET.Element:
    return read(to_html(advice, language, everything=everything))


def alike(words: str) -> str:
    return " ".join(clean(words).split())


def check_names(page: ET.Element) -> None:
    """Names are unique and every link and label points to one."""
    names = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(names) == len(set(names))
    links = [element.get("href") or "" for element in page.iter() if "href" in element.attrib]
    assert [link for link in links if not link.startswith("#")] == []
    pointed = [name for e in page.iter() for name in (e.get("aria-labelledby") or "").split()]
    assert {link[1:] for link in links} | set(pointed) <= set(names)


def check_self_contained(page: ET.Element) -> None:
    assert {element.tag for element in page.iter()} <= TAGS
    for element in page.iter():
        names = {name.rpartition("}")[2] for name in element.attrib}
        assert not {name for name in names if name.startswith("on") or name in {"src", "srcset", "action", "data", "background"}}
    for style in elements(page, "style"):
        assert not re.search(r"url\(|@import|https?:|expression|</", style.text or "")
