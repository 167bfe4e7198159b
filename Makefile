# nbflow: every command a contributor needs. `make help` lists them.
#
# Nothing has to be installed by hand: the targets make .venv from any Python >= 3.10, take node from a
# wheel where it is missing, build the JupyterLab extension and find or install a Chromium. What was done
# once is remembered in .venv/done and done again only when the files it depends on change.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
DONE := $(VENV)/done
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# Even where it is set: every process that a test starts would compile nbflow anew, 0.4 s each.
export PYTHONDONTWRITEBYTECODE :=

FRONTEND := $(shell find labextension/src labextension/style labextension/scripts labextension/schema -type f 2>/dev/null) \
	$(wildcard labextension/*.json)
BUILT := nbflow/labextension/package.json

say = @printf '\n$(if $(NO_COLOR),== %s,\033[1m== %s\033[0m)\n' "$(1)"
# --silent: what a script prints, without npm's own banner.
npm = npm --prefix labextension --silent

.PHONY: help demo test install format lint ruff mypy rooms frontend-lint frontend-test pytest unit ipykernel6 browser wheel clean distclean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------- commands

demo: $(DONE)/install ## run the demo and leave JupyterLab serving (ARGS=--once: exit instead)
	@$(BIN)/python -m nbflow.cli.main standalone --demo $(ARGS)

test: ruff mypy rooms frontend-lint frontend-test pytest ipykernel6 ## everything: lint, types, rooms, TypeScript, Python, browser

lint: ruff mypy rooms frontend-lint ## all checks that run no test

unit: $(DONE)/install ## the fast Python tests only (ARGS are pytest's)
	@$(BIN)/pytest -m "not browser and not chaos and not journey" $(ARGS)

browser: $(DONE)/install $(DONE)/chromium ## the tests in a real browser only (ARGS are pytest's)
	@NBFLOW_TEST_CHROMIUM="$$(cat $(DONE)/chromium)" $(BIN)/pytest -m browser $(ARGS)

format: $(DONE)/install $(DONE)/npm ## let ruff, eslint and prettier rewrite what they can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(npm) run format

wheel: $(DONE)/install $(DONE)/npm ## build the wheel into dist/, from a clean production build
	$(npm) run build:prod
	SKIP_JUPYTER_BUILDER=1 $(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what was built and what running left behind
	rm -rf dist build labextension/lib nbflow/labextension nbflow/widgets/static $(DONE)/frontend \
		.mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results .nbflow
	find nbflow tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and remove .venv and node_modules too
	rm -rf $(VENV) labextension/node_modules

# --------------------------------------------------------------------------------- the parts of `test`

ruff: $(DONE)/install
	$(call say,ruff)
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --check --quiet .

mypy: $(DONE)/install
	$(call say,mypy)
	@$(BIN)/mypy

rooms: $(DONE)/install
	$(call say,import-linter)
	@$(BIN)/lint-imports --no-logo

frontend-lint: $(DONE)/npm
	$(call say,eslint and prettier and tsc)
	@$(npm) run lint
	@$(npm) run typecheck

frontend-test: $(DONE)/npm
	$(call say,vitest)
	@$(npm) test

# Files side by side, each whole in one process and in the order they are found in: tests of one file share
# kernels, servers and stores, and those in a browser have to come last in their process.
pytest: $(DONE)/install $(DONE)/chromium
	$(call say,pytest)
	@NBFLOW_TEST_CHROMIUM="$$(cat $(DONE)/chromium)" $(BIN)/pytest -n auto --maxprocesses 4 \
		--dist loadfile --no-loadscope-reorder --durations 25 $(ARGS)

# The kernels once more on the other supported generation of ipykernel, laid over the environment.
ipykernel6: $(DONE)/ipykernel6
	$(call say,ipykernel 6)
	@$(ON_IPYKERNEL6) $(BIN)/python -c "import ipykernel; v = ipykernel.__version__; assert v < '7', v; print('ipykernel', v)"
	@$(ON_IPYKERNEL6) $(BIN)/pytest -q $(addprefix tests/runtime/test_,kernels.py engine.py notebook_task.py forkserver.py)

# --------------------------------------------------------------------------------------- installation

install: $(DONE)/install ## make .venv and install nbflow into it, ready to edit

$(BIN)/pip:
	@.ci/venv $(VENV)

$(DONE)/node: .ci/node | $(BIN)/pip
	@mkdir -p $(DONE)
	@.ci/node $(VENV)
	@touch $@

$(DONE)/npm: labextension/package.json labextension/package-lock.json labextension/.npmrc $(DONE)/node
	$(call say,npm ci)
	@npm --prefix labextension --loglevel error ci
	@touch $@

$(DONE)/frontend: $(FRONTEND) $(DONE)/npm
	$(call say,labextension and widget)
	@$(npm) run build:prod
	@touch $@

# A wiped build is built again even though its stamp is still there.
$(BUILT): | $(DONE)/frontend
	@test -e $@ || { rm -f $(DONE)/frontend; $(MAKE) --no-print-directory $(DONE)/frontend; }

# Python is installed editable, and JupyterLab reads the built extension through a symlink, so that neither
# an edit nor `npm run build` needs another installation.
EXTENSION := $(VENV)/share/jupyter/labextensions/nbflow-labextension
$(DONE)/install: pyproject.toml nbflow/_version.py $(wildcard jupyter-config/*) labextension/scripts/build_backend.py | $(BUILT)
	$(call say,pip install)
	@rm -rf $(EXTENSION)
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/pip install --quiet --editable ".[test,examples]"
	@rm -rf $(EXTENSION)
	@ln -s ../../../../nbflow/labextension $(EXTENSION)
	@touch $@

$(DONE)/chromium: .ci/chromium .ci/unpack-chromium.mjs $(DONE)/node
	@.ci/chromium $(VENV) > $@
	@echo "chromium $$(cat $@)"

IPYKERNEL6 := $(CURDIR)/$(VENV)/ipykernel6
ON_IPYKERNEL6 := PYTHONPATH=$(IPYKERNEL6)
$(DONE)/ipykernel6: $(DONE)/install
	@$(BIN)/pip install --quiet --upgrade --no-deps --target $(IPYKERNEL6) "ipykernel>=6.29,<7" nest-asyncio
	@touch $@
