# Everything a developer or an operator of one machine runs. `make help` lists it.
# Needs Python 3.11 or newer, git and make; installs the rest into .venv and by the system's packages.

SHELL := /bin/sh
VENV := .venv
PYTHON := $(VENV)/bin/python
PO_FILES := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
MO_FILES := $(PO_FILES:.po=.mo)
PIP := $(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes
FREEZE := $(VENV)/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
	--universal --python-version 3.11
ARGS ?=
UPGRADE ?= --upgrade
SECONDS ?= 600
SEED ?= 1
PORT ?= 8000
export PORT

.DELETE_ON_ERROR:
.PHONY: help run test drill lint format walk bench attack fire freeze wheel docs migration messages catalogs browser servers clean

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(VENV)/.run-installed catalogs ## Start the service with its demo on http://127.0.0.1:8000 (PORT changes it)
	@exec $(PYTHON) tools/run.py

test: $(VENV)/.test-installed catalogs browser servers lint ## Run everything: rules, both databases, processes, browser
	$(PYTHON) -m pytest -n auto --maxprocesses 4 --dist worksteal --ignore tests/drills $(ARGS)

drill: $(VENV)/.test-installed catalogs servers ## Freeze, fill, promote and restore real servers, and count what is lost
	$(PYTHON) -m pytest -n 0 -s -v tests/drills $(ARGS)

lint: $(VENV)/.test-installed ## Check style, types, the direction of imports and what is declared
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry . --no-ansi

format: $(VENV)/.test-installed ## Put the code into its format
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

walk: $(VENV)/.test-installed catalogs ## Walk over all pages by chance: make walk SECONDS=600 SEED=7
	@exec $(PYTHON) -m tests.walker --seconds $(SECONDS) --seed $(SEED)

bench: $(VENV)/.test-installed catalogs ## Measure speed against floors of the same run
	@exec $(PYTHON) -m bench $(ARGS)

attack: $(VENV)/.test-installed catalogs ## Let one client book as fast as it can, and show what is left for others
	@exec $(PYTHON) -m bench.attack $(ARGS)

fire: $(VENV)/.test-installed catalogs ## Send 20,000 requests of 200 clients for few places and count what was sold
	@exec $(PYTHON) -m bench.fire $(ARGS)

freeze: $(VENV)/.test-installed ## Pin the newest fitting versions of what pyproject.toml names, with hashes
	$(FREEZE) $(UPGRADE) pyproject.toml -o requirements.txt
	$(FREEZE) $(UPGRADE) --group dev -c requirements.txt -o requirements-dev.txt

migration: $(VENV)/.run-installed ## Write a migration from the models: make migration M="add a column"
	@test -n "$(M)" || { echo 'Say what it does: make migration M="add a column"' >&2; exit 2; }
	$(VENV)/bin/flask --app wsgi db migrate -m "$(M)"

wheel: $(VENV)/.test-installed catalogs ## Build the package into build/, with its catalogs, migrations and seed data
	$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w build .

docs: $(VENV)/.test-installed ## Build the pages of docs/ into build/docs; a broken link is an error
	PYTHONPATH=. $(VENV)/bin/sphinx-build -q -W --keep-going docs build/docs
	@echo "Open build/docs/index.html"

messages: $(VENV)/.run-installed ## Take the texts of the code into the catalogs to translate
	$(VENV)/bin/pybabel --quiet extract -F babel.cfg -k _l -k lazy_gettext --no-location \
		--omit-header -o app/translations/messages.pot .
	for language in zh ru; do \
		if test -f app/translations/$$language/LC_MESSAGES/messages.po; \
		then action=update; more=--no-fuzzy-matching; else action=init; more=; fi; \
		$(VENV)/bin/pybabel --quiet $$action $$more -l $$language \
			-i app/translations/messages.pot -d app/translations || exit 1; \
	done
	rm -f app/translations/messages.pot

catalogs: $(MO_FILES)

%.mo: %.po | $(VENV)/.run-installed
	@$(VENV)/bin/pybabel --quiet compile -i $< -o $@

clean: ## Remove what was made here, but not the data under instance/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	rm -f $(MO_FILES)
	find app tests bench tools -name __pycache__ -prune -exec rm -rf {} +

# --- what the above stand on ---

$(VENV)/bin/python:
	@sh tools/make_venv.sh $(VENV)

$(VENV)/.run-installed: requirements.txt | $(VENV)/bin/python
	@echo 'Installing the pinned packages. This is done once and takes about a minute.'
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test-installed: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo 'Installing the pinned packages for development. This is done once and takes about two minutes.'
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $(VENV)/.run-installed $@

browser:
	@sh tools/need_browser.sh

servers:
	@sh tools/need_servers.sh
