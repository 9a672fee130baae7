"""Races: this library beside its peers, on the same rulebooks and the same cases (``python -m benchmarks``)."""
