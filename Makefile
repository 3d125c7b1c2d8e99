# Every target does its own set-up; what is there already costs nothing. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup browser up demo test bench bench-quality bench-fidelity bench-api bench-fairness bench-llm bench-identity lint audit lock clean

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

URLS ?=
ARGS ?=
PAGES ?=

help:
	@echo 'make demo                    scrape a sample shop with a stack made for that'
	@echo 'make demo URLS="URL URL"     scrape these pages instead'
	@echo 'make up                      run API, worker, Temporal and S3 until Ctrl-C'
	@echo 'make up ARGS="--workers 2"   with options; ARGS=--help lists them'
	@echo 'make test ARGS="-k crash"    run the tests, or some of them'
	@echo 'make bench                   measure pages/s beside bare Playwright and Crawl4AI'
	@echo 'make bench ARGS="--soak 2000"  measure memory over so many pages'
	@echo 'make bench-quality PAGES=dir measure main content against pages with ground truth'
	@echo 'make bench-fidelity          compare what converters keep of the pages of the tests'
	@echo 'make bench-api               measure cancels, retries, list and status under load'
	@echo 'make bench-fairness          measure how a small batch fares behind big ones of others'
	@echo 'make bench-llm               measure what waiting for a model costs'
	@echo 'make bench-identity          measure what looking like a browser with a window costs'
	@echo 'make lint                    check style and types'
	@echo 'make audit                   look for known vulnerabilities in the requirements'
	@echo 'make lock                    compile the requirements from pyproject.toml'
	@echo 'make clean                   remove the virtual environment and all caches'

setup: $(INSTALLED) browser

up: setup
	@$(PYTHON) -m stack up $(ARGS)

demo: setup
	@$(PYTHON) -m stack demo $(URLS)

test: setup
	$(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

bench: setup
	@$(PYTHON) -m bench.engine $(ARGS)

bench-quality: $(INSTALLED)
	@test -n "$(PAGES)" || { echo 'make bench-quality PAGES=dir: see bench/quality.py for its form' >&2; exit 2; }
	@$(PYTHON) -m bench.quality $(ARGS) "$(PAGES)"

bench-fidelity: $(INSTALLED)
	@$(PYTHON) -m bench.fidelity

bench-api: setup
	@$(PYTHON) -m bench.api $(ARGS)

bench-fairness: setup
	@$(PYTHON) -m bench.fairness $(ARGS)

bench-llm: setup
	@$(PYTHON) -m bench.llm $(ARGS)

bench-identity: setup
	@$(PYTHON) -m bench.identity $(ARGS)

lint: $(INSTALLED)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

# Fails for what it finds, and not because nobody can be asked.
audit: $(INSTALLED)
	@found=$$($(PYTHON) -m pip_audit --strict --disable-pip --require-hashes \
		--progress-spinner off -r requirements.txt 2>&1) && status=0 || status=$$?; \
	case "$$found" in *'known vulnerabilit'*) echo "$$found"; exit $$status;; esac; \
	echo 'Nothing was checked: the database of vulnerabilities cannot be reached.'

browser: $(INSTALLED)
	@$(PYTHON) -m stack browser

# --no-deps, since the file names everything, and old versions of pip fail on hashes without it.
$(INSTALLED): requirements-dev.txt stack/find_python.sh
	@python=$$(sh stack/find_python.sh) && \
	{ $(PYTHON) -m pip --version >/dev/null 2>&1 || \
		{ echo 'Creating $(VENV) ...' && "$$python" -m venv $(VENV); }; } && \
	echo 'Installing the requirements ...' && \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements-dev.txt && \
	touch $@

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate \
	--strip-extras --no-emit-index-url --python-version 3.11 \
	--custom-compile-command 'make lock' pyproject.toml

lock: $(INSTALLED)
	@test -x $(VENV)/bin/uv || $(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) -o requirements.txt
	$(COMPILE) --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
