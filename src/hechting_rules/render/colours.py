"""The colours of report and drawing, light and dark: any text has a contrast of at least 4.5 to 1 (WCAG AA)."""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "surface": "#f4f6f8",
    "ink": "#1a2530",
    "muted": "#47545f",
    "line": "#76848f",
    "hair": "#cfd6dc",
    "safety": "#9b1c1c",
    "safety-ground": "#fdeeec",
    "article": "#1b4d8f",
    "article-ground": "#ecf2fb",
    "today": "#12604b",
    "today-ground": "#e8f4f0",
    "host": "#5a3a8a",
    "host-ground": "#f3eefb",
    "caution": "#744700",
    "caution-ground": "#fcf4e4",
}
DARK: Mapping[str, str] = {
    "paper": "#12181f",
    "surface": "#1b232c",
    "ink": "#e7ecf1",
    "muted": "#b3bec9",
    "line": "#7d8b98",
    "hair": "#37424d",
    "safety": "#ffa59c",
    "safety-ground": "#37191a",
    "article": "#97c1f7",
    "article-ground": "#16273c",
    "today": "#86d6b9",
    "today-ground": "#112e27",
    "host": "#cdb4f5",
    "host-ground": "#251b38",
    "caution": "#f0c474",
    "caution-ground": "#30260f",
}


def properties(colours: Mapping[str, str], *, own: str = "") -> str:
    """The colours as CSS custom properties ``--hechting-NAME``.

    With ``own`` they are called ``--OWN-NAME`` instead, and a ``--hechting-NAME`` that is set around them goes before them.
    """
    if own:
        return "".join(f"--{own}-{name}:var(--hechting-{name},{colour});" for name, colour in colours.items())
    return "".join(f"--hechting-{name}:{colour};" for name, colour in colours.items())
