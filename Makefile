# The chores of Lakestead. Everything runs in .venv, which `make setup` makes from requirements.lock with uv; uv itself is
# installed into .uv, so a machine needs only Python 3.11, make and a Python package registry.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.8
UV := .uv/bin/uv
VENV := .venv/bin
TESTS ?= tests
BENCH ?= --resources 1000
# Bytecode is written whatever the shell says: without it the Pulumi SDK takes three times as long to import.
unexport PYTHONDONTWRITEBYTECODE
# A virtual environment that happens to be active is not ours.
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint format lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed ## Make .venv with everything, then the command is .venv/bin/lakestead

demo: setup ## Provision an environment on this machine and run its dbt project, from nothing
	@$(VENV)/python -m scripts.demo

test: setup ## Run the tests (TESTS=path for some of them)
	@$(VENV)/python -m pytest -n 2 --dist loadgroup $(TESTS)

bench: setup ## Measure against the local workspace (BENCH="--resources 100 --latency 50", --help for more)
	@$(VENV)/python -m tests.benchmarks $(BENCH)

lint: setup ## Check style and types
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy

format: setup ## Put the code into shape
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

lock: $(UV) ## Choose versions anew and write requirements.lock
	@$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --quiet --upgrade -o requirements.lock

clean: ## Remove what setup and runs made; the state in .lakestead stays
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis dbt/target dbt/logs

$(UV):
	@echo "Getting uv $(UV_VERSION) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Python 3.11 is needed, and $(PYTHON) is another version: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/installed: requirements.lock pyproject.toml $(UV)
	@echo "Installing the locked packages into .venv …"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@$(VENV)/python -m compileall -q infra scripts stacks
	@touch $@
