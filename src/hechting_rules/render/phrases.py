"""The words of the library itself around an advice, in both languages."""

from hechting_rules.advice import Known, Outcome
from hechting_rules.terms import Kind, Level, Origin, Text

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
OFF = Text("uitgezet", "switched off")
ON = Text("aangezet", "switched on")
PARAMETER = Text("aangepaste waarde", "changed value")
PROFILE = Text("Profiel", "Profile")
IGNORED = Text("Telt niet mee", "Not counted")
