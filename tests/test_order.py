"""The order in which an advice is told: an order, and no weight."""

from hechting_rules import Case, advise
from hechting_rules.terms import About, Kind, Origin


def test_what_concerns_the_parents_is_told_before_what_concerns_the_child() -> None:
    """S261 and S352: what burdens the parents counts most."""
    present = ["parent.mental_health_problems", "child.premature_birth", "child.attachment_insecure_assessed"]
    advice = advise(Case.of(child="baby", present=present))
    told = [s for s in advice.suggestions if s.kind is Kind.ATTENTION and s.origin is Origin.ARTICLE]
    assert [told[0].code, told[0].about] == ["attention.parent_risk", About.PARENT]
    assert About.CHILD in {s.about for s in told[1:]}


def test_safety_is_told_before_the_article_and_the_article_before_today() -> None:
    present = ["safety.abuse_or_violence", "parent.mental_health_problems", "child.developmental_delay"]
    origins = [s.origin for s in advise(Case.of(child="toddler", present=present)).suggestions]
    assert origins[0] is Origin.SAFETY
    assert Origin.ARTICLE in origins
    assert not any(origin is Origin.SAFETY for origin in origins[origins.index(Origin.ARTICLE) :])
