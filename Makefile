# Every target sets up what it needs; `make demo` and `make test` work on a fresh machine
# with Python 3.11 to 3.13 and make.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev

# Without it every start compiles a thousand library modules anew: ten seconds each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test soak lint format texts lock bench ui clean

help:  ## Show this list.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "callmart needs Python 3.11, 3.12 or 3.13; this is %d.%d. Try: make PYTHON=python3.12 install" % v)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

install: $(STAMP)  ## Make .venv and install callmart, locked by hash.

demo: $(STAMP)  ## Simulate 60 days of a contact centre into ./callmart-demo and build its report.
	$(BIN)/callmart demo --days 60

test: $(DEV_STAMP)  ## Run every check a commit must pass: lint, types, tests.
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: $(DEV_STAMP)  ## Ask of more data, and the whole way round, what `make test` asks.
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m soak

lint: $(DEV_STAMP)  ## Check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check

format: $(DEV_STAMP)  ## Put every file into the house's format.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: | $(BIN)/uv  ## Renew both lock files from pyproject.toml.
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --no-emit-index-url --no-emit-find-links -p 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --no-emit-index-url --no-emit-find-links -p 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

texts: $(DEV_STAMP)  ## Bring the catalogues of reports/locale up to the texts of the code.
	$(BIN)/python -m reports.catalogues

bench: $(DEV_STAMP)  ## Time the pipeline against hand-written baselines.
	$(BIN)/python -m benchmarks

ui: $(STAMP)  ## Start the Dagster page of the demo project.
	$(BIN)/callmart --project callmart-demo ui

clean:  ## Remove the environment, caches and the demo project.
	rm -rf .venv callmart-demo dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
