"""Checks of a rulebook beyond loading: lints, coverage of the article, and its trace in the article's text."""
