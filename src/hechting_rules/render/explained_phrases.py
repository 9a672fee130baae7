"""The words of the library itself around an explanation, in both languages.

They describe what the rules do with a case, never what somebody did or should have done: a parent may read them.
"""

from hechting_rules.advice import Outcome
from hechting_rules.explanations import Gap, Move, NoWay
from hechting_rules.terms import About, Direction, Standing, Text, Wording

# --- closed sets

STANDS = {
    Outcome.ESTABLISHED: Text("Vastgesteld", "Established"),
    Outcome.POSSIBLE: Text("Nog niet zeker", "Not certain yet"),
    Outcome.RULED_OUT: Text("Komt nu niet uit de regels", "Does not follow from the rules now"),
}
HOLDS = {
    (Outcome.ESTABLISHED, True): Text(
        "Het blijft staan, wat er ook nog bekend wordt.",
        "It stays, whatever else becomes known.",
    ),
    (Outcome.ESTABLISHED, False): Text(
        "Het staat met wat nu bekend is; wat nog niet bekend is kan dit veranderen.",
        "It stands by what is known now; what is not known yet can change this.",
    ),
    (Outcome.POSSIBLE, False): Text(
        "Wat nog niet bekend is beslist hierover. Dat het niet vaststaat is geen geruststelling.",
        "What is not known yet decides this. That it is not established is no reassurance.",
    ),
    (Outcome.RULED_OUT, False): Text(
        "Met wat de casus noemt kan geen regel hierop uitkomen. Dat is geen geruststelling.",
        "With what the case says no rule can lead to this. That is no reassurance.",
    ),
}
"""What an outcome means, by whether it holds however the case is completed."""

IN_SHORT = {
    (Outcome.ESTABLISHED, True): Text(
        "vastgesteld, wat er ook nog bekend wordt",
        "established, whatever else becomes known",
    ),
    (Outcome.ESTABLISHED, False): Text("vastgesteld", "established"),
    (Outcome.POSSIBLE, False): Text("nog niet zeker", "not certain yet"),
    (Outcome.RULED_OUT, False): Text("komt niet uit de regels", "does not follow from the rules"),
}

GAPS = {
    Gap.UNKNOWN: Text("Nog niet bekend", "Not known yet"),
    Gap.ASKED: Text("Gevraagd, niet bekend", "Asked, not known"),
    Gap.ABSENT: Text("Volgens de casus niet zo", "Not so according to the case"),
    Gap.PRESENT: Text("Volgens de casus anders", "Otherwise according to the case"),
    Gap.STAGE: Text("Hoort bij een andere levensfase", "Belongs to another life stage"),
    Gap.RANGE: Text("Hoort bij een andere waarde", "Belongs to another value"),
    Gap.UNLESS: Text("Iets anders doet dit vervallen", "Something else sets this aside"),
    Gap.OFF: Text("Regel staat uit", "Rule is switched off"),
    Gap.WITHHELD: Text("Wacht op veiligheid", "Waits for safety"),
}
MOVES = {
    Move.APPEARS: Text("Komt erbij", "Comes up"),
    Move.GOES: Text("Valt weg", "Goes"),
    Move.CHANGES: Text("Staat anders", "Stands differently"),
}
NO_WAY = {
    NoWay.SAFETY: Text(
        "Bij veiligheid wordt dit niet uitgewerkt.",
        "For safety this is not worked out.",
    ),
    NoWay.HISTORY: Text(
        "Dit hangt aan wat geweest is; niets daarvan verandert nog.",
        "This hangs on what has been; nothing of that changes any more.",
    ),
    NoWay.FAR: Text(
        "Geen één, twee, drie of vier dingen die nog kunnen veranderen maken hier verschil.",
        "No one, two, three or four things that can still change make a difference here.",
    ),
    NoWay.FIXED: Text("Geen bevinding beslist hierover.", "No finding decides this."),
}
WORDINGS = {
    Wording.CERTAIN: Text("stellig", "firmly"),
    Wording.LIKELY: Text("als waarschijnlijk", "as likely"),
    Wording.POSSIBLE: Text("als mogelijk", "as possible"),
    Wording.OPINION: Text("als mening", "as an opinion"),
}
STANDINGS = {
    Standing.WELL_SUPPORTED: Text("goed onderbouwd", "well supported"),
    Standing.PARTLY_SUPPORTED: Text("deels onderbouwd", "partly supported"),
    Standing.WEAK: Text("zwak of indirect onderbouwd", "weakly or indirectly supported"),
    Standing.CONTESTED: Text("omstreden", "contested"),
    Standing.OUTDATED: Text("achterhaald", "outdated"),
    Standing.HARMFUL: Text("mogelijk schadelijk", "potentially harmful"),
}
ABOUTS = {
    About.PARENT: Text("De ouders", "The parents"),
    About.PREGNANCY: Text("De zwangerschap", "The pregnancy"),
    About.CHILD: Text("Het kind", "The child"),
    About.ADULT: Text("De volwassene", "The adult"),
    About.ENVIRONMENT: Text("De omgeving", "The surroundings"),
}
DIRECTIONS = {
    Direction.RISK: Text("risico", "risk"),
    Direction.SIGN: Text("teken", "sign"),
    Direction.PROTECTION: Text("bescherming", "protection"),
    Direction.NEUTRAL: Text("gegeven", "given"),
}
UNITS = {
    "months": (Text("maand", "month"), Text("maanden", "months")),
    "years": (Text("jaar", "year"), Text("jaar", "years")),
    "weeks": (Text("week", "week"), Text("weken", "weeks")),
}

# --- one result: why, why not, what it hangs on

NOT_FROM_ARTICLE = Text("niet uit het artikel", "not from the article")
WHY_ONE = Text("Waarom", "Why")
WHY_ANY = Text("Waarom: elk van deze is genoeg", "Why: any one of these is enough")
WITHOUT_FACTS = Text("daarvoor is niets uit de casus nodig", "nothing in the case is needed for it")
AS_LONG_AS = Text("Zolang niet blijkt", "As long as it does not turn out")
RULES = Text("De regels op weg hierheen", "The rules on the way")
IN_THE_ARTICLE = Text("In het artikel", "In the article")
WORDED = Text("zo verwoord: {how}", "worded {how}")
SHORT_OF = Text("Wat er nog aan ontbreekt, het dichtstbij eerst", "What it is short of, nearest first")
WAITS_FOR = Text("Waar dit op wacht", "What this waits for")
SHORT_OF_ONE = Text("Mist 1", "Short of 1")
SHORT_OF_MORE = Text("Mist {n}", "Short of {n}")
WITH = Text("Zou gelden met", "Would hold with")
WITHOUT = Text("en zonder", "and without")
TOLD_WITH = Text("Wordt verteld met", "Is told with")
ONLY_WITHOUT = Text("Zou gelden zonder", "Would hold without")
SWITCHED_ON = Text("met deze regel aan", "with this rule switched on")
NO_RULE = Text(
    "Er is niets gevonden waarmee een regel hier wel op uitkomt.",
    "Nothing was found with which a rule would lead to this.",
)
HANGS_ON = Text("Waar dit van afhangt", "What this hangs on")
NO_ADVICE = Text(
    "Dit is geen advies: het laat alleen zien waar een uitkomst van afhangt.",
    "This is no advice: it only shows what a result hangs on.",
)
COMES_WITH = Text("Komt erbij met", "Comes up with")
GOES_WITH = Text("Valt weg met", "Goes with")
OR_WITH = Text("of met", "or with")
# --- what to ask

QUESTIONS = Text("Wat nu vragen, het belangrijkste eerst", "What to ask now, what matters most first")
NO_QUESTIONS = Text(
    "Geen antwoord op iets wat nog niet gevraagd is kan nog iets veranderen.",
    "No answer to anything not asked yet can still change anything.",
)
ALSO_ONE = Text("en nog 1 uitkomst", "and 1 more result")
ALSO_MORE = Text("en nog {n} uitkomsten", "and {n} more results")
ONLY_AFTER = Text("Alleen als dit openblijft na", "Only if still open after")
# --- a difference, and what rests on numbers

NO_CHANGES = Text("Geen uitkomst verschilt.", "No result differs.")
NO_TOLD_CHANGES = Text(
    "Geen uitkomst die een advies vertelt verschilt.",
    "No result that an advice tells differs.",
)
BESIDE = Text("Wat op de achtergrond verschilt", "What differs in the background")
THROUGH = Text("Door", "Through")
SAID = Text("Wat de casussen verschillend zeggen", "What the cases say differently")
SAME_FACTS = Text("De casussen zeggen hetzelfde.", "The cases say the same.")
NOT_MENTIONED = Text("niet genoemd", "not mentioned")
TO = "→"
NUMBERS = Text(
    "Uitkomsten die rusten op een getal dat deze bibliotheek koos",
    "Results that rest on a number which this library chose",
)
NO_NUMBERS = Text(
    "Geen getal dat deze bibliotheek koos maakt in deze casus verschil.",
    "No number that this library chose makes a difference in this case.",
)
INSTEAD = Text("in plaats van", "instead of")
REASON = Text("Reden (in het Engels)", "Reason")
# --- for and against

AGAINST = Text("Vraagt aandacht", "Asks for attention")
PROTECTS = Text("Beschermt", "Protects")
NOTHING_KNOWN = Text("nog niets bekend", "nothing known yet")
NOT_KNOWN_ONE = Text("Nog niet bekend: 1 bevinding", "Not known yet: 1 finding")
NOT_KNOWN_MORE = Text("Nog niet bekend: {n} bevindingen", "Not known yet: {n} findings")
OFFSETS = Text("Wat wat opvangt, en waarom niet", "What offsets what, and why not")
SETS_ASIDE = Text("Daardoor geldt niet", "So this does not hold")
WOULD_SET_ASIDE = Text("Dan zou niet gelden", "Then this would not hold")
NOT_ADDED_UP = Text(
    "Wat naast elkaar staat wordt niet opgeteld en niet tegen elkaar weggestreept; opvangen doet alleen wat hieronder staat.",
    "What stands side by side is not added up and not set off; only what stands below offsets anything.",
)
NO_OFFSETS = Text(
    "Wat naast elkaar staat wordt niet opgeteld en niet tegen elkaar weggestreept.",
    "What stands side by side is not added up and not set off.",
)
NOTHING_SPEAKS = Text("De casus noemt nog niets voor of tegen.", "The case says nothing yet, for or against.")
