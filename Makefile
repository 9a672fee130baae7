.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help advise lint test rules pythons wheels asan soak conformance-soak soak-cohorts mutate-code spark race fhir-validators page-test cds-sandbox hooks-faults service-fuzz service-load docs check clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

$(BIN)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

advise: $(BIN)/.ready  ## advice for every case in examples/cases
	$(BIN)/hechting advise examples/cases/*.yaml

lint: $(BIN)/.ready  ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

rules: $(BIN)/.ready  ## check the rulebook, prove its laws over all cases, run its guidance tests
	$(BIN)/hechting check rules --prove
	$(BIN)/hechting test rules

test: $(BIN)/.ready  ## run the tests
	$(BIN)/pytest -n auto

pythons:  ## the same on every Python of this machine, and which are missing
	tests/every_python.sh

wheels:  ## sdist and wheel into dist/, with a bill of materials, and their tests on every Python without the sources (half an hour)
	tests/wheels.sh

asan: $(BIN)/.ready  ## the engine of durable-rules under AddressSanitizer (ten minutes; needs gcc)
	PYTHON=$(BIN)/python tests/asan/durable_asan.sh

soak: $(BIN)/.ready  ## consultations for half an hour, each step compared with the kernel
	PYTHONPATH=tests $(BIN)/python tests/soak/consultation_soak.py

conformance-soak: $(BIN)/.ready  ## every evaluator on some 200,000 generated cases, for an hour
	PYTHONPATH=tests:tests/conformance $(BIN)/python tests/soak/conformance_soak.py

mutate-code: $(BIN)/.ready  ## change the code in each way a slip could, and list what no test notices (an hour or more)
	$(BIN)/python -m pip install --quiet --editable '.[mutation]'
	CI=1 nice -n 19 $(BIN)/mutmut run --max-children 1
	$(BIN)/mutmut results

fhir-validators: $(BIN)/.ready  ## what goes out as FHIR by two validators of others (needs node and npm)
	tests/validators/run.sh $(BIN)/python

soak-cohorts: $(BIN)/.ready  ## cohorts at full size: killed and gone on with, memory, speed, long frames
	for what in kill memory speed long; do PYTHONPATH=tests $(BIN)/python tests/soak/cohort_soak.py $$what || exit 1; done

spark: $(BIN)/.ready  ## cohorts on a local Spark session; needs Java 17 or later, and installs the extra spark
	@command -v java >/dev/null || { echo "make spark: cannot run here, as there is no 'java' on the path (17 or later)"; exit 2; }
	$(BIN)/python -m pip install --quiet --editable '.[spark]'
	$(BIN)/pytest tests/soak/cohort_spark.py

race: $(BIN)/.ready  ## this library beside other engines (benchmarks/); installs none, says what is missing
	$(BIN)/python -m benchmarks

page-test: $(BIN)/.ready  ## the page in headless Chromium, by keyboard, at all widths (needs chromium with its driver; npm for axe-core)
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	  { echo "make page-test: cannot run here, as there is no 'chromium' with 'chromedriver' on the path"; exit 2; }
	$(BIN)/python -m pip install --quiet --editable '.[browser]'
	@npm install --silent --no-save --prefix build/axe axe-core@4 || echo "make page-test: without the rules of axe-core, as npm does not give it"
	CHROMIUM=$$(command -v chromium) CHROMEDRIVER=$$(command -v chromedriver) PYTHONPATH=tests $(BIN)/pytest tests/browser/page_in_browser.py

cds-sandbox: $(BIN)/.ready  ## the CDS Hooks sandbox of others shows the cards (needs chromium, and SANDBOX=folder of it, built)
	@test -f '$(SANDBOX)/index.html' || \
	  { echo "make cds-sandbox: cannot run here without SANDBOX=folder: cds-hooks/sandbox, built with its webpack"; exit 2; }
	$(BIN)/python -m pip install --quiet --editable '.[browser]'
	PYTHONPATH=tests SANDBOX='$(SANDBOX)' $(BIN)/pytest tests/browser/cds_sandbox.py

hooks-faults: $(BIN)/.ready  ## faults planted in CDS Hooks: each must fail the tests behind a SHALL that it names (some minutes)
	$(BIN)/python tests/soak/hooks_faults.py

service-fuzz: $(BIN)/.ready  ## thousands of requests made up from the description of the service: none may fail (needs schemathesis)
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	PYTHONPATH=tests $(BIN)/python tests/soak/service_fuzz.py

service-load: $(BIN)/.ready  ## sustained requests to the service: how long answers take, and that none is lost
	PYTHONPATH=tests $(BIN)/python tests/soak/service_load.py

docs: $(BIN)/.ready  ## build the documentation, warnings as errors
	$(BIN)/sphinx-build --jobs auto --fail-on-warning --keep-going --quiet docs docs/_build

check: lint rules test docs  ## everything that must hold

clean:  ## take away what was built
	rm -rf $(VENV) build dist mutants docs/_build docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis
