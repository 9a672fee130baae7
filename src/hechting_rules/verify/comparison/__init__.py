"""Two rulebooks beside each other: which advice changes (`compare`), what the author edited (`edits`), and both told (`told`)."""
