# `make run` and `make test` work on a bare machine with Python 3.11 or later, a C++ compiler and CMake.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

# llama.cpp compiles without what the desk never uses; your own options come last, and win.
BUILD_ARGS := -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
	-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF $(CMAKE_ARGS)
INSTALL := CMAKE_ARGS="$(BUILD_ARGS)" $(BIN)/python -m pip install --disable-pip-version-check

.PHONY: run test lint check format train evaluate patients bench shortcuts clean

run: $(VENV)/.installed
	@$(BIN)/reception model pull
	@exec $(BIN)/reception serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint
	$(BIN)/python -m pytest -m "not postgres and not model"

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The desk's adapter from the phrases alone, in three hours on two idle cores (fine_tune/LOG.md has the runs).
train: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	$(BIN)/python -m fine_tune.prepare
	$(BIN)/python -m fine_tune.train --config fine_tune/configs/desk-135m.yaml
	$(BIN)/python -m fine_tune.prepare --seed 9 --count 46000 --out runs/data-more
	$(BIN)/python -m fine_tune.train --config fine_tune/configs/desk-135m-more.yaml \
		--start runs/desk-135m/adapter.safetensors --data runs/data-more
	$(BIN)/python -m fine_tune.curves runs/desk-135m runs/desk-135m-more
	$(BIN)/python -m fine_tune.export --config fine_tune/configs/desk-135m-more.yaml --check

evaluate: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	$(BIN)/reception evaluate --studies
	$(BIN)/reception evaluate --only understanding --cases tests/understanding/blind.jsonl --report runs/blind

# Simulated patients, each four times in other words and styles; the suite plays a few of them.
patients: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	$(BIN)/reception evaluate --dialogues --seeds 4 --report runs/patients

bench: $(VENV)/.installed
	@$(BIN)/reception model pull
	$(BIN)/reception bench --out runs/bench

# That batches, guesses, drafts and forced tokens change no answer, on 500 utterances; the suite takes 40.
shortcuts: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	SHORTCUT_UTTERANCES=500 $(BIN)/python -m pytest -s tests/inference/test_shortcuts.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis runs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV). Compiling the inference engine takes 5 to 15 minutes the first time ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV). Compiling the inference engine takes 5 to 15 minutes the first time ..."
	@$(INSTALL) --editable '.[dev,report,fine-tune]'
	@touch $(VENV)/.installed $@
