# What a machine needs is made ready by tools/setup.sh; CONTRIBUTING.md says more.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help demo test slow bench lint types docs templates clean check-style check-types setup-run setup-test setup-bench

RUN := .venv/bin/python -m
WORKERS ?= 2

help:                ## List these commands
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16

demo: setup-run      ## Print every form of the invented station into ./demo
	@.venv/bin/recordkit demo

test: setup-test     ## Run the tests, then the linters and the type checker
	@$(RUN) pytest -n $(WORKERS) -m "not slow" -rs $(ARGS)
	@$(MAKE) check-style check-types

slow: setup-test     ## Run the tests that take long, and property tests thoroughly
	@HYPOTHESIS_PROFILE=thorough $(RUN) pytest -n $(WORKERS) -m "slow or hypothesis" -rs $(ARGS)

bench: setup-bench   ## Compare with other programs, side by side
	@$(RUN) bench $(ARGS)

lint: setup-test     ## Check style, formatting and the direction of imports
	@$(MAKE) check-style

types: setup-test    ## Check types
	@$(MAKE) check-types

docs: setup-test     ## Write the generated pages of docs/ again
	@.venv/bin/python tools/docs.py

templates: setup-run ## Build the Word templates of templates/ from their layouts again
	@.venv/bin/recordkit template build --force -o templates

clean:               ## Remove what these commands have made
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ -e demo/.recordkit-demo ]; then rm -rf demo; fi

check-style:
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@.venv/bin/lint-imports

check-types:
	@$(RUN) mypy

setup-run setup-test setup-bench:
	@sh tools/setup.sh $(@:setup-%=%)
