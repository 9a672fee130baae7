"""The reasoning of an advice as a graph: what the case states, rules, conclusions, suggestions, and what leads to what.

Nothing here knows how it is drawn: `hechting_rules.render.diagram` writes it as text, `hechting_rules.render.svg` as a drawing.
The same advice gives the same graph, with the same names, to the byte.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Advice, Concluded, FlagName, Justification, Known, Outcome, Premise, StatedFact, Suggested
from hechting_rules.errors import UsageError
from hechting_rules.render import phrases
from hechting_rules.render.telling import OPEN, called, facts_by_name, results
from hechting_rules.terms import Origin, Text

MOST_SUGGESTIONS = 8
MOST_NODES = 36
MOST_REASONS = 5
"""In the drawing of a whole advice: how many rules of a result, and how many premises of a rule, are drawn."""
LISTED = 6
"""How many codes the error names that refuses another one."""


class NodeKind(StrEnum):
    """What a node stands for."""

    FINDING = "finding"
    RULE = "rule"
    CONCLUSION = "conclusion"
    SUGGESTION = "suggestion"
    FLAG = "flag"
    MORE = "more"


class EdgeKind(StrEnum):
    """What an edge says: the first supports the second, could do so, would take it back, or comes before it."""

    SUPPORTS = "supports"
    COULD = "could support"
    TAKES_BACK = "takes back"
    FIRST = "comes first"


NAMED_STEPS = (EdgeKind.TAKES_BACK, EdgeKind.FIRST)
"""The edges that are drawn with their words; an arrow says the others."""


@attrs.frozen
class Node:
    """One thing in the reasoning.

    ``lead`` says in a word or two what it is or how it stands. What is ``known`` is established or stated; the rest is open.
    ``code`` is that of the finding, rule, result or flag; empty for a node that counts what is left out. ``origin`` is that of a
    suggestion, which may be ``withheld`` for safety.
    """

    id: str
    kind: NodeKind
    code: str
    lead: Text
    words: Text
    known: bool
    origin: Origin | None = None
    withheld: bool = False


@attrs.frozen
class Edge:
    """One step between two nodes, named by their ids.

    ``rule`` is the title of a rule that is not a node of its own because it has a single premise.
    """

    source: str
    target: str
    kind: EdgeKind
    rule: Text | None = None


@attrs.frozen
class Drawing:
    """The graph, with a title. Nodes and edges stand in the order in which the reasoning is followed down."""

    title: Text
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def drawing_of(advice: Advice, code: str | None = None) -> Drawing:
    """The reasoning under one suggestion or conclusion, or, without a ``code``, under what the advice tells.

    One result is drawn whole: every rule, every premise, what takes it back and what comes before it. The whole advice is drawn
    with what is established only (with what is possible where nothing is), rules of a single premise as a step, and at most
    8 suggestions and 36 nodes; what is left out is counted in a node.

    ``UsageError`` is raised if the advice has no suggestion or conclusion of that code.
    """
    return _whole(advice) if code is None else _focus(advice, code)


def _focus(advice: Advice, code: str) -> Drawing:
    by_code = {result.code: result for result in results(advice)}
    if code not in by_code:
        known = ", ".join(list(by_code)[:LISTED]) + (", ..." if len(by_code) > LISTED else "")
        raise UsageError(f"this advice has no suggestion or conclusion '{code}'; it has: {known or 'none'}")
    result = by_code[code]
    graph = _Graph.of(advice, whole=False)
    top = graph.suggestion(result) if isinstance(result, Suggested) else graph.conclusion(result)
    if isinstance(result, Suggested):
        graph.gates(result, top)
    return graph.drawn(result.summary if isinstance(result, Suggested) else result.title)


def _whole(advice: Advice) -> Drawing:
    """As many suggestions as can be drawn with few enough nodes, at least one."""
    told = [s for s in advice.suggestions if not s.on_occasion] or list(advice.suggestions)
    told = [s for s in told if s.outcome is Outcome.ESTABLISHED] or told
    graph = _Graph.of(advice, whole=True)
    for most in range(min(len(told), MOST_SUGGESTIONS), 0, -1):
        graph = _Graph.of(advice, whole=True)
        for suggestion in told[:most]:
            graph.suggestion(suggestion)
        if most < len(told):
            graph.left_out(len(told) - most, phrases.MORE_SUGGESTIONS)
        if len(graph.nodes) <= MOST_NODES:
            break
    return graph.drawn(phrases.DRAWING)


@attrs.define
class _Graph:
    """A graph under construction; every thing becomes a node once.

    With ``whole`` it is that of a whole advice, otherwise that under one result; ``opened`` are the conclusions whose rules are
    drawn.
    """

    concluded: Mapping[str, Concluded]
    facts: Mapping[str, StatedFact]
    whole: bool
    nodes: dict[tuple[str, ...], Node] = attrs.field(factory=dict)
    edges: dict[tuple[str, str, EdgeKind], Edge] = attrs.field(factory=dict)
    opened: set[str] = attrs.field(factory=set)

    @classmethod
    def of(cls, advice: Advice, *, whole: bool) -> "_Graph":
        return cls({c.code: c for c in advice.conclusions}, facts_by_name(advice), whole)

    def drawn(self, title: Text) -> Drawing:
        return Drawing(title, tuple(self.nodes.values()), tuple(self.edges.values()))

    def node(self, key: tuple[str, ...], kind: NodeKind, lead: Text, words: Text, known: bool) -> Node:
        found = Node(f"n{len(self.nodes) + 1}", kind, key[-1], lead, words, known)
        return self.nodes.setdefault(key, found)

    def edge(self, source: Node, target: Node, kind: EdgeKind, rule: Text | None = None) -> None:
        self.edges.setdefault((source.id, target.id, kind), Edge(source.id, target.id, kind, rule))

    def left_out(self, number: int, phrase: Text) -> Node:
        words = Text(phrase.nl.format(n=number), phrase.en.format(n=number))
        key = ("more", str(len(self.nodes)), "")
        return self.node(key, NodeKind.MORE, Text("", ""), words, known=False)

    def suggestion(self, result: Suggested) -> Node:
        lead = called(result)
        established = result.outcome is Outcome.ESTABLISHED
        said = (
            (phrases.SHORT_ORIGINS[result.origin], True),
            (phrases.POSSIBLE, not established),
            (phrases.WAITS, result.withheld_by),
        )
        for more in (text for text, so in said if so):
            lead = Text(f"{lead.nl} · {more.nl}", f"{lead.en} · {more.en}")
        key = ("suggestion", result.code)
        node = self.node(key, NodeKind.SUGGESTION, lead, result.summary, established)
        self.nodes[key] = attrs.evolve(node, origin=result.origin, withheld=bool(result.withheld_by))
        self.reasons(result.because, node)
        return node

    def conclusion(self, result: Concluded) -> Node:
        established = result.outcome is Outcome.ESTABLISHED
        lead = phrases.OUTCOMES[result.outcome]
        node = self.node(("result", result.code), NodeKind.CONCLUSION, lead, result.title, established)
        if result.code not in self.opened:
            self.opened.add(result.code)
            self.reasons(result.because, node)
        return node

    def reasons(self, because: Sequence[Justification], target: Node) -> None:
        most = MOST_REASONS if self.whole else len(because)
        for reason in because[:most]:
            if not self.whole or not self.step(reason, target, alone=len(because) == 1):
                self.reason(reason, target)
        if len(because) > most:
            self.edge(self.left_out(len(because) - most, phrases.MORE_REASONS), target, EdgeKind.SUPPORTS)

    def step(self, reason: Justification, target: Node, *, alone: bool) -> bool:
        """Draw a rule of a single premise as a step, if it is the only rule or nothing takes it back; whether that was done."""
        premises = self.to_draw(reason.premises)
        if len(premises) != 1 or (reason.unless and not alone):
            return False
        self.edge(self.premise(premises[0]), target, _strength(reason), reason.title)
        for premise in reason.unless:
            self.edge(self.leaf(premise), target, EdgeKind.TAKES_BACK, reason.title)
        return True

    def reason(self, reason: Justification, target: Node) -> None:
        """A rule as a node between its premises and its result."""
        premises = self.to_draw(reason.premises)
        known = reason.outcome is Outcome.ESTABLISHED
        rule = self.node(("rule", reason.rule), NodeKind.RULE, phrases.RULE, reason.title, known)
        self.edge(rule, target, _strength(reason))
        most = MOST_REASONS if self.whole else len(premises)
        for premise in premises[:most]:
            self.edge(self.premise(premise), rule, EdgeKind.SUPPORTS if premise.satisfied else EdgeKind.COULD)
        if len(premises) > most:
            self.edge(self.left_out(len(premises) - most, phrases.MORE_FINDINGS), rule, EdgeKind.COULD)
        for premise in reason.unless:
            taken = self.leaf(premise) if self.whole else self.premise(premise)
            self.edge(taken, rule, EdgeKind.TAKES_BACK)

    def to_draw(self, premises: Sequence[Premise]) -> list[Premise]:
        """What is satisfied, then what is open; of a whole advice without what only says whom it is about."""
        known = [p for p in premises if p.satisfied]
        if not self.whole:
            return [*known, *(p for p in premises if not p.satisfied)]
        found = [*known, *(p for p in premises if not p.satisfied and p.status in OPEN)]
        return [p for p in found if not p.frames] or found

    def premise(self, premise: Premise) -> Node:
        below = self.concluded.get(premise.code)
        return self.leaf(premise) if below is None else self.conclusion(below)

    def leaf(self, premise: Premise) -> Node:
        known = premise.status not in OPEN
        if premise.wanted is Known.ESTABLISHED:
            return self.node(("result", premise.code), NodeKind.CONCLUSION, phrases.STATUS[premise.status], premise.label, known)
        key = ("finding", premise.label.nl, premise.label.en, premise.status.value, premise.code)
        node = self.node(key, NodeKind.FINDING, phrases.STATUS[premise.status], premise.label, known)
        for source in premise.source:
            if source in self.facts and source != premise.code:
                self.edge(self.fact(self.facts[source]), node, EdgeKind.SUPPORTS)
        return node

    def fact(self, fact: StatedFact) -> Node:
        """What the case states, from which a premise follows."""
        lead = phrases.KNOWN[Known.PRESENT] if fact.value == Known.PRESENT else phrases.IN_THE_CASE
        key = ("finding", fact.label.nl, fact.label.en, fact.value, fact.name)
        return self.node(key, NodeKind.FINDING, lead, fact.label, known=True)

    def gates(self, result: Suggested, node: Node) -> None:
        """The safety flags that come before a suggestion."""
        gates: Iterable[tuple[Text, tuple[FlagName, ...]]] = (
            (phrases.WITHHELD, result.withheld_by),
            (phrases.AFTER, result.after),
            (phrases.SCREEN_FIRST, result.screen_first),
        )
        for lead, flags in gates:
            for flag in flags:
                known = lead is not phrases.SCREEN_FIRST
                self.edge(self.node(("flag", flag.id), NodeKind.FLAG, lead, flag.name, known), node, EdgeKind.FIRST)


def _strength(reason: Justification) -> EdgeKind:
    return EdgeKind.SUPPORTS if reason.outcome is Outcome.ESTABLISHED else EdgeKind.COULD
