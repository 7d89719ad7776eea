# Two commands: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint format matrix dump pictures bench soak translations wheel clean sandbox check

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

demo: ## Odoo with the addon and the sandbox Campaign Master, account set up; Ctrl-C ends it
	@$(PYTHON) -m tools demo $(ARGS)

sandbox: ## A sandbox Campaign Master alone; ARGS="--dialect dotnet"
	@$(PYTHON) -m tools sandbox $(ARGS)

check: ## What an account's API has otherwise than the contract; ARGS="ADDRESS --username NAME"
	@$(PYTHON) -m tools check $(ARGS) || [ $$? -eq 1 ]

test: ## All tests; ARGS="path -k name" for some of them
	@$(PYTHON) -m tools test $(ARGS)

lint: ## ruff, pylint-odoo, community's hooks, mypy, prettier, eslint; ARGS="eslint" for one of them
	@$(PYTHON) -m tools lint $(ARGS)

format: ## Bring Python, XML, JavaScript and styles into the form that lint wants
	@$(PYTHON) -m tools format

matrix: ## The addon's tests by Odoo's own runner in each kind of database; ARGS="demo" for some
	@$(PYTHON) -m tools matrix $(ARGS)

dump: ## A database of this version, for the upgrade test of the next one
	@$(PYTHON) -m tools dump $(ARGS)

pictures: ## The pictures of README and docs, taken from the running demo
	@$(PYTHON) -m tools pictures $(ARGS)

bench: ## How fast it is, beside the least it can take; ARGS="--rows 1000000"
	@$(PYTHON) -m tools bench $(ARGS)

soak: ## Kill everything at random moments of syncs and statistics; ARGS="--seed 7 --rounds 50"
	@$(PYTHON) -m tools soak $(ARGS)

translations: ## All texts of the addons into i18n/*.pot, and what is new into each language's file
	@$(PYTHON) -m tools translations

wheel: ## The installable distributions of both addons, in dist/
	@for addon in campaign_master_connector campaign_master_connector_queue_job; do \
		rm -rf build; \
		ADDON=$$addon $(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist . || exit 1; \
	done

clean: ## Remove what was built in the checkout (the cache outside it stays)
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
