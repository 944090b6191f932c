# Two commands do everything: `make run` and `make test`.
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Some images switch byte code off; every start would then compile a thousand files.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run setup setup-dev test test-fast check bench lock translations browser-tools clean

run: setup
	$(BIN)/python tools/translations.py compile
	LOCALGOALS_MODE=development LOCALGOALS_DEMO=yes $(BIN)/localgoals demo --serve

setup: .venv/.installed
setup-dev: .venv/.installed-dev
	@$(BIN)/python tools/translations.py compile

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements.lock pyproject.toml hatch_build.py
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Programs of the machine that the tests need; installed when missing.
.venv/.machine:
	@bash tools/machine.sh chromium:chromium pg_ctl:postgresql pdftotext:poppler-utils java:default-jre-headless npm:npm
	@mkdir -p .venv && touch $@

tests/browser/node_modules/.installed: tests/browser/package.json tests/browser/package-lock.json .venv/.machine
	cd tests/browser && npm ci --silent --no-audit --no-fund
	@touch $@

tests/oidc/node_modules/.installed: tests/oidc/package.json tests/oidc/package-lock.json .venv/.machine
	cd tests/oidc && npm ci --silent --no-audit --no-fund
	@touch $@

test: setup-dev .venv/.machine tests/browser/node_modules/.installed tests/oidc/node_modules/.installed
	$(BIN)/python -m pytest -n 2 -m "not browser"
	$(BIN)/python -m pytest -n 2 -m browser

test-fast: setup-dev .venv/.machine tests/oidc/node_modules/.installed
	$(BIN)/python -m pytest -n 2 -m "not browser"

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/translations.py check
	$(BIN)/python tools/css_check.py
	$(BIN)/python tools/settings_page.py --check
	$(BIN)/python tools/access_page.py --check
	$(BIN)/python tools/figures_page.py --check
	$(BIN)/localgoals courses check
	$(BIN)/localgoals questionnaires check

bench: setup-dev
	@bash tools/machine.sh wrk:wrk pg_ctl:postgresql chromium:chromium
	$(BIN)/python -m bench

# Needs the program uv; the locks hold hashes and no addresses.
lock:
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra build -o requirements.lock pyproject.toml
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

translations: setup-dev
	$(BIN)/python tools/translations.py update
