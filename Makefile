# Everything a checkout needs. `make app` starts the app, `make test` checks it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# Your own choice, for tools/install.sh: make app PYTHON=python3.12 TORCH_INDEX=https://download.pytorch.org/whl/cpu
# (an empty TORCH_INDEX is pip's usual source). Not exported here: that would empty them where nothing was chosen.

.PHONY: help app test lint bench gpu lock locale clean

help: ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

app: $(VENV)/app.stamp ## install what is missing and start the app on http://localhost:8501
	$(BIN)/streamlit run app.py

# Tests in a browser have the machine to themselves: there a server, its workers and Chromium are at work already.
# Both halves run whatever the first one finds: one run says all that is wrong.
test: $(VENV)/test.stamp ## check style, types and layers, then run every test; some: make test PYTEST=tests/store
	@tools/system.sh
	@$(MAKE) --no-print-directory lint
ifdef PYTEST
	$(BIN)/python -m pytest $(PYTEST)
else
	@failed=0; \
	$(BIN)/python -m pytest -m "not browser and not gpu" --numprocesses logical --maxprocesses 4 --dist worksteal || failed=1; \
	$(BIN)/python -m pytest -m browser || failed=1; \
	exit $$failed
endif

lint: $(VENV)/test.stamp ## check style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

bench: $(VENV)/test.stamp ## measure speed; options: make bench BENCH="--only training -n 3 -o speed.json"
	@tools/system.sh
	$(BIN)/python -m benchmarks $(BENCH)

gpu: $(VENV)/test.stamp ## on a machine with a GPU: test and measure training on it
	tests=$$($(BIN)/python -m benchmarks.gpu_here); $(BIN)/python -m pytest -m "$$tests"
	$(BIN)/python -m benchmarks --only gpu $(BENCH)

locale: $(VENV)/test.stamp ## bring the Chinese catalogue up to date with the source text
	$(BIN)/python tools/extract.py

lock: requirements.txt requirements-test.txt ## choose the tested versions anew
	tools/lock.sh

clean: ## remove the environment and caches (recorded runs stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/app.stamp: requirements.txt requirements.lock tools/install.sh
	tools/install.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/app.stamp requirements-test.txt
	tools/install.sh $(VENV) requirements-test.txt
	@touch $@
