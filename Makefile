# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup run test check bench validate pages pages-test clean
.DEFAULT_GOAL := help

help:  ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(STAMP)  ## The environment, in .venv

$(STAMP): pyproject.toml requirements-dev.lock
	$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup  ## Play one real day of calls through the engine, over MQTT (about two minutes)
	$(BIN)/tidegate demo

test: setup  ## All tests, four files at a time (many wait for a broker or a process)
	scripts/install-test-tools.sh
	$(BIN)/pytest -n 4 --dist loadfile

check: setup  ## What CI runs: style, types, layers, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: setup  ## Speed: the core, the journal, the bus, the whole path
	scripts/install-test-tools.sh
	$(BIN)/tidegate bench

validate: setup  ## The long proofs; their results are in docs/validation.md and docs/simulation-validation.md
	scripts/install-test-tools.sh
	$(BIN)/python scripts/validate.py
	$(BIN)/python scripts/validate_simulation.py

pages: setup  ## Build the pages into dashboard/static (needs Node 20; users need none)
	$(BIN)/python scripts/export_words.py
	cd dashboard/web && npm ci && npm run check && npm run build
	$(BIN)/python scripts/pages_manifest.py

pages-test: pages  ## The pages' own tests: feed, outbox, formats (a few seconds, needs Node 20)
	cd dashboard/web && npm test

clean:  ## Remove what was made
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
