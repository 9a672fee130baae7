"""Put the compiled form of the rulebook into the wheel. An editable install reads the files themselves."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileRulebook(BuildHookInterface):  # type: ignore[misc, type-arg, unused-ignore]
    """Load the rulebook of this source tree and add its compiled form to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is built."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from hechting_rules.reading.compiled import NAME, dump  # noqa: PLC0415 - the source tree is known only now
        from hechting_rules.rulebook import load_rulebook  # noqa: PLC0415 - the same
        from hechting_rules.version import VERSION  # noqa: PLC0415 - the same

        self.made = tempfile.TemporaryDirectory()
        place = Path(self.made.name) / NAME
        place.write_bytes(dump(load_rulebook(root / "rules"), VERSION))
        build_data["force_include"][str(place)] = f"hechting_rules/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        """Called by hatchling after the wheel is built: take away what was made for it."""
        if version != "editable":
            self.made.cleanup()
