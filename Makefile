# make demo    set up and plan the retailer of the library
# make test    set up and run all tests
# make lint    ruff and mypy
# make bench   the timings and the table of targets, each answer validated before it is timed
# make clean   remove the environment and every cache in this folder

.DEFAULT_GOAL := demo
.DELETE_ON_ERROR:
.PHONY: demo test browser lint bench setup clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
PYTEST_ARGS ?=

# The newest Python that really runs, is 3.11 or later and can make an environment. Each candidate is started, because
# a name on the PATH may be a shim for a version that is not enabled, or lack the venv module. 3.14 comes after the
# versions for which the pins of constraints.txt are tested.
CANDIDATES := python3.13 python3.12 python3.11 python3 python python3.14
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in $(CANDIDATES); do \
	if $$name -c '$(USABLE)' >/dev/null 2>&1; then echo $$name; break; fi; done)

demo: $(STAMP)
	$(BIN)/roadfolio plan retailer

test: $(STAMP) browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --benchmark-disable $(PYTEST_ARGS)

# The tests of pages look at them in a real browser. It is installed where that may be done; elsewhere they are skipped, and say so.
browser:
	@if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			(apt-get install -y -qq chromium || { apt-get update -qq && apt-get install -y -qq chromium; }) >/dev/null 2>&1 \
			|| echo 'no chromium could be installed: tests of pages are skipped' >&2; \
		else echo 'no chromium here: tests of pages are skipped (apt-get install chromium)' >&2; fi; \
	fi

lint: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy --strict sim optimize scenarios scripts

bench: $(STAMP)
	$(BIN)/python -m benchmarks --timings
	$(BIN)/python -m benchmarks

setup: $(STAMP)

# An environment whose interpreter no longer starts is made anew; a sound one is brought up to date.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c '$(USABLE)' >/dev/null 2>&1; then \
		python='$(PYTHON)'; \
		if [ -z "$$python" ]; then echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3' >&2; exit 1; fi; \
		echo "making $(VENV) with $$($$python --version)"; \
		$$python -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks roadfolio.egg-info
	find sim optimize scenarios scripts benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
