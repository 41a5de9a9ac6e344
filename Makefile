# `make run` and `make test` work on a bare machine with Python 3.11 or later, a C++ compiler, CMake and Node 20.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

# llama.cpp compiles without what the desk never uses; your own options come last, and win.
BUILD_ARGS := -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
	-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF $(CMAKE_ARGS)
INSTALL := CMAKE_ARGS="$(BUILD_ARGS)" $(BIN)/python -m pip install --disable-pip-version-check

# LOCKED=1 installs exactly what requirements.lock names, each file by its hash: so containers are built. Without it
# pip may take newer versions within the bounds of pyproject.toml, and wheels that were compiled before.
ifdef LOCKED
INSTALL_SERVICE = $(INSTALL) --require-hashes --requirement requirements.lock && $(INSTALL) --no-deps --editable .
else
INSTALL_SERVICE = $(INSTALL) --editable .
endif

# What browsers load is built from web/. Without Node the desk still runs, and its pages say what is missing.
NODE := $(shell node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && npm --version 2>/dev/null)
NODE_MISSING := echo "Node 20 or later with npm is missing: the chat widget and the dashboard are not built." \
	"Install it (Debian: apt-get install nodejs npm) and run make again."
WEB_LOCK := web/package.json web/package-lock.json web/.npmrc
WEB_MODULES := web/node_modules/.installed
WEB_BUILT := web/node_modules/.built

# The schemas of the custom resources in deploy/, against which tests hold the manifests.
SCHEMAS := tests/deploy/schemas
SCHEMA_MODULES := $(SCHEMAS)/node_modules/.installed

# The OpenID provider at which tests sign on.
PROVIDER := tests/staff/provider
PROVIDER_MODULES := $(PROVIDER)/node_modules/.installed

.PHONY: run test schemas web lint check format train evaluate patients spoken bench search calls scripted-calls resilience rehearse shortcuts api-fuzz fuzz injection lock audit sbom secrets clean

run: $(VENV)/.installed
	@$(BIN)/reception model pull
	@exec $(BIN)/reception serve --host $(HOST) --port $(PORT)

# The model takes every core by itself: its tests run one after the other. The rest runs side by side, much of it waiting.
# In the order of their names: small files come last, so that no process waits long for another at the end.
# The many processes that it starts read what the first of them compiled, wherever else that is switched off.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.installed-dev $(SCHEMA_MODULES) $(PROVIDER_MODULES)
	@$(BIN)/reception model pull
	$(BIN)/python -m pytest -m "not model" --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m model

schemas: $(SCHEMA_MODULES)

web: $(WEB_MODULES)-dev $(WEB_BUILT)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(if $(NODE),npm --prefix web run --silent lint,$(NODE_MISSING))

check: lint
	$(BIN)/python -m pytest -m "not postgres and not model"

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@$(if $(NODE),npm --prefix web run --silent format,$(NODE_MISSING))

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

# Sentences said by machines, sent down a telephone line and recognised; fetches 210 MB of voice and recogniser.
spoken: $(VENV)/.installed-dev
	@$(INSTALL) --quiet --editable '.[speech]'
	@$(BIN)/reception model pull
	$(BIN)/reception evaluate --spoken --report runs/spoken

# How fast a patient is found among 50,000 (PATIENTS=…): a throw-away database, and a table of milliseconds.
search: $(VENV)/.installed
	$(BIN)/python -m reception.bench.searching --patients $(or $(PATIENTS),50000)

bench: $(VENV)/.installed
	@$(BIN)/reception model pull
	$(BIN)/reception bench --out runs/bench

# The scripted calls with the real model, each on a service of its own; the suite plays them with a scripted one.
scripted-calls: $(VENV)/.installed
	@$(BIN)/reception model pull
	$(BIN)/reception call --script tests/calls

# The phone under load: the turn budget with 4 calls at once, then 50 calls at once; on an idle machine.
calls: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	$(BIN)/reception bench --calls 4 --minutes 3 --out runs/calls-4
	$(BIN)/reception bench --calls 50 --minutes 5 --out runs/calls-50

# Twenty patients chat while each part of an installation dies and comes back; the suite plays a slice of it.
resilience: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	RESILIENCE_PATIENTS=20 $(BIN)/python -m pytest -s tests/deploy/test_resilience.py

# Ten thousand operations by patients, callers and staff at once while parts die, and whether all of it is possible.
.PHONY: history
history: $(VENV)/.installed-dev
	$(BIN)/python -m tests.history --operations 10000 --out runs/history

# A service killed at 50 points of a turn; the suite kills at a few.
.PHONY: kill-points
kill-points: $(VENV)/.installed-dev
	KILL_POINTS=50 $(BIN)/python -m pytest tests/history/test_kill_points.py

# A service at three times what it can do; and one at work for an hour (make soak MINUTES=10 for less).
MINUTES ?= 60
.PHONY: overload soak
overload: $(VENV)/.installed-dev
	$(BIN)/python -m tests.history.overload

soak: $(VENV)/.installed-dev
	$(BIN)/python -m tests.history.soak --minutes $(MINUTES) --out runs/soak

# The service built as its container is, step by step in a clean folder, and started.
rehearse: $(VENV)/.installed-dev
	$(BIN)/python -m deploy.containers.rehearse

# Every operation of the interface, asked many times by schemathesis as nobody and as each role.
api-fuzz: $(VENV)/.installed-dev
	API_EXAMPLES=60 $(BIN)/python -m pytest -s tests/attacks/test_api.py

# Files, frames, forms, grammars and model heads, damaged at random; the suite tries a few of each.
fuzz: $(VENV)/.installed-dev
	FUZZ_EXAMPLES=3000 $(BIN)/python -m pytest tests/attacks/test_fuzz_files.py tests/attacks/test_fuzz_lines.py

# 220 attempts to talk the desk into something, in the chat and on the phone: with a model that obeys, and the real one.
injection: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	INJECTIONS=all $(BIN)/python -m pytest -s tests/attacks/test_injection.py

# That batches, guesses, drafts and forced tokens change no answer, on 500 utterances; the suite takes 40.
shortcuts: $(VENV)/.installed-dev
	@$(BIN)/reception model pull
	SHORTCUT_UTTERANCES=500 $(BIN)/python -m pytest -s tests/inference/test_shortcuts.py

# What the service is made of, pinned with hashes: run this when pyproject.toml changes, or for newer versions.
lock: $(BIN)/python
	@$(BIN)/python -m pip install --quiet uv==0.13.9
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade --no-header \
		--no-emit-index-url --quiet --output-file requirements.lock

AUDIT_FAILED := Above stands a weakness: take a newer version (make lock, or npm --prefix web update). Or it says that something \
	could not be audited or asked: the advisories can't be reached from here, and nothing is known. Run make audit where they can.

# Known weaknesses of everything that is installed, in Python and in browsers; asks PyPI's and npm's advisories.
audit: $(BIN)/python
	@$(BIN)/python -m pip install --quiet pip-audit==2.10.1
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict || { echo "$(AUDIT_FAILED)" >&2; exit 1; }
	@npm --prefix web audit --audit-level=high || { echo "$(AUDIT_FAILED)" >&2; exit 1; }

# The bill of materials (CycloneDX); containers bring theirs along.
sbom: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet cyclonedx-bom==7.5.0
	@mkdir -p runs
	$(BIN)/cyclonedx-py environment $(VENV) --pyproject pyproject.toml --output-reproducible --output-file runs/sbom.cdx.json

# Looks for secrets in what git keeps, more thoroughly than the suite does. What it finds and is none goes into the baseline:
# .venv/bin/detect-secrets scan --baseline .secrets.baseline. Where lines moved it writes their numbers anew: commit that.
secrets: $(BIN)/python
	@$(BIN)/python -m pip install --quiet detect-secrets==1.5.0
	git ls-files -z -- ':!*.gguf' ':!*.npz' ':!*.png' ':!*.lock' ':!*package-lock.json' \
		| xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis runs web/node_modules $(SCHEMAS)/node_modules $(PROVIDER)/node_modules reception/*/static/build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv $(VENV)

$(WEB_MODULES): $(WEB_LOCK)
	@$(if $(NODE),npm --prefix web ci --omit=dev && touch $@)

$(WEB_MODULES)-dev: $(WEB_LOCK)
	@$(if $(NODE),npm --prefix web ci && touch $(WEB_MODULES) $@)

$(WEB_BUILT): $(WEB_MODULES) web/build.mjs $(shell find web/src -type f)
	@$(if $(NODE),npm --prefix web run --silent build && touch $@,$(NODE_MISSING))

$(PROVIDER_MODULES): $(PROVIDER)/package.json $(PROVIDER)/package-lock.json $(PROVIDER)/.npmrc
	@$(if $(NODE),npm --prefix $(PROVIDER) ci --loglevel=error && touch $@)

$(SCHEMA_MODULES): $(SCHEMAS)/package.json $(SCHEMAS)/package-lock.json $(SCHEMAS)/.npmrc
	@$(if $(NODE),npm --prefix $(SCHEMAS) ci --loglevel=error && touch $@)

$(VENV)/.installed: pyproject.toml | $(BIN)/python $(WEB_BUILT)
	@echo "Installing into $(VENV). Compiling the inference engine takes 5 to 15 minutes the first time ..."
	@$(INSTALL_SERVICE)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python $(WEB_MODULES)-dev $(WEB_BUILT)
	@echo "Installing into $(VENV). Compiling the inference engine takes 5 to 15 minutes the first time ..."
	@$(INSTALL) --editable '.[dev,report,fine-tune]'
	@touch $(VENV)/.installed $@
