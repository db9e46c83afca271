# Everything that this repository can do for you. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PIP := $(BIN)/python -m pip --quiet install
SOURCES := provider tests bench examples

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.PHONY: env
env: $(VENV)/run ## Make .venv with sigclaims in it
	@echo "sigclaims is ready: $(BIN)/sigclaims --help"

.PHONY: demo
demo: $(VENV)/run ## Sign, serve, ask and decide: the whole path, with Python alone
	@$(BIN)/python examples/wabbit-networks/demo.py

.PHONY: test
test: $(VENV)/dev $(TOOLS)/ready ## Run every test: Python, Rego, and both against the real OPA
	@PATH="$(CURDIR)/$(TOOLS):$$PATH" opa test rego --coverage --threshold 100 --format json > /dev/null \
		|| { PATH="$(CURDIR)/$(TOOLS):$$PATH" opa test rego --verbose; exit 1; }
	@PATH="$(CURDIR)/$(TOOLS):$$PATH" $(BIN)/python -m pytest --cov --cov-report=term

.PHONY: lint
lint: $(VENV)/dev $(TOOLS)/ready ## Check style, types, layout and Rego
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@PATH="$(CURDIR)/$(TOOLS):$$PATH" opa fmt --diff --fail rego
	@PATH="$(CURDIR)/$(TOOLS):$$PATH" opa check --strict --schema schemas rego

.PHONY: bench
bench: $(VENV)/dev ## Measure verification on one core, and the worst inputs
	@$(BIN)/python bench/verify.py
	@$(BIN)/python bench/worst.py

.PHONY: generate
generate: $(VENV)/dev ## Write anew what is generated: schemas, tables in docs, vectors
	@$(BIN)/python -m tests.generate
	@$(BIN)/python -m tests.vectors.generate

.PHONY: lock
lock: $(VENV)/dev ## Pin the newest versions that the ranges allow
	@$(PIP) uv
	@$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml --extra embedded -o requirements/run.txt
	@$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/build.in -o requirements/build.txt
	@$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev -c requirements/run.txt -o requirements/dev.txt

.PHONY: clean
clean: ## Remove what the other targets made
	@rm -rf $(VENV) $(TOOLS) dist demo-work walk

$(VENV)/run: requirements/run.txt requirements/build.txt pyproject.toml
	@echo "making $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit("sigclaims needs Python 3.11 or newer: make PYTHON=python3.x" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# OPA from PATH, else both tools as the Go modules that tests/tools/go.mod pins.
$(TOOLS)/ready: tests/tools/go.mod tests/tools/go.sum
	@mkdir -p $(TOOLS)
	@command -v go > /dev/null || { echo "the tests need Go, to build crane and OPA from their modules" >&2; exit 1; }
	@echo "building crane and opa ..."
	@cd tests/tools && go build -o $(CURDIR)/$(TOOLS)/crane github.com/google/go-containerregistry/cmd/crane
	@command -v opa > /dev/null || (cd tests/tools && go build -o $(CURDIR)/$(TOOLS)/opa github.com/open-policy-agent/opa)
	@touch $@
