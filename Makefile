# Every target sets up ./.venv by itself. PYTHON=python3.12 chooses the interpreter.

PYTHON ?=
WORKERS ?= 2
PYTEST_ARGS ?=
SEED ?= 1
DEMO_ARGS ?=
MUTATE_ARGS ?=
SOAK_SEEDS ?= 11 12 13 14 15 16 17 18
SOAK_ROUNDS ?= 80
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help set-up demo test lint cases crash-test soak mutants mutate sdk-test bench live-bench samples clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

set-up: ## make ./.venv ready (the others do it by themselves)
	@sh .ci/set-up

# Without a terminal there is no screen: then a recorded night is replayed. Exit code 1 says that
# something critical is open at its end; here that is no failure.
demo: set-up ## watch simulated appliances, whose standby's update fails within a minute
	@if [ -t 1 ]; then .venv/bin/watchkeeper watch --demo $(DEMO_ARGS); \
	else .venv/bin/watchkeeper replay samples/logs/long-night.jsonl --headless || [ $$? -eq 1 ]; fi

test: set-up ## run the tests; every skipped one is named at the end
	@.venv/bin/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

lint: set-up ## style, formatting, types, and the direction of imports
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

cases: set-up ## check that every failure case has its rules, its logs and its tests
	@.venv/bin/python tests/cases.py

mutants: set-up ## break the engine's shortcuts one by one; the tests must notice each
	@.venv/bin/python tests/mutants.py

mutate: set-up ## change all that both rule bases say, bit by bit; a test must notice each
	@.venv/bin/watchkeeper rules test --tests samples/logs.test.toml --coverage --min 100 --mutate $(MUTATE_ARGS)
	@$(if $(MUTATE_ARGS),:,.venv/bin/watchkeeper rules test samples/patroni --coverage --min 100 --mutate)

sdk-test: set-up ## let the vendor's own client read the simulated appliances
	@.venv/bin/python tests/sdk/run.py $(SDK)

crash-test: set-up ## kill a recorder at a hundred random points; SEED=… chooses them
	@.venv/bin/python tests/crash_test.py --seed $(SEED)

soak: set-up ## what takes long: all scenarios over HTTPS, faults for days, random cases, crashes
	@WATCHKEEPER_SOAK=1 SOAK_SEEDS="$(SOAK_SEEDS)" SOAK_HTTPS_SEEDS="$(SEED)" SOAK_ROUNDS=$(SOAK_ROUNDS) \
		.venv/bin/python -m pytest -n $(WORKERS) tests/drivers/test_live_scenarios.py tests/drivers/test_live_soak.py
	@WATCHKEEPER_TIMES_AS_MANY=20 HYPOTHESIS_PROFILE=explore .venv/bin/python -m pytest -n $(WORKERS) tests/rules/test_properties.py tests/rules/test_check_any_bytes.py
	@.venv/bin/python tests/crash_test.py --seed $(SEED)

bench: ## measure the engine beside others, and the screen on a terminal
	@sh .ci/set-up bench
	@.venv/bin/python tests/bench/run.py $(BENCH_ARGS)

live-bench: set-up ## what polling 400 simulated pairs over HTTPS costs of one core
	@.venv/bin/python tests/bench/many_pairs.py

samples: set-up ## make the sample logs, the pictures and the tour anew
	@.venv/bin/python samples/generate.py
	@.venv/bin/python samples/tour.py

clean: ## remove what tools left behind (not .venv)
	rm -rf build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find rules drivers tui tests samples -name __pycache__ -type d -prune -exec rm -rf {} +
