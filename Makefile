# Works from a fresh clone with Python 3.11 or newer and make; everything else goes into .venv.
#
#   make run          the dashboard on http://localhost:8501, on the sample partner until you import data
#   make run-servers  the same by several servers behind nginx (SERVERS=2), which has to be installed
#   make run-oidc     the same with a real sign-in, at a provider on this machine, on a scratch folder of its own
#   make test         every test: unit, property, page, browser
#   make test-long    the same, with the full counts of simulations, kills, races and crashes; takes hours
#   make lint         ruff and mypy
#   make drill        backs the sample partner up, restores it and says what would be lost (nothing)
#   make bench        the performance table to 10 million invoices, each figure beside its floor (BENCH="--sizes 10000 --lines ageing")
#   make bench-large  the build and the ageing of 100 million invoices; takes some 70 GB of disk, and hours; does not begin without
#   make screenshots  draws docs/images again from the sample partner

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTHON ?=
SERVERS ?= 2
BENCH ?=
TESTS ?=

.PHONY: run run-servers run-oidc test test-long lint drill bench bench-large screenshots
.DELETE_ON_ERROR:

run: $(VENV)/installed
	@echo "Clear Accounts answers on http://localhost:8501 in a moment; Ctrl+C stops it."
	@$(BIN)/python -m streamlit run app.py

run-servers: $(VENV)/installed
	@$(BIN)/python -m clearaccounts serve --servers $(SERVERS)

run-oidc: $(VENV)/installed
	@$(BIN)/python -m tests.run_oidc

test: $(VENV)/installed-test
	@chromium="$$($(BIN)/python -m tests.browser.chromium)"; \
	postgresql="$$($(BIN)/python -m tests.decisions.postgresql)"; \
	nginx="$$($(BIN)/python -m tests.proxy.nginx)"; \
	java="$$($(BIN)/python -m tests.spark.programs)"; \
	left_out=""; \
	if [ -z "$$chromium" ] && [ "$$CI" != true ]; then left_out="not browser"; fi; \
	if [ -z "$$postgresql" ] && [ "$$CI" != true ]; then left_out="$${left_out:+$$left_out and }not postgresql"; fi; \
	if [ -z "$$nginx" ] && [ "$$CI" != true ]; then left_out="$${left_out:+$$left_out and }not nginx"; fi; \
	if [ -z "$$java" ] && [ "$$CI" != true ]; then left_out="$${left_out:+$$left_out and }not spark"; fi; \
	if [ -n "$$left_out" ]; then set -- -m "$$left_out"; else set --; fi; \
	CLEARACCOUNTS_CHROMIUM="$$chromium" CLEARACCOUNTS_POSTGRESQL="$$postgresql" CLEARACCOUNTS_NGINX="$$nginx" \
	JAVA_HOME="$$java" $(BIN)/python -m pytest -n 2 --dist worksteal "$$@" $(TESTS)

test-long: export CLEARACCOUNTS_SIMULATIONS ?= 10000
test-long: export CLEARACCOUNTS_ROUNDS ?= 40
test-long: export CLEARACCOUNTS_KILLS ?= 200
test-long: export CLEARACCOUNTS_INTERLEAVINGS ?= 500
test-long: export CLEARACCOUNTS_CRASHES ?= 200
test-long: export CLEARACCOUNTS_EXAMPLES ?= 2000
test-long: export CLEARACCOUNTS_UPLOADS ?= 50
test-long: export CLEARACCOUNTS_PAYLOADS ?= 500
test-long: export CLEARACCOUNTS_VIEWS ?= 1000
test-long: export CLEARACCOUNTS_DOWNLOADS ?= 100
test-long: export CLEARACCOUNTS_COOKIE_STEP ?= 1
test-long: export CLEARACCOUNTS_WRONG_KINDS ?= 9
test-long: export CLEARACCOUNTS_REFRESHES ?= 100
test-long: test

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/mypy

drill: $(VENV)/installed
	@scratch="$$(mktemp -d)"; trap 'rm -rf "$$scratch"' EXIT; \
	$(BIN)/python -m clearaccounts import --data "$$scratch/data" --yes sample_data > "$$scratch/said" 2>&1 || \
		[ $$? = 3 ] || { cat "$$scratch/said"; exit 1; }; \
	$(BIN)/python -m clearaccounts backup --data "$$scratch/data" "$$scratch/backups" && \
	$(BIN)/python -m clearaccounts drill --data "$$scratch/data" "$$scratch/backups"

bench: $(VENV)/installed-test
	@chromium="$$($(BIN)/python -m tests.browser.chromium)"; \
	nginx="$$($(BIN)/python -m tests.proxy.nginx)"; \
	CLEARACCOUNTS_CHROMIUM="$$chromium" CLEARACCOUNTS_NGINX="$$nginx" $(BIN)/python -m benchmarks.run $(BENCH)

bench-large: $(VENV)/installed-test
	$(BIN)/python -m benchmarks.run --sizes 100000000 --lines build ageing $(BENCH)

screenshots: $(VENV)/installed-test
	@chromium="$$($(BIN)/python -m tests.browser.chromium)"; \
	CLEARACCOUNTS_CHROMIUM="$$chromium" $(BIN)/python -m tests.browser.screenshots docs/images

# The stamps are younger than the pinned files as long as nothing in those has changed.
$(VENV)/installed: requirements.txt constraints.txt $(VENV)/python
	@echo "Installing the packages of requirements.txt into $(VENV)"
	@$(PIP) install --quiet -r requirements.txt
	@touch $@

$(VENV)/installed-test: requirements-test.txt requirements-spark.txt $(VENV)/installed
	@echo "Installing the packages of requirements-test.txt into $(VENV)"
	@$(PIP) install --quiet -r requirements-test.txt
	@touch $@

# A name alone does not make a usable Python: each is asked for its version and for venv first.
$(VENV)/python:
	@for python in $(PYTHON) python3.11 python3 python; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			"$$python" -m venv --clear $(VENV) && touch $@; \
			exit; \
		fi; \
	done; \
	echo "Clear Accounts needs Python 3.11 or newer with its venv module; install it, or name it: make run PYTHON=/path/to/python" >&2; \
	exit 1
