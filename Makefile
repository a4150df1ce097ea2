PYTHON ?= python3
BRIEF ?= shop
HOURS ?= 72
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.PHONY: help up down demo test lint format bench lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

up: $(INSTALLED) ## start Greenlight on this machine; stop with Ctrl-C
	@$(PY) cli.py up

down: $(INSTALLED) ## stop the Greenlight that another terminal started
	@$(PY) cli.py down

demo: $(INSTALLED) ## one campaign from brief to three days of live ads, unattended; BRIEF=shop, clinic or conference, HOURS=72
	@$(PY) cli.py demo --brief $(BRIEF) --hours $(HOURS)

test: lint ## everything that continuous integration checks
	$(PY) -m pytest -q -n 2 --dist worksteal

lint: $(INSTALLED) ## the static part of `make test`
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports

format: $(INSTALLED) ## rewrite the code to the house format
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(INSTALLED) ## measure, and compare with the limits that the README names
	@$(PY) -m bench

lock: $(INSTALLED) ## pin new packages of pyproject.toml; UPGRADE=--upgrade moves all pins
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url $(UPGRADE) --group dev pyproject.toml -o requirements.lock --quiet

clean: ## delete this clone's state (campaigns, keys, media) and all caches
	@test ! -x $(PY) || $(PY) cli.py down
	@test ! -L var/postgres || rm -rf "$$(readlink -f var/postgres)"
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# uv installs in seconds what takes pip a minute; pip steps in where uv does not know this machine's package index.
$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Greenlight needs Python 3.11 or newer. Name one, for example: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv or pip is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing packages into $(VENV)"
	@awk '/^uv==/,!/\\$$/' requirements.lock > $(VENV)/uv.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes -r requirements.lock || \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@
