"""The reasons of an advice: why, why not, what if, what could change it, what to ask next. `hechting_rules.explain` asks here."""
