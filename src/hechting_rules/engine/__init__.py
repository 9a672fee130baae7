"""From a rulebook to registers: the straight program, and what runs it. Nothing here knows a case, a text or a reason."""
