"""Checks of a rulebook beyond loading: proofs, lints, coverage, mutants, comparison, and its trace in the article's text."""
