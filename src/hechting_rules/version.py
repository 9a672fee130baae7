"""The version of the library; the rulebook has its own."""

VERSION = "0.1.0"
