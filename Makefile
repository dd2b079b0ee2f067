# Piaoda 票达. `make` alone lists what there is; `make demo` and `make test` need Python 3.11 or newer, git and make.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# More than two cores have: the tests of whole processes wait more than they compute.
WORKERS ?= 3

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/runtime: requirements/embedded.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/embedded.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: demo
demo: .venv/runtime ## See it work: simulator, service, invoices and alerts; Ctrl-C ends it
	@exec $(BIN)/piaoda demo

.PHONY: serve
serve: .venv/runtime ## Run the service with piaoda.yaml and the embedded database
	@exec $(BIN)/piaoda serve

.PHONY: test
test: .venv/dev ## Run the tests on a real PostgreSQL (embedded, or PIAODA_TEST_DATABASE_URL)
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

.PHONY: check
check: .venv/dev ## Format, lint, types, layers, lock files, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@! grep -rn '://' requirements/ || { echo "a lock file names a host"; exit 1; }

.PHONY: fix
fix: .venv/dev ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: generate
generate: .venv/dev ## Write the generated files: OpenAPI, metrics page, state diagram
	$(BIN)/python -m tests.generate

.PHONY: chaos
chaos: .venv/dev ## Kill -9 at random moments while 10,000 invoices flow (minutes)
	$(BIN)/pytest -q -m slow tests/chaos

.PHONY: week
week: .venv/dev ## A simulated week of 20,000 invoices at every tax system; nothing false, nothing stuck (ten minutes)
	PIAODA_DATA_DIR=$${PIAODA_DATA_DIR:-.piaoda} $(BIN)/piaoda drill week

.PHONY: test-scale
test-scale: .venv/dev ## The plans of every hot statement at a million invoices (minutes)
	$(BIN)/pytest -q -m slow tests/scale

CASES ?=
ROWS ?= 1000000
.venv-bench/ready: requirements/bench.txt .venv/dev
	@test -x .venv-bench/bin/python || $(BIN)/python -m venv .venv-bench
	@echo '*' > .venv-bench/.gitignore
	.venv-bench/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

.PHONY: bench
bench: .venv/dev .venv-bench/ready ## Measure against baselines and peers in the same run (half an hour); CASES=a,b ROWS=n
	$(BIN)/python -m tests.bench --cases "$(CASES)" --rows $(ROWS)

.PHONY: bench-page
bench-page: .venv/dev ## Write docs/performance.md and its chart from the results of `make bench`
	$(BIN)/python -m tests.bench --page

# uv takes a tenth of the time, and reads other settings than pip: where it finds no packages, pip does.
.venv-deploy/ready: requirements/deploy.txt pyproject.toml .venv/dev
	@test -x .venv-deploy/bin/python || $(BIN)/python -m venv .venv-deploy
	@echo '*' > .venv-deploy/.gitignore
	$(BIN)/uv pip install -q --python .venv-deploy/bin/python --require-hashes -r requirements/deploy.txt \
	  || .venv-deploy/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/deploy.txt
	.venv-deploy/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: deploy-check
deploy-check: .venv-deploy/ready ## Everything in deploy/, really run: chart, image, rules, dashboards, fail-over (installs what it needs with apt)
	deploy/tools.sh
	.venv-deploy/bin/pytest -q tests/deploy -m "slow or not slow"

.PHONY: deploy-check-short
deploy-check-short: .venv-deploy/ready ## The part of deploy-check that takes minutes: the image built and run, rules, dashboards, chart
	deploy/tools.sh short
	.venv-deploy/bin/pytest -q -n $(WORKERS) --dist loadfile tests/deploy

.PHONY: browser
browser: .venv/dev ## Look at the console in Chromium (needs chromium and `pip install playwright`)
	$(BIN)/pytest -q -m browser tests/browser

.venv-client/ready: requirements/client.txt .venv/dev
	@test -x .venv-client/bin/python || $(BIN)/python -m venv .venv-client
	@echo '*' > .venv-client/.gitignore
	.venv-client/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/client.txt
	@touch $@

.PHONY: generate-client
generate-client: .venv-client/ready ## Write the Python client in examples/ from openapi/openapi.yaml
	$(BIN)/python examples/python-client/generate.py .venv-client/bin/openapi-python-client examples/python-client

.PHONY: generate-deploy
generate-deploy: .venv-deploy/ready ## Write the dashboards and what the chart carries of rules and dashboards
	.venv-deploy/bin/python -m deploy.grafana
	.venv-deploy/bin/python -m deploy.helm.made

.PHONY: lock
lock: .venv/dev ## Renew the hash-locked requirement files
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/runtime.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra otel -c requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/otel.txt
	$(BIN)/uv pip compile -q pyproject.toml requirements/build.in --extra embedded -c requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/embedded.txt
	$(BIN)/uv pip compile -q requirements/build.in -c requirements/embedded.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/build.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra embedded --group dev -c requirements/runtime.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/dev.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra embedded --group dev --group deploy -c requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/deploy.txt
	for name in bench checkov client; do $(BIN)/uv pip compile -q requirements/$$name.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/$$name.txt || exit 1; done

.PHONY: clean
clean: ## Remove the environment and the demo's data
	rm -rf .venv .venv-bench .venv-checkov .venv-client .venv-deploy .bench .piaoda .pytest_cache .mypy_cache .ruff_cache

.PHONY: test-external
test-external: .venv/dev ## The tests that touch the database, on the server that PIAODA_TEST_DATABASE_URL names
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal tests/integration --ignore tests/integration/simulator
