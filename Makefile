.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help advise lint test rules check clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-8s %s\n", $$1, $$2}'

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

check: lint rules test  ## everything that must hold

clean:  ## take away what was built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
