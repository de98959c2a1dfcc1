# `make help` lists everything. Every target sets up what it needs; none needs root.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
DATA ?= .data
BUS ?= embedded
LEVEL ?= 1
TESTS ?= tests
PYTEST_WORKERS ?= 3
SIZE ?= 336418
EXAMPLES ?= 60
SEED ?= $(shell date +%Y%m%d)
export BUS DATA
# What one process compiled the others take: a run starts hundreds, and compiling is half of a start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup tools run demo test sure fix lint types imports unit conformance contract architecture integration \
	e2e fuzz histories contracts client chart bench bench-million bench-outage seed-year search-quality import-catalogue due-check sandbox clean-data clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements/lock.txt
	@command -v $(PYTHON) >/dev/null || { echo "Một Cửa needs $(PYTHON) (3.11 or newer) on PATH" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Một Cửa needs Python 3.11 or newer; $(PYTHON) is older (set PYTHON=)" >&2; exit 1; }
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' requirements/lock.txt)
	$(VENV)/bin/uv pip install --quiet --python $(RUN) -r requirements/lock.txt
	@touch $@

setup: $(VENV)/.installed ## Install everything into .venv from the lock

run: setup ## Run the whole system here (BUS=embedded|kafka, LEVEL=1|2 to hand in with); Ctrl-C stops it, data stays in .data
	@exec $(RUN) -m stack --data $(DATA) --bus $(BUS) --identification-level $(LEVEL)

demo: setup ## Play a citizen's and an officer's day through the gateway, on a running stack or its own
	@$(RUN) -m demo --data $(DATA)/demo --stack-data $(DATA) --bus $(BUS)

tools: setup ## Fetch what only tests need: Kafka's jars (java, mvn), Helm (go), the client's packages (npm), kept outside the tree
	@$(RUN) -m stack.tools

test: setup tools ## Everything CI proves
	$(RUN) -m pytest $(TESTS) -n $(PYTEST_WORKERS) --dist loadscope -q

sure: setup lint types imports test ## What CI runs: lint, types, imports, then every test

fix: setup ## Format and mend what can be mended
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

lint: setup ## Ruff
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: setup ## mypy, strict
	$(VENV)/bin/mypy

imports: setup ## The rooms of the house: who may import whom
	$(VENV)/bin/lint-imports

unit conformance contract architecture integration e2e: setup ## One folder of tests
	$(RUN) -m pytest tests/$@ -n $(PYTEST_WORKERS) --dist loadscope -q

fuzz: setup ## For nights: EXAMPLES=60 made-up requests of every kind to every operation, others with each SEED
	FUZZ_EXAMPLES=$(EXAMPLES) FUZZ_SEED=$(SEED) $(RUN) -m pytest tests/integration/test_schemathesis.py \
		tests/integration/dossier/test_made_up_lives.py tests/e2e/test_every_write.py tests/e2e/test_known_things.py \
		-n $(PYTEST_WORKERS) --dist loadscope -q

histories: setup ## Every dossier service of a test verifies clean when it stops, unless the test says it forges
	$(RUN) -m pytest tests/integration/dossier -p tests.plugin_histories -n $(PYTEST_WORKERS) --dist loadscope -q

contracts: setup ## Write contracts/openapi/*.json anew from the code
	$(RUN) -m stack.contracts

client: setup ## Build the TypeScript client from the document and check its types (node, npm)
	@$(RUN) -m stack.typescript

chart: setup ## Render and check the Helm charts
	$(RUN) -m pytest tests/deploy -n $(PYTEST_WORKERS) -q

bench: setup ## Measure design figures in one run; writes bench/RESULTS.md
	$(RUN) -m bench

bench-million: setup ## Inbox, search, lifecycle and statistics at a year's size and at 1 million dossiers: many minutes (YEAR=folder: on what seed-year left there)
	$(RUN) -m bench --only million --minutes 120 --out bench/RESULTS-million.md $(if $(YEAR),--data $(YEAR))

bench-outage: setup ## The portal away for 600 s under load: what waited, how long the drain took, that nothing is lost
	$(RUN) -m bench --only outage --minutes 60 --out bench/RESULTS-outage.md

seed-year: setup ## Make a year of SIZE=336418 dossiers in a stack of its own and hold every statistic against the truth
	@$(RUN) -m bench.seed_year --size $(SIZE) --data $(DATA)/seed-year --bus $(BUS)

search-quality: setup ## How well search finds: CATALOGUE=a.jsonl,b.jsonl QUERIES=q.jsonl, on a database of its own
	@$(RUN) -m bench.search_quality --catalogue "$(CATALOGUE)" --queries "$(QUERIES)"

import-catalogue: setup ## Bring FILE=a.jsonl,b.xlsx,… into the catalogue of a running stack or its own; every row is accounted for
	@$(RUN) -m demo.catalogue_file "$(FILE)" --data $(DATA)/import --bus $(BUS)

due-check: setup ## Compute every due date of CASES=file.csv; non-zero when one is wrong
	@$(RUN) -m worktime.due_check $(CASES)

sandbox: setup ## The world outside alone: the national portal on http://127.0.0.1:8090, a ministry on :8093
	@exec $(RUN) -m sandbox

clean-data: ## Forget the data of `make run`
	rm -rf $(DATA)

clean: clean-data ## Forget the environment too
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
