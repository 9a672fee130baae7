"""The words of the library itself around an advice, in both languages."""

from hechting_rules.advice import Known, Outcome
from hechting_rules.terms import Kind, Level, Origin, Text

# --- closed sets

KINDS = {
    Kind.SAFETY: Text("Veiligheid", "Safety"),
    Kind.ATTENTION: Text("Let op", "Note"),
    Kind.ASK: Text("Vraag na", "Ask"),
    Kind.DISCUSS: Text("Bespreek", "Discuss"),
    Kind.SUPPORT: Text("Steun", "Support"),
    Kind.REFER: Text("Verwijzen", "Refer"),
    Kind.PREVENT: Text("Voorkomen", "Prevent"),
    Kind.REASSURE: Text("Geruststellen", "Reassure"),
}

LEVELS = {
    Level.ACT_NOW: Text("Nu handelen", "Act now"),
    Level.SAME_DAY: Text("Vandaag nog", "Today"),
    Level.SOON: Text("Binnenkort", "Soon"),
    Level.REFER: Text("Verwijzen", "Refer"),
    Level.SCREEN: Text("Eerst beoordelen", "Assess first"),
}

ORIGINS = {
    Origin.SAFETY: Text("Veiligheid (niet uit het artikel)", "Safety (not from the article)"),
    Origin.ARTICLE: Text("Volgens het artikel", "According to the article"),
    Origin.TODAY: Text("Wat nu wordt aangeraden (niet uit het artikel)", "What is advised today (not from the article)"),
    Origin.HOST: Text("Eigen toevoeging (niet uit het artikel)", "Added locally (not from the article)"),
}

KNOWN = {
    Known.PRESENT: Text("ja", "yes"),
    Known.ABSENT: Text("nee", "no"),
    Known.UNKNOWN: Text("niet bekend", "not known"),
    Known.ASKED: Text("gevraagd, niet bekend", "asked, not known"),
    Known.MOOT: Text("telt hier niet", "does not count here"),
    Known.ESTABLISHED: Text("ja", "yes"),
    Known.POSSIBLE: Text("mogelijk", "possible"),
    Known.RULED_OUT: Text("nee", "no"),
}

OUTCOMES = {
    Outcome.ESTABLISHED: Text("vastgesteld", "established"),
    Outcome.POSSIBLE: Text("nog niet zeker", "not certain yet"),
    Outcome.RULED_OUT: Text("uitgesloten", "ruled out"),
}

STATUS = KNOWN | {Known(outcome.value): text for outcome, text in OUTCOMES.items()}
"""How a premise stands; a conclusion in the words for conclusions."""

# --- around the suggestions

BECAUSE = Text("Waarom", "Why")
IN_THE_ARTICLE = Text("in het artikel", "in the article")
STILL_OPEN = Text("Hangt af van", "Depends on")
SCREEN_FIRST = Text("Eerst nagaan (niet uit het artikel)", "Look at first (not from the article)")
NEXT_STEP = Text("Volgende stap na het gesprek", "Next step after the talk")
CAUTION = Text("Kanttekening van nu (niet uit het artikel)", "What is known today (not from the article)")
CONTEXT = Text("Achtergrond", "Background")
ASK_NEXT = Text("Nog niet bekend", "Not known yet")
POSSIBLE = Text("misschien", "perhaps")
ROUTE = Text("Waarheen", "Where to turn")
CHECKED = Text("nagekeken op", "checked on")
WITHHELD = Text("Wacht hiermee, eerst", "Hold this, first")
AFTER = Text("Na", "After")
AT = Text("bij", "with")
NOTHING = Text(
    "Met wat nu bekend is staat geen suggestie vast. Dat is geen geruststelling: wat niet gevraagd is, is niet bekend.",
    "No suggestion is established by what is known. That is no reassurance: what was not asked is not known.",
)
NOT_REVIEWED = Text(
    "Niet klinisch beoordeeld: voor onderwijs en uitproberen.",
    "Not clinically reviewed: for education and trying out.",
)
REVIEWED = Text("Klinisch beoordeeld door", "Clinically reviewed by")
MORE = Text("nog {n} (--all toont alles)", "{n} more (--all shows everything)")
PROFILE = Text("Profiel", "Profile")
CHANGES = {
    "on": Text("aangezet", "switched on"),
    "off": Text("uitgezet", "switched off"),
    "parameter": Text("aangepaste waarde", "changed value"),
}
"""What a profile does to a rule or a parameter, by what a `hechting_rules.advice.Change` calls it."""
IGNORED = Text("Telt niet mee", "Not counted")

# --- how others classify

CLASSES_OF_ARTICLE = Text(
    "Indeling in het artikel (naslag, geen diagnose)", "Classification in the article (reference, no diagnosis)"
)
CLASSES_OF_OTHERS = Text(
    "Hoe anderen het indelen (niet uit het artikel; naslag, geen diagnose)",
    "How others classify this (not from the article; reference, no diagnosis)",
)
CLASSES_NOW = Text(
    "Indelingen van nu (niet uit het artikel; naslag, geen diagnose)",
    "Classifications of today (not from the article; reference, no diagnosis)",
)
CLASSES_TOO = Text("Ook in deze indeling", "Also in this classification")
CLASSES_DIFFER = Text("verschil in {what} (--all toont hoe)", "they differ in {what} (--all shows how)")
PEOPLE = {
    "children": Text("alleen kinderen", "children only"),
    "children and adults": Text("kinderen en volwassenen", "children and adults"),
}
CRITERIA = {
    "care": Text("zorg vooraf", "earlier care"),
    "onset": Text("begin", "onset"),
    "least_age": Text("leeftijd", "age"),
    "exclusion": Text("uitsluiting", "exclusion"),
}
AS_WITH = Text("als bij", "as with")
NOT_STATED = Text("niet vermeld", "not stated")
NOT_OF_ARTICLE = Text("Niet uit het artikel", "Not from the article")
TO_CHECK = Text("Na te gaan", "To be checked")
SOURCES = Text("Bronnen", "Sources")

# --- in a drawing

DRAWING = Text("Hoe de suggesties volgen uit wat bekend is", "How the suggestions follow from what is known")
RULE = Text("regel", "rule")
SHORT_ORIGINS = {
    Origin.SAFETY: Text("veiligheid", "safety"),
    Origin.ARTICLE: Text("artikel", "article"),
    Origin.TODAY: Text("nu aangeraden", "advised today"),
    Origin.HOST: Text("eigen toevoeging", "added locally"),
}
IN_THE_CASE = Text("volgens de casus", "according to the case")
WAITS = Text("wacht", "on hold")
MORE_SUGGESTIONS = Text("Niet getoonde suggesties: {n}", "Suggestions not shown: {n}")
MORE_REASONS = Text("Niet getoonde redenen: {n}", "Reasons not shown: {n}")
MORE_FINDINGS = Text("Niet getoonde gegevens: {n}", "Findings not shown: {n}")
STEPS = {
    "supports": Text("leidt tot", "leads to"),
    "could support": Text("kan leiden tot", "could lead to"),
    "takes back": Text("tenzij", "unless"),
    "comes first": Text("eerst", "first"),
}
"""What an edge of a drawing says, by the value of its `hechting_rules.render.drawing.EdgeKind`."""
NOTHING_DRAWN = Text("Er is geen redenering om te tekenen.", "There is no reasoning to draw.")

# --- on the page of a report

REPORT = Text("Suggesties bij een casus", "Suggestions for a case")
NO_DIAGNOSIS = Text("geen diagnose, geen score", "no diagnosis, no score")
SKIP = Text("Naar de suggesties", "Skip to the suggestions")
ON_THIS_PAGE = Text("Op deze pagina", "On this page")
NOT_SHOWN = Text("Nog {n}, niet op deze pagina", "{n} more, not on this page")
EXPLAINED = Text("Uitleg", "Explanation")
BEFORE = Text("Komt voor", "Comes before")
FLAG = Text("Punt", "Point")
HOW_SOON = Text("Hoe snel", "How soon")
CLAIM = Text("Kanttekening", "Note")
STANDS_TODAY = Text("Hoe het nu staat", "How it stands today")
BESIDE = Text("Bij", "With")
MORE_QUESTIONS = Text("Nog {n} vragen die iets kunnen veranderen", "{n} more questions that can change something")
ONLY_ON_SCREEN = Text(
    "Deze vragen staan alleen in het document op het scherm.", "These questions stand in the document on screen only."
)
TICKS = Text("☐ ja  ☐ nee  ☐ niet bekend", "☐ yes  ☐ no  ☐ not known")
WHY_EACH = Text("Waarom elke suggestie", "Why each suggestion")
IN_BETWEEN = Text("Tussenstappen", "Steps in between")
IN_BETWEEN_TOLD = Text(
    "Wat uit de casus volgt en waar suggesties op steunen. Geen bevindingen over een persoon.",
    "What follows from the case and suggestions rest on. No findings about a person.",
)
RESTS_ON = Text("Waar elk op rust", "What each rests on")
RESTS_ON_TOLD = Text(
    "De kleinste groepen gegevens uit de casus waarmee dit staat, naast levensfase en leeftijd. Elke groep is genoeg.",
    "The smallest groups of facts of the case with which this stands, beside life stage and age. Each group is enough.",
)
STEP = Text("Tussenstap {n}", "Step {n}")
RESULT = Text("Suggestie of tussenstap", "Suggestion or step")
GROUPS = Text("Rust op", "Rests on")
PREMISE = Text("Gegeven", "Given")
HERE = Text("In deze casus", "In this case")
FOLLOWS_FROM = Text("Volgt uit", "Follows from")
THE_CASE = Text("de casus", "the case")
UNLESS = Text("tenzij", "unless")
EITHER_SUFFICES = Text("Elke regel hieronder is genoeg.", "Each rule below is enough.")
DRAWN = Text("De redenering getekend", "The reasoning drawn")
DRAWN_TOLD = Text(
    "Van links, wat de casus zegt, naar rechts, de suggesties (dubbele rand). Rond: tussenstap. Zeshoek: regel. "
    "Onderbroken rand of lijn: nog niet zeker. Gestippelde rand: wacht.",
    "From the left, what the case says, to the right, the suggestions (double border). Rounded: step in between. Hexagon: rule. "
    "Dashed border or line: not certain yet. Dotted border: on hold.",
)
NOTES = Text("Profiel en invoer", "Profile and input")
CHANGED = Text("Wat het profiel verandert", "What the profile changes")
NAME = Text("Naam", "Name")
DETAIL = Text("Reden of waarde", "Reason or value")
RULEBOOK = Text("Regelboek", "Rulebook")
NOT_ASSESSED = Text(
    "Uitkomsten waarover de casus nog niets zegt: {n}. Dat is geen geruststelling.",
    "Results of which the case says nothing yet: {n}. That is no reassurance.",
)
SIDE_BY_SIDE = Text("Wat voor risico en wat voor bescherming spreekt", "What speaks for risk and what for protection")
CLASSES = Text("Indelingen (naslag, geen diagnose)", "Classifications (reference, no diagnosis)")
FIRST_SEE = Text("Eerst nagaan", "Look at first")
