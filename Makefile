# Each target sets up .venv by itself; all it needs is Python >= 3.11 and make (uv is used where it is there).
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export OPTCENTER_HOME ?= demo

.PHONY: demo test test-browser test-apps-script bench dev lint check lock clean

# The demo is the embedded default, whatever workbook and database the environment or .env name.
demo dev: export OPTCENTER_WORKBOOK =
demo dev: export OPTCENTER_DATABASE_URL =
demo dev: export DAGSTER_HOME =

demo: $(READY)
	@$(BIN)/optcenter workbook init --sample
	@$(BIN)/optcenter optimize "Q1 2027 growth" "baseline" --requested-by "make demo"
	@$(BIN)/optcenter next-steps

test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q

# The workbook's page in a real browser; where there is none, Debian's is installed, by root.
test-browser: $(READY)
	@sh .ci/chromium
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q optcenter_pipeline_tests/browser

dev: $(READY)
	@$(BIN)/optcenter workbook init --sample
	@$(BIN)/optcenter dev

# The sheet's menu, type-checked and tested; the one target that needs node (>= 20.11) and npm.
test-apps-script: apps_script/node_modules/.ready
	@npm --prefix apps_script run --silent check
	@npm --prefix apps_script --silent test

apps_script/node_modules/.ready: apps_script/package.json apps_script/package-lock.json apps_script/.npmrc
	@npm --prefix apps_script ci --loglevel=error
	@touch $@

# The engine beside HiGHS, CP-SAT and SCIP, a few hours; BENCH="--help" tells how to run a part of it.
BENCH ?= --page docs/benchmarks.md
bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks.compare $(BENCH)

$(VENV)/.bench: $(READY)
	@if command -v uv >/dev/null 2>&1; \
	then uv pip install --quiet --python $(BIN)/python -c requirements.lock --editable '.[bench]'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock --editable '.[bench]'; \
	fi
	@touch $@

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

check: lint
	@DAGSTER_HOME= $(BIN)/dagster definitions validate

# New exact versions for requirements.lock, from the lower bounds in pyproject.toml (needs uv).
lock:
	uv pip compile --universal --python-version 3.11 --extra dev --upgrade --no-annotate --no-header \
		--no-emit-index-url pyproject.toml -o requirements.lock

$(READY): requirements.lock pyproject.toml setup.py
	@sh .ci/setup $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) demo apps_script/node_modules
