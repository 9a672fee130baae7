"""Thousands of requests made up from the description of the service: ``PYTHONPATH=tests python tests/soak/service_fuzz.py``.

Schemathesis makes them, good ones and broken ones, for every address; the service answers in this process. None may fail (5xx),
give a status or a form that the description does not tell of, or a body that is not what its schema says. Ends with status 1
otherwise, and prints the request that shows it.
"""

import argparse
import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error, response_schema_conformance, status_code_conformance

from hechting_rules.interop.service import Settings, create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=400, help="how many requests for each address and kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        every_address(create_app(Settings(hosts=("*",), feedback=Path(folder) / "feedback.sqlite")), options.examples)


def every_address(app: Any, examples: int) -> None:
    """Good and broken requests to every address of the description, and what came back."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    total: Counter[int] = Counter()
    for offered in cast("Iterable[Any]", schema.get_all_operations()):
        operation = offered.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            statuses = asked(operation, mode, examples)
            sys.stdout.write(f"{operation.label:42} {mode.value:8} {dict(sorted(statuses.items()))}\n")
            sys.stdout.flush()
            total += statuses
    sys.stdout.write(f"{sum(total.values())} requests, {dict(sorted(total.items()))}\n")


def asked(operation: Any, mode: GenerationMode, examples: int) -> Counter[int]:
    """Many requests of one kind to one address, the same each time, and the statuses that came back."""
    statuses: Counter[int] = Counter()
    wanted = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )

    @wanted
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        response = case.call(timeout=120)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong with a request that takes nothing
        one()
    return statuses


if __name__ == "__main__":
    main()
