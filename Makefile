# Vouch. `make` or `make help` lists what can be done; nothing but Python 3.11 or later has to be there.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
WORKERS ?= $(if $(filter postgres%,$(DATABASE_URL)),2,1)
THREADS ?= 8
export UV_SYSTEM_CERTS := 1

.PHONY: help demo test coverage check bench bench-audit bench-explorer bench-search bench-import bench-export bench-webhooks bench-mails drill install-drill faults soak-audit requirements lint templates types layers migrations deployable audit security licences environment schema clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Install, migrate, fill with demo data and serve on 127.0.0.1:$PORT (8000)
	@$(BIN)/python manage.py demo_data --migrate
	@echo "Vouch is served at http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)"
	@PUBLIC_URL="$${PUBLIC_URL:-http://127.0.0.1:$(PORT)}" exec $(BIN)/gunicorn crm.wsgi \
		--bind 127.0.0.1:$(PORT) --worker-class gthread --workers $(WORKERS) --threads $(THREADS) \
		--timeout 60 --graceful-timeout 25 --log-level warning

test: $(VENV)/.development ## Run the whole suite; REQUIRE_SERVICES=1 insists on PostgreSQL, Redis, Chromium, Node, LibreOffice, an OpenSSH server and Dovecot
	@$(BIN)/python -m tests.run

coverage: $(VENV)/.development ## Which lines the suite runs, on SQLite; counting makes it half as long again, so CI does not
	@$(BIN)/python -m pytest -q --no-header -n auto --dist worksteal --cov --cov-report=term:skip-covered

check: lint templates types layers migrations deployable audit security licences ## Everything CI asks for: lint, types, layers, migrations, audits, then the suite
	@$(MAKE) --no-print-directory test

bench: $(VENV)/.development ## Measure a real server on a scratch PostgreSQL database; BENCH_SCALE=0.01 is a quick look
	@$(BIN)/python -m benchmarks

bench-audit: $(VENV)/.development ## Measure the audit trail: writers with and without seals, a million events sealed and verified
	@$(BIN)/python -m benchmarks.audit

bench-explorer: $(VENV)/.development ## Measure the audit explorer on ten million events (PostgreSQL, 9 GB of disk); BENCH_SCALE=0.01 is a quick look
	@$(BIN)/python -m benchmarks.explorer

bench-search: $(VENV)/.development ## Measure the search over a million contacts (PostgreSQL, 2 GB of disk); BENCH_SCALE=0.01 is a quick look
	@$(BIN)/python -m benchmarks.search

bench-import: $(VENV)/.development ## Import a million contacts, killed twice on the way, beside a bare COPY; BENCH_SCALE=0.02 is a quick look
	@$(BIN)/python -m benchmarks.audit benchmarks.import_work

bench-export: $(VENV)/.development ## Export a million contacts in each form (PostgreSQL, 2 GB of disk); BENCH_SCALE=0.01 is a quick look
	@$(BIN)/python -m benchmarks.export_million

bench-webhooks: $(VENV)/.development ## Measure webhooks: what enqueueing costs, and deliveries a second of one worker; BENCH_SCALE=0.1 is a quick look
	@$(BIN)/python -m benchmarks.webhooks

bench-mails: $(VENV)/.development ## Measure mails: what enqueueing costs, mails a second of one worker, pages beside 100,000 that wait; BENCH_SCALE=0.1 is a quick look
	@$(BIN)/python -m benchmarks.mails

drill: $(VENV)/.development ## Lose 1 GB of database and its files and restore them, to a second too (PostgreSQL's programs); DRILL_SCALE=0.01 is a quick look
	@$(BIN)/python -m benchmarks.drill

install-drill: $(VENV)/.development ## Follow docs/deployment.md and docs/upgrading.md on an empty Debian 12 that boots (root; needs debootstrap, systemd-nspawn, slirp4netns, Pebble)
	@$(BIN)/python -m benchmarks.install

faults: $(VENV)/.development ## 2,000 mails and webhooks while workers, Redis, PostgreSQL and servers fail (needs their programs); FAULTS_SCALE=0.05 is a short form
	@$(BIN)/python -m benchmarks.faults

soak-audit: $(VENV)/.development ## 100,000 events by 16 writers, with seals, purges, erasures and holds beside: verification reports nothing
	@$(BIN)/python -m benchmarks.audit benchmarks.audit_soak

requirements: $(VENV)/.development ## Pin requirements*.txt again from requirements*.in, with hashes
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header \
			--no-emit-index-url --no-emit-find-links $(UPGRADE) $$name.in --output-file $$name.txt || exit 1; \
	done

lint: $(VENV)/.development ## Ruff: rules and format
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run: $(BIN)/ruff format ."; exit 1; }

templates: $(VENV)/.development ## Nothing inline in templates that the content security policy would block
	@$(BIN)/pytest -q --no-header tests/test_templates.py

types: $(VENV)/.development ## mypy
	@$(BIN)/mypy --no-error-summary .

layers: $(VENV)/.development ## The floors of docs/architecture.md
	@$(BIN)/pytest -q --no-header tests/test_layers.py

migrations: $(VENV)/.development ## No model without its migration, and none since the last release that it would not survive
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m tests.migration_lint

deployable: $(VENV)/.development ## Django's deployment checks under production settings
	@$(BIN)/python -m tests.production check --deploy --fail-level WARNING

audit: $(VENV)/.development ## Known vulnerabilities in the pinned packages
	@$(BIN)/python -m tests.audit

security: $(VENV)/.development ## Bandit: code that is known to be dangerous
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml accounts auditlog crm customers deals manage.py

licences: $(VENV)/.development ## The licence of every installed package is one of those allowed
	@$(BIN)/python -m tests.licences

environment: $(VENV)/.development ## Write docs/environment.md and .env.example from the settings
	@$(BIN)/python -m tests.environment_pages

schema: $(VENV)/.development ## Write the OpenAPI description to docs/openapi.json
	@$(BIN)/python manage.py spectacular --format openapi-json --validate --file docs/openapi.json

clean: ## Remove the virtual environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(BIN)/uv: .ci/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Vouch needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "This Python cannot make virtual environments (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt
	@touch $@

$(VENV)/.runtime: $(BIN)/uv requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: $(BIN)/uv requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime
