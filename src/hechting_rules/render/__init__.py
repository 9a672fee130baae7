"""What comes back, in every form: text, terminal, JSON, HTML, drawings. Nothing here decides anything about a case.

A rendering knows the values of `hechting_rules.advice` and `hechting_rules.explanations`, the terms and the errors; it knows no
rulebook and no case. The same values give the same form, to the byte. Where to look:

- *the forms of an advice*: `text` and, styled, `terminal`; `json`; `html`, and `notebook` for a cell; `svg`, and `diagram` for
  Mermaid and DOT. Each has a function ``to_...``, or ``display`` for a notebook;
- *the forms of an explanation*: `explained` as text (why one result stands in `explained_result`), `explained_json`;
- *what is told, in which order, and how much of it in short*: `telling`, for all forms alike;
- *the words of the library itself, in both languages*: `phrases` around an advice, `explained_phrases` around an explanation;
- *what text, terminal and page of a report share*: `page` has typed lines and their layout, `voice` speaks them in one language,
  in short or in full; `classes` tells how others classify;
- *what the page of a report says, before it is HTML*: `report`, and `reasons` for its second half; its templates and style stand
  beside them;
- *the reasoning as a graph, before it is drawn*: `drawing`;
- *what drawings and pages look like*: `style` has safe words, their width, and colours.
"""
