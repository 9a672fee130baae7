"""Renderings of an advice. They know `hechting_rules.advice` alone."""
