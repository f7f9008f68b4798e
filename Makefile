# `make run` and `make test` need Python 3.11 and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
SYNCED := .venv/.synced
DEV := .venv/.synced-dev
DATA_DIR := $(abspath $(or $(WAREHOUSE_DATA_DIR),.warehouse))

.DEFAULT_GOAL := help
.PHONY: help run test test-all test-live ui lint format bench clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

$(BIN)/uv:
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(SYNCED): pyproject.toml uv.lock | $(BIN)/uv
	@$(BIN)/uv sync --quiet --locked --compile-bytecode --no-dev --inexact
	@touch $@

$(DEV): pyproject.toml uv.lock | $(BIN)/uv
	@$(BIN)/uv sync --quiet --locked --compile-bytecode
	@touch $@ $(SYNCED)

run: $(SYNCED) ## Build the warehouse and say what it found
	@$(BIN)/warehouse build

test: $(DEV) ## Run the tests that need nothing but Python
	$(BIN)/pytest -q -m "not browser" -n auto --dist loadfile

test-all: test ## Run also the tests that need Debian packages, and install those
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null)
	$(BIN)/pytest -q -m browser

test-live: $(DEV) ## Ask every agency once, and land what it serves
	WAREHOUSE_LIVE=1 $(BIN)/pytest -q tests/live

ui: $(SYNCED) ## Open the orchestrator on http://127.0.0.1:3000
	@mkdir -p $(DATA_DIR)/dagster && cp orchestration/dagster.yaml $(DATA_DIR)/dagster/
	@DAGSTER_HOME=$(DATA_DIR)/dagster $(BIN)/dagster dev

lint: $(DEV) ## Check format, style, types and SQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar dbt_project/models dbt_project/tests/*.sql

format: $(DEV) ## Format Python and SQL
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models dbt_project/tests/*.sql

bench: $(DEV) ## Measure against named rivals, in one run
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.contracts
	$(BIN)/python -m tests.bench.concentration
	$(BIN)/python -m tests.bench.procurement
	$(BIN)/python -m tests.bench.vendors
	$(BIN)/python -m tests.bench.value_added

clean: ## Remove what a build makes again; landed data and releases stay
	rm -rf $(DATA_DIR)/work $(DATA_DIR)/dbt
