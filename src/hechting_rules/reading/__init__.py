"""From files to the parts of a rulebook: YAML with its places, each kind of entry, what must agree with what."""
