"""``python -m hechting_rules`` and the command ``hechting``."""

import sys

from hechting_rules.errors import MissingExtraError


def main() -> int:
    """Run the command line; without the extra ``cli``, say how to get it."""
    try:
        from hechting_rules.cli import run  # noqa: PLC0415 - the extra may be missing, and then says so
    except ModuleNotFoundError as error:
        if error.name != "typer":
            raise
        sys.stderr.write(f"hechting: {MissingExtraError('cli', 'the command line')}\n")
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
