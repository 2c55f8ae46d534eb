# Everything runs in .venv, which `make` sets up from the locked requirements when it is not there or out of date.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv || { echo "No venv: on Debian, apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: setup
setup: .venv/installed ## Set up .venv (every other target does it by itself)

.PHONY: generate
generate: .venv/installed ## Write generated/ anew from the contracts, and the overlay's synchronous half
	@$(BIN)/python codegen/generate.py
	@$(BIN)/python codegen/unasync.py

.PHONY: check-generated
check-generated: .venv/installed ## Fail, with the diff, when what `make generate` writes is out of date
	@$(BIN)/python codegen/generate.py --check
	@$(BIN)/python codegen/unasync.py --check

.PHONY: docs
docs: .venv/installed ## Write anew what docs/ shows of the contract
	@$(BIN)/python codegen/architecture.py
	@$(BIN)/python codegen/assumptions.py
	@$(BIN)/python codegen/lifecycle.py
	@$(BIN)/python codegen/rules.py
	@$(BIN)/python codegen/side_by_side.py

.PHONY: docs-site
docs-site: .venv/installed ## Build the documentation site in build/site/; a broken link or a missing name fails it
	@$(BIN)/python codegen/docs_site.py

.PHONY: contract
contract: generate ## Hold a server to the contract (CONTRACT=platform, URL=... TOKEN=...; the bundled emulator without)
	@$(BIN)/python -m runtime_sessions_contract

.PHONY: mutants
mutants: .venv/installed ## Prove that the suite finds every bug planted in either emulator (MUTANTS="name ..." for some)
	@$(BIN)/python -m mutants $(MUTANTS)

.PHONY: false-alarms
false-alarms: .venv/installed ## Prove that the suite finds nothing in the emulator as it is, with 20 seeds of each contract
	@$(BIN)/python -m mutants --unmutated 20

.PHONY: successor
successor: .venv/installed ## Build all on httpx2 instead of httpx, in an environment of its own, and test it
	@$(BIN)/python codegen/successor.py

.PHONY: lint
lint: .venv/installed ## Ruff: rules and format; import-linter: which room may know of which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

CONTRACTS := $(shell sed -n 's/^[a-z_]* = "\(.*\)"$$/\1/p' codegen/contracts.toml)

.PHONY: lint-spec
lint-spec: .venv/installed ## Validate the contracts; where node is there, with Redocly and Spectral (IBM's rules) too
	@$(BIN)/openapi-spec-validator $(CONTRACTS)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-spec-node; \
	else echo "Redocly and Spectral were left out: they need node and npm, which are not here."; fi

.PHONY: lint-spec-node
lint-spec-node: codegen/lint/node_modules
	@cd codegen/lint && node_modules/.bin/redocly lint --config redocly.yaml $(CONTRACTS:%=../../%)
	@cd codegen/lint && node_modules/.bin/spectral lint --fail-severity hint --ruleset spectral.yaml $(CONTRACTS:%=../../%)

codegen/lint/node_modules: codegen/lint/package-lock.json
	@npm ci --prefix codegen/lint --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

.PHONY: breaking
breaking: .venv/installed ## Say what a change of the contract breaks (BASE=<git revision>)
	@$(BIN)/python codegen/breaking.py $(or $(BASE),$(error Say what to compare with: make breaking BASE=<git revision>))

.PHONY: format
format: .venv/installed ## Ruff: mend what can be mended
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: types
types: .venv/installed ## mypy --strict and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright --warnings

.PHONY: unit
unit: .venv/installed ## The tests of this repository (TESTS=tests/overlay for some)
	@$(BIN)/pytest --numprocesses auto $(TESTS)

.PHONY: coverage
coverage: .venv/installed ## Show which lines and branches no test reaches (TESTS=tests/overlay for some)
	@$(BIN)/pytest --quiet --numprocesses auto --cov --cov-report term $(TESTS)

.PHONY: killed
killed: .venv/installed ## Kill an emulator that keeps its state 4,000 times, and see what is left (STATE=postgresql://... empties that)
	@state="$(or $(STATE),sqlite:$$(mktemp -d)/state.db)"; \
	$(BIN)/python benchmarks/emulator_killed.py "$$state" && \
	$(BIN)/python benchmarks/emulator_killed.py --over-http "$$state"

# A figure that is missed fails in the end: what comes after it is measured all the same.
.PHONY: bench-emulator
bench-emulator: .venv/installed .venv-bench/installed ## Measure the emulator beside a bare route and Prism, and fuzz it
	@failed=0; \
	$(BIN)/python benchmarks/emulator.py || failed=1; \
	$(BIN)/python benchmarks/emulator_fuzz.py || failed=1; \
	.venv-bench/bin/python benchmarks/emulator_program.py || failed=1; \
	exit $$failed

# localqpu brings Qiskit, in an environment of its own, in which both are measured.
LOCALQPU := 0.3.0
.PHONY: bench-program
bench-program: .venv-bench/installed ## Measure a whole program of the official client on the emulator, beside localqpu
	@.venv-bench/bin/python benchmarks/emulator_program.py

.venv-bench/installed: pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	  'localqpu==$(LOCALQPU)' --editable '.[qiskit]'
	@touch $@

# The official client's environment is its own: what it needs is not what we need.
INTEROP_CLASSIC := 0.30.0 0.36.1
INTEROP_PLATFORM := 0.40.1 0.44.1 0.48.0 0.50.0 0.51.0
.PHONY: interop
interop: $(INTEROP_CLASSIC:%=interop-%) $(INTEROP_PLATFORM:%=interop-%) interop-qrmi ## The official client and QRMI, unmodified, on the emulator

interop-%: .venv-interop-%/installed
	@echo "qiskit-ibm-runtime $*"
	@.venv-interop-$*/bin/pytest --override-ini filterwarnings=default tests/interop docs/qiskit.md

$(INTEROP_CLASSIC:%=.venv-interop-%/installed): QISKIT := 'qiskit<2'
$(INTEROP_PLATFORM:%=.venv-interop-%/installed): QISKIT := 'qiskit>=2'
.venv-interop-%/installed: pyproject.toml
	@$(PYTHON) -m venv .venv-interop-$*
	@.venv-interop-$*/bin/python -m pip install --quiet --disable-pip-version-check \
	  'qiskit-ibm-runtime==$*' $(QISKIT) 'pytest>=9' 'pyyaml>=6.0' 'sybil>=9.0' --editable '.[qiskit]'
	@touch $@
.PRECIOUS: .venv-interop-%/installed

# QRMI is compiled Rust, by IBM and partners: what the plugin for Slurm stands on.
INTEROP_QRMI := 0.26.4
.PHONY: interop-qrmi
interop-qrmi: .venv-interop-qrmi/installed
	@echo "qrmi $(INTEROP_QRMI)"
	@.venv-interop-qrmi/bin/pytest --override-ini filterwarnings=default tests/interop/test_qrmi.py docs/qrmi.md

.venv-interop-qrmi/installed: pyproject.toml
	@$(PYTHON) -m venv .venv-interop-qrmi
	@.venv-interop-qrmi/bin/python -m pip install --quiet --disable-pip-version-check \
	  'qrmi==$(INTEROP_QRMI)' 'pytest>=9' 'pyyaml>=6.0' 'sybil>=9.0' --editable '.[qiskit]'
	@touch $@

.PHONY: bench-client
bench-client: .venv/installed ## Measure the clients side by side, and 2,000 sessions under faults, then in killed programs
	@failed=0; \
	$(BIN)/python benchmarks/client.py || failed=1; \
	$(BIN)/python benchmarks/client_faults.py || failed=1; \
	$(BIN)/python benchmarks/client_killed.py || failed=1; \
	exit $$failed

.PHONY: test
test: lint types check-generated unit ## All of the above: what CI runs

# All that is published but the official client, which has environments of its own.
EXTRAS := aiohttp cli contract rich postgresql state
UV := .venv-lock/bin/uv
.venv-lock/installed:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/pip install --quiet --disable-pip-version-check 'uv==0.13.9'
	@touch $@

.PHONY: lock
lock: .venv-lock/installed ## Resolve requirements/dev.txt anew from pyproject.toml (UPGRADE= keeps what need not move)
	@$(UV) pip compile --quiet --universal $(UPGRADE) --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header $(EXTRAS:%=--extra %) --group dev --output-file requirements/dev.txt pyproject.toml
UPGRADE := --upgrade

empty :=
space := $(empty) $(empty)
comma := ,
.venv-lowest/installed: .venv-lock/installed pyproject.toml
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv-lowest
	@$(UV) pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --group dev \
	  --editable '.[$(subst $(space),$(comma),$(EXTRAS))]'
	@touch $@

.PHONY: lowest
lowest: .venv-lowest/installed ## The tests with the lowest versions that pyproject.toml admits (TESTS=tests/command for some)
	@.venv-lowest/bin/python -m pytest --numprocesses auto $(or $(TESTS),$(TESTED_LOWEST))
# What stands on published packages; what makes, checks and describes this repository is locked.
TESTED_LOWEST := tests/command tests/contract tests/emulator tests/overlay tests/traces

# What it stands on is as newly resolved: who installs it without a lock gets that.
.PHONY: dist
dist: .venv/installed .venv-lock/installed ## Build the wheel, the source distribution, and the list of what they bring along
	@rm -rf dist
	@$(BIN)/python -m hatchling build
	@$(UV) export --quiet --format cyclonedx1.5 --all-extras --no-default-groups --output-file dist/runtime-sessions.cdx.json >/dev/null
	@rm -f uv.lock

.PHONY: release-check
release-check: .venv/installed ## Say what is in the way of a release (VERSION=0.1.0; PYTHONS="python3.11 python3.12" for some)
	@$(BIN)/python codegen/release.py $(or $(VERSION),$(error Say which: make release-check VERSION=0.1.0)) $(PYTHONS:%=--python %)

.PHONY: clean
clean: ## Remove what make made (not generated/)
	rm -rf .venv .venv-lock .venv-lowest .venv-bench .venv-interop-* .venv-successor .successor .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist reports codegen/lint/node_modules
