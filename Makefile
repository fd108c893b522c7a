# Everything a person or a developer does here. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: $(VENV)/.run  ## install into .venv, start with an embedded database in ./data, print the setup URL
	@exec $(BIN)/pocket-id

demo: $(VENV)/.test tools  ## the same, then walk the main job in Chromium; screenshots under ./data/demo
	@exec $(BIN)/python -m contrib.dev.demo

pictures: $(VENV)/.test tools  ## write the pictures of README and docs into docs/images
	@exec $(BIN)/python -m contrib.dev.demo --docs

dev: $(VENV)/.run  ## a scratch instance in ./data/dev with made-up people and apps
	@exec $(BIN)/python -m contrib.dev.seed

test: $(VENV)/.test tools lint  ## install what is missing, then lint, types and all tests
	$(PYTEST) -n 2 --dist loadfile

lint: $(VENV)/.test  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test  ## let ruff lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

tools: node_modules/.installed  ## the programs that tests use beside Python: Chromium, Nginx, PostgreSQL, Node.js
	@contrib/dev/install-tools

schema: $(VENV)/.test  ## write sql/schema.sql from sql/migrations
	$(BIN)/python -m contrib.dev.schema

docs: $(VENV)/.run  ## write docs/configuration.md from pocketid/variables.py
	$(BIN)/python -m pocketid.variables > docs/configuration.md

i18n: $(VENV)/.test  ## bring pocketid/catalogues/*.po up to date, and say what is not translated
	$(BIN)/python -m contrib.dev.i18n

spec:  ## which line implements which section of which standard
	@$(PYTHON) -m contrib.dev.spec

bench: $(VENV)/.test tools  ## measure, side by side with bare Bottle and oidc-provider; writes bench.json
	$(BIN)/python -m bench

fuzz: $(VENV)/.test  ## the property tests at length
	POCKETID_TEST_PROFILE=long $(PYTEST) -k "fuzz or generated"

faults: $(VENV)/.test  ## the fault campaign at length: kills, races, refusing databases, load; prints a table
	POCKETID_TEST_PROFILE=long $(PYTEST) tests/journeys/faults

wheel: $(VENV)/.test  ## build wheel and sdist, install each in a fresh environment, run `pocket-id --version`
	@contrib/dev/check-wheel $(BIN)/python

clean:  ## remove what was built; ./data stays
	rm -rf build dist $(VENV) node_modules *.egg-info

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed; set PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo 'This Python has no venv: install the package python3-venv (apt install python3-venv)'; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python setup.cfg
	@echo 'Installing into $(VENV) ...'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[all]'
	@touch $@

$(VENV)/.test: $(VENV)/.python setup.cfg
	@echo 'Installing into $(VENV) ...'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[all,test]'
	@touch $@ $(VENV)/.run

node_modules/.installed: package.json package-lock.json
	@contrib/dev/install-tools nodejs npm
	@npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: help run demo pictures dev test lint format tools schema docs i18n spec bench fuzz faults wheel clean
.DEFAULT_GOAL := help
