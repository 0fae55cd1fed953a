# Jiaoying 叫应. `make` alone lists what there is; Python 3.11+ and GNU make are all a machine needs.
# Words after a target go in ARGS: make demo ARGS="--scenario danger-sign --exit", make test ARGS="-k outbox".

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A python3 older than 3.11 often has a newer neighbour on the same machine, so we look before we give up.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest
WORKERS ?= auto

.PHONY: help setup demo test check check-lint check-format check-types check-imports check-house fix faults golden screens pictures bench

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## install everything into .venv (done by itself whenever it is needed)

# One stamp: installing again costs a minute and is only needed when what is installed changed.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Jiaoying needs Python 3.11 or newer: install it, or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -c 'import ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments (no ensurepip). On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "making $(VENV) ..."; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "installing into $(VENV) (a minute or two, once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY) ## the product on this machine, no account needed: prints ready and an address
	@$(BIN)/jiaoying demo $(ARGS)

test: $(READY) ## every test, in parallel; PostgreSQL and browser tests run where those are found
	@$(PYTEST) -n $(WORKERS) --dist loadgroup $(ARGS)

check: check-lint check-format check-types check-imports check-house ## style, types, import contracts, house lints; changes nothing

check-lint: $(READY)
	@$(BIN)/ruff check --quiet . && echo "ruff check: clean"

check-format: $(READY)
	@$(BIN)/ruff format --quiet --check . && echo "ruff format: clean" || { echo "not formatted; mend with: make fix"; exit 1; }

check-types: $(READY)
	@$(BIN)/mypy

check-imports: $(READY)
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

check-house: $(READY)
	@$(PYTEST) -q tests/architecture

fix: $(READY) ## mend what can be mended by itself: formatting, import order, simple lints
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet . && $(BIN)/ruff check .

faults: $(READY) ## what breaks such systems, done to ours at length: kills, crashes, cut lines, full disks, drawn orders; about an hour; FAULTS_SEED=n repeats a run
	@$(PYTEST) tests/faults tests/e2e -m faults $(ARGS)

golden: $(READY) ## write the golden files anew after a text was changed on purpose; read the diff before you commit it
	@$(PYTEST) -q tests/unit/test_messages.py --golden $(ARGS)

screens: $(READY) ## look at every screen and text in both languages: pictures in var/screens, needs a Chromium
	@$(BIN)/python -m tests.screens $(ARGS)

pictures: $(READY) ## play the storm night and take the pictures of the READMEs: var/pictures, needs a Chromium
	@$(BIN)/python -m tests.pictures $(ARGS)

bench: $(READY) ## measure what the documents claim
	@$(BIN)/python -c 'import aiogram_broadcaster' 2>/dev/null || \
		$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m benchmarks $(ARGS)
