# Everything a person or the CI does here. Both builds stay inside this folder.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

$(STAMP): requirements/dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(STAMP)

.PHONY: install
install: $(STAMP) ## Build .venv with everything, locked by hash

.PHONY: demo
demo: $(STAMP) ## Serve a back office with sample data on http://127.0.0.1:8000
	@$(BIN)/python -m marketplace.demo

.PHONY: test
test: $(STAMP) ## Run the whole suite on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadscope

.PHONY: coverage
coverage: $(STAMP) ## The same, with the lines and branches no test runs
	$(BIN)/python -m pytest -n 2 --dist loadscope --cov --cov-report=term-missing:skip-covered

.PHONY: format
format: $(STAMP) ## Format the code
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

.PHONY: lint
lint: $(STAMP) ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: check
check: lint test ## All that CI does

BENCH_STAMP := benchmarks/.venv/.installed
BOOKINGS ?= 10000 100000 1000000
ROUNDS ?= 30

$(BENCH_STAMP): benchmarks/requirements.txt
	$(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $(BENCH_STAMP)

.PHONY: bench
bench: $(STAMP) $(BENCH_STAMP) ## Measure the limit, this product and its peers side by side; BOOKINGS="10000 ..." ROUNDS=30
	PRODUCT="$(PRODUCT)" benchmarks/.venv/bin/python -m benchmarks.run --rounds $(ROUNDS) $(BOOKINGS)

.PHONY: lock
lock: ## Lock the newest versions that pyproject.toml allows (needs uv)
	uv pip compile --quiet --upgrade --universal --generate-hashes --no-strip-extras --python-version 3.11 --no-emit-index-url pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --upgrade --universal --generate-hashes --no-strip-extras --python-version 3.11 --no-emit-index-url --group dev pyproject.toml -o requirements/dev.txt
