# Everything below runs in .venv, which .ci/setup makes and keeps up to date.

OUT   := out
# What `make quote` runs. Its last line is the path of the PDF; the waterfall comes before it.
QUOTE := cpq quote make examples/laser/request.json --catalogue examples/laser --out $(OUT)/

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help setup quote test slow check bench format clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

setup:  ## all that the rest needs: system libraries (as root on Debian), .venv, packages
	@.ci/setup

quote: setup  ## make a quote PDF from examples/: prints the price waterfall and the path
	@mkdir -p $(OUT)
	@$(BIN)/$(QUOTE)

test: check  ## check, then the tests, on all cores, but for those of `make slow`
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

slow: setup  ## the tests that take minutes: many documents, large published models
	$(BIN)/python -m pytest -n auto --dist worksteal -m slow

check: setup  ## lint, format, types and the import laws, without changing a file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: setup  ## all benchmarks, one after the other
	@set -e; for file in benchmarks/[!_]*.py; do $(BIN)/python -m benchmarks $$(basename $$file .py); done

format: setup  ## put the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what was made, but for .venv
	rm -rf $(OUT) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find . -name .venv -prune -o -name .git -prune -o -name __pycache__ -type d -exec rm -rf {} +
