# Everything a newcomer or CI types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# How many processes share the tests, a file in one of them; many of the tests start programs of their own.
WORKERS ?= 2

.PHONY: help demo demo-cluster run test lint format types bench bench-fitting bench-relay lock clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# One stamp per set of dependencies; --no-deps keeps the project itself out of the hash check.
$(VENV)/media.stamp: requirements/media.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Grokcord needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/media.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/media.stamp
	@echo "Installing the tools for tests into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/media.stamp ## Try the bot in a browser: a local Discord, a demo Grok server, no accounts
	@exec $(BIN)/grokcord demo

demo-cluster: $(VENV)/media.stamp ## See three processes run as one bot, and one of them die (needs PostgreSQL)
	@exec $(BIN)/grokcord demo-cluster

run: $(VENV)/media.stamp ## Run the bot with the secrets in .env
	@exec $(BIN)/grokcord run

test: $(VENV)/dev.stamp ## Run every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(VENV)/dev.stamp ## Check style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/dev.stamp ## Rewrite files to the house style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## Measure how live the answers are (prints a table, judges nothing)
	@$(BIN)/python -m bench

bench-relay: $(VENV)/dev.stamp ## Measure the memory that handing on a clip of 200 MB takes
	@$(BIN)/python -m bench.relay

bench-fitting: $(VENV)/dev.stamp ## Measure how well clips are made to fit an upload limit (a quarter of an hour)
	@$(BIN)/python -m bench.fitting

lock: $(VENV)/dev.stamp ## Resolve the dependencies anew and pin them by hash
	@$(BIN)/python -m pip install --quiet uv
	@sh requirements/lock.sh $(BIN)/uv

clean: ## Remove what make created
	rm -rf $(VENV) build *.egg-info
