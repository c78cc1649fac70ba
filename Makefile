# Everything from a fresh clone: needs Python 3.11 to 3.13 and make. `make help` lists the commands.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin

# The first Python that fits, the environment's own before all; `make PYTHON=/path/to/python …` names another.
FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
ifndef PYTHON
PYTHON := $(shell for name in $(BIN)/python python3 python3.13 python3.12 python3.11; do \
	if "$$name" $(FITS); then echo "$$name"; break; fi; done)
endif
# Another version than last time makes the environment anew.
READY := $(VENV)/.ready-$(shell "$(PYTHON)" -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null)
export TINDAN_DATA_DIR ?= .tindan

.PHONY: help setup run demo test tests lint verify verify-needs bench soak lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Install into .venv from the hash-locked requirements

$(READY): requirements-dev.txt pyproject.toml
	@if ! "$(PYTHON)" $(FITS); then \
		echo "TinDan needs Python 3.11, 3.12 or 3.13; $(if $(PYTHON),$(PYTHON) is none,none was found). Name one: make PYTHON=…" >&2; exit 2; fi
	$(PYTHON) -m venv $(if $(wildcard $(READY)),,--clear) $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(READY) ## Run everything on this machine, with stand-ins for all providers
	@exec $(BIN)/tindan run

demo: $(READY) ## Tell the story once: a dossier travels from an agency to a citizen's phone
	@exec $(BIN)/tindan demo

lint: $(READY) ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Tests wait more than they work: one process more than there are cores. Each has a PostgreSQL of its own.
JOBS ?= $(shell "$(PYTHON)" -c 'import os; print((os.cpu_count() or 1) + 1)' 2>/dev/null)

test: $(READY) ## Lint and test on a real PostgreSQL; needs Python only
	@$(MAKE) --no-print-directory --jobs=2 --keep-going lint tests

# What the tests take in hand first is for them to say, see tests/conftest.py.
SPREAD := -n $(JOBS) --dist loadfile --no-loadscope-reorder

tests: $(READY)
	$(BIN)/python -m pytest $(SPREAD)

verify: $(READY) verify-needs ## What needs more: a browser, Node, long faults (installs its needs)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest --verify -m verify $(SPREAD)

verify-needs:
	@infra/verify/needs

bench: $(READY) ## Measure, as ratios to a limit and to peers
	@exec $(BIN)/tindan bench

SEEDS ?= 20
EVENTS ?= 5000
soak: $(READY) ## For long: 20 kills for each of SEEDS (20), during EVENTS (5000); scores of 100,000 dossiers, an export of 1,000,000 answers (not in CI)
	TINDAN_SCORED_DOSSIERS=100000 \
		$(BIN)/python -m pytest --verify --timeout 0 tests/storage/scores/test_keeping.py -k to_many
	TINDAN_EXPORTED_ANSWERS=1000000 \
		$(BIN)/python -m pytest --verify --timeout 0 tests/api/surveys/test_exporting.py -k many_answers
	TINDAN_FAULT_SEEDS=$(SEEDS) TINDAN_FAULT_EVENTS=$(EVENTS) \
		$(BIN)/python -m pytest --verify --timeout 0 tests/faults/test_sigkill.py

lock: $(READY) ## Resolve the dependencies anew, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --extra embedded --extra dev -c requirements.txt \
		pyproject.toml -o requirements-dev.txt

clean: ## Remove the development data, the environment and caches
	@if [ -x $(BIN)/tindan ]; then $(BIN)/tindan forget --yes; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
