# Everything that a newcomer runs. SET=gpu installs the GPU set instead of the CPU set.
PYTHON ?= python3.11
SET ?= cpu
SEED ?= 1
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/$(SET).lock
STAMP := $(VENV)/installed-$(SET)-$(firstword $(shell sha256sum $(LOCK) pyproject.toml client/pyproject.toml | sha256sum))
export HF_HUB_OFFLINE := 1
export RAY_USAGE_STATS_ENABLED := 0
export TOKENIZERS_PARALLELISM := false

.PHONY: setup typescript agents-sdk demo demo-long test fuzz chaos chaos-long bench-exchange bench-agents simulate-poison lint proto release-contract docs clean help

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(STAMP) ## install the lock and the base weights (repairs a half-finished install)
	@$(BIN)/swarm weights fetch smollm2-135m

# The stamp is written last, so an install that was cut off is done again; pip skips what is already there.
$(STAMP): $(LOCK) pyproject.toml client/pyproject.toml
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable ./client --editable .
	@rm -f $(VENV)/installed-*
	@touch $@

# Without npm, or where it gets no packages, the test of the TypeScript agent is skipped and says so.
typescript: ## install what the agent in examples/typescript needs, where npm is
	@cd examples/typescript && lock=$$(sha256sum package-lock.json | cut -c1-16) && test -e node_modules/installed-$$lock || { \
	  npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --silent && touch node_modules/installed-$$lock; } || \
	  echo "examples/typescript could not be set up: its test will be skipped"

agents-sdk: setup ## install OpenAI's Agents SDK in a folder beside the packages, for the test of an agent that uses both
	@lock=$$(sha256sum tests/agents_sdk.lock | cut -c1-16) && test -e $(VENV)/agents-sdk/installed-$$lock || { \
	  rm -rf $(VENV)/agents-sdk && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile \
	  --target $(VENV)/agents-sdk -r tests/agents_sdk.lock && touch $(VENV)/agents-sdk/installed-$$lock; } || \
	  echo "OpenAI's Agents SDK could not be installed: its test will be skipped"

demo: setup ## grow a specialist on two cores in about ten minutes
	$(BIN)/swarm demo examples/laptop.toml --seed $(SEED)

.PHONY: demo-attach
demo-attach: setup typescript ## a TypeScript prober and a Python critic join a running swarm, change what it finds, and leave
	$(BIN)/python examples/attach.py

demo-long: setup ## the same for up to an hour
	$(BIN)/swarm demo examples/laptop-long.toml --seed $(SEED)

.PHONY: demo-certify
demo-certify: setup ## grow a specialist of three cells until it is certified, or for 20 minutes
	$(BIN)/swarm demo examples/certify.toml --seed $(SEED)

.PHONY: demo-docs bench-docs
demo-docs: setup ## grow a specialist of the standard library's documentation on two cores, in about 15 minutes
	@mkdir -p runs
	$(BIN)/swarm documents coverage --domain pystdlib
	$(BIN)/swarm documents rows pystdlib --count 500 --to runs/pystdlib-rows.jsonl
	$(BIN)/swarm demo examples/pystdlib.toml --seed $(SEED)
	$(BIN)/swarm ask "Does shutil.copytree take a parameter dirs_exist_ok?" --run runs/pystdlib-seed$(SEED)
	$(BIN)/swarm ask "Does shutil.copy_everything take a parameter dirs_exist_ok?" --run runs/pystdlib-seed$(SEED)

bench-docs: ## base and grown student with documents and without, on what `make demo-docs` made
	$(BIN)/python -m bench.documents runs/pystdlib-seed$(SEED) --to runs/pystdlib-seed$(SEED)/bench-docs.json $(ARGS)

# What starts a Ray cluster of its own needs both cores.
ALONE := tests/test_end_to_end.py tests/trainers/test_killed_group.py
test: setup typescript agents-sdk ## all tests, the end-to-end one with the real model included
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --durations 25 $(ALONE:%=--ignore %)
	$(BIN)/python -m pytest $(ALONE)

fuzz: setup ## random and spoilt requests to a real gateway, for about five minutes
	$(BIN)/python -m pytest tests/gateway/test_fuzz.py --hypothesis-profile=fuzz -s

lint: setup ## style, types, imports, protobuf and documents that are generated
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd proto && $(abspath $(BIN))/buf lint
	BUF=$(abspath $(BIN))/buf bash proto/breaking.sh
	PYTHON=$(BIN)/python bash proto/generate.sh
	git diff --exit-code -- swarm/v1
	$(BIN)/python -m swarm.reference --check docs

proto: setup ## generate swarm/v1 from proto/
	PYTHON=$(BIN)/python bash proto/generate.sh

release-contract: setup ## record the contract of proto/ under its version, where nothing was taken away
	BUF=$(abspath $(BIN))/buf bash proto/breaking.sh --release

chaos: setup ## 60 faults on a real gateway with real clients, and a check of their histories, in about three minutes
	$(BIN)/python -m chaos --seed $(SEED) --faults 60 --seconds 120 $(ARGS)

chaos-long: setup ## the same with 1,000 faults, in about 50 minutes
	$(BIN)/python -m chaos --seed $(SEED) --faults 1000 --seconds 2800 $(ARGS)

bench-exchange: setup ## measure the exchange beside its floors (ARGS=--quick for a smaller run)
	$(BIN)/python -m bench.exchange $(ARGS)

.PHONY: simulate
simulate: setup ## the statistics under adversarial conditions, beside naive variants, in some minutes (ARGS=--quick for less)
	$(BIN)/python -m bench.simulate $(ARGS)

.PHONY: bench-sync
bench-sync: setup ## from a promotion to the first verified token, by engine and size of the checkpoint
	$(BIN)/python -m bench.sync $(ARGS)
.PHONY: bench-interpolation
bench-interpolation: setup ## what a run's champion has forgotten, and what drawing it towards its base costs (RUN=runs/laptop-seed1)
	$(BIN)/python -m bench.interpolation $(or $(RUN),runs/laptop-seed1) $(ARGS)

.PHONY: bench-adversary
bench-adversary: setup ## species that each way of probing finds of planted-defect students and the base; goes on where it was cut off (ARGS=--quick: fewer questions)
	$(BIN)/python -m bench.adversary $(ARGS)

.PHONY: bench-evolver
bench-evolver: setup ## the judge's real error before and after its rubric evolved, beside ways that test nothing, in minutes
	$(BIN)/python -m bench.evolver $(ARGS)

bench-agents: setup ## hundreds of outside agents at one gateway: storm, shares, SIGKILL of all, return (ARGS=--quick for fewer)
	$(BIN)/python -m bench.agents $(ARGS)

.PHONY: bench-recipes bench-teachers
bench-recipes: setup ## compare the recipes on the same corrections and tokens (ARGS=--quick: smaller, 20 minutes); goes on where it was cut off
	$(BIN)/python -m bench.recipes $(ARGS)

bench-teachers: setup ## how much the teacher matters: weak, grown and worked solutions on the same probes (ARGS="--teacher WEIGHTS")
	$(BIN)/python -m bench.recipes.teachers $(ARGS)

.PHONY: bench-train
bench-train: setup ## training beside plain TRL: tokens a second and share of the machine, in about ten minutes
	$(BIN)/python -m bench.train $(ARGS)

simulate-poison: setup ## what hostile teachers bring into training, with guards and without (ARGS="--train 6" trains, too)
	$(BIN)/python -m bench.poison $(ARGS)

DATA ?= ../shared/data/nli/esnli_palm540b.jsonl
.PHONY: bench-thesis bench-robustness
bench-thesis: setup ## adversarial selection against static training at equal cost (ARGS=--quick for 20 minutes of it; DATA=FILE)
	$(BIN)/python -m bench.thesis --data $(DATA) --docs docs/results.md $(ARGS)

bench-robustness: setup ## grown students of inference on items rewritten by rules that they never met (RUNS="runs/A runs/B"; DATA=FILE)
	$(BIN)/python -m bench.robustness $(RUNS) --data $(DATA) --json build/robustness.json $(ARGS)

.PHONY: bench-calendar
bench-calendar: setup ## adversarial selection against uniform probing and unsteered operators, calendar (ARGS=--quick for 10 minutes, as estimated)
	$(BIN)/python -m bench.calendar --docs docs/results-calendar.md $(ARGS)

docs: setup ## generate the reference pages from config model, protos and command line
	$(BIN)/python -m swarm.reference docs

clean: ## remove runs and caches, keep the install
	rm -rf runs build .mypy_cache .ruff_cache .pytest_cache
