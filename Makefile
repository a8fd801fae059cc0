# The words of the README: `make dev` and `make test` do all the set-up that they need.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Test processes; a module's tests stay together, since they share servers and a browser. One more
# than the cores of a small machine: there is always somebody who waits for a time-out.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help dev setup test package deploy lint check-types test-js test-py fix bench load screenshots audit sbom lock wheel clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

dev: $(VENV)/.runtime  ## Install, render the UI and serve it; ARGS="http://localhost:5000" to name registries
	$(BIN)/reglite dev $(ARGS)

test: setup lint check-types test-js test-py  ## Install what the tests need and run all of them

setup: $(VENV)/.develop  ## Install what the tests need: the real registry, Chromium, packages
	sh tools/install-system.sh
	@$(MAKE) --no-print-directory node_modules/.installed

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-types:
	$(BIN)/mypy

test-js:
	node --test tests/js/*.test.js

test-py:
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadscope $(ARGS)

fix: $(VENV)/.develop  ## Format, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

package: $(VENV)/.develop node_modules/.installed  ## Make the zips and the template for AWS Lambda; ARGS="--arch arm64"
	$(BIN)/reglite package $(ARGS)
	sh tools/osls.sh node_modules/.bin/osls package
	$(BIN)/cfn-lint -i W3005 -t .serverless/cloudformation-template-update-stack.json

deploy: package  ## Deploy to the AWS account of your environment; docs/deployment.md says what it takes
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/deploy.sh

bench: setup  ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: setup  ## Take the screenshots of the documentation anew, from the demo
	PYTHONPATH=. $(BIN)/python tools/screenshots.py

lock: $(VENV)/.develop  ## Resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --upgrade -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --upgrade --extra aws --extra test -o requirements-dev.lock -c requirements.lock pyproject.toml
	echo hatchling | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --no-header --upgrade -o requirements-build.lock -c requirements-dev.lock -

audit: $(VENV)/.develop  ## Ask the advisory database about every locked package (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock || \
	  { echo "Not clean, or the advisory database could not be asked: see above" >&2; exit 1; }

sbom: $(VENV)/.develop  ## Write RegLite's bill of materials (CycloneDX) to dist/; the same bytes every time
	@mkdir -p dist
	sh tools/make-sbom.sh $(BIN)/python dist/reglite.cdx.json

load: setup  ## Read with 200 clients for a minute, then attack: no error, bounded memory and latency
	$(BIN)/python -m tests.load $(ARGS)

wheel: $(VENV)/.develop  ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean:  ## Remove what the build and the set-up made
	rm -rf $(VENV) node_modules dist .serverless build/site build/functions

$(BIN)/python:
	sh tools/create-venv.sh $(VENV)

# The editable install builds its metadata in isolation: the one download that no lock covers.
$(VENV)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.develop: $(BIN)/python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@
