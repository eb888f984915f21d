# Everything a newcomer or CI types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

bench-relay: $(VENV)/dev.stamp ## Measure the memory that handing on a clip of 200 MB takes
	@$(BIN)/python -m bench.relay

bench-fitting: $(VENV)/dev.stamp ## Measure how well clips are made to fit an upload limit (a quarter of an hour)
	@$(BIN)/python -m bench.fitting

lock: $(VENV)/dev.stamp ## Resolve the dependencies anew and pin them by hash
	@$(BIN)/python -m pip install --quiet uv
	@sh requirements/lock.sh $(BIN)/uv

clean: ## Remove what make created
	rm -rf $(VENV) build *.egg-info
