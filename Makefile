# Everything below runs from the project's own .venv; nothing needs it activated.

bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup xor test thorough clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Always run, for ngspice may have been removed since; it finds out in a moment that all is there.
setup: ## install what is missing: Python packages into .venv, ngspice, gnucap
	@bash tools/setup.sh

xor: setup ## train a circuit to compute XOR
	$(bin)/train-circuit xor

test: setup ## check format, lint, types and layers, then run the tests
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/pytest --numprocesses=auto --dist=worksteal

thorough: setup ## try 10,000 damaged netlists and random circuits, and every clause on every circuit
	EXAMPLES=10000 $(bin)/pytest -m "" --numprocesses=auto --durations=5 tests/hostile tests/conformance tests/netlist/test_any_circuit_comes_back.py
	XLA_FLAGS= $(bin)/pytest -m thorough --numprocesses=auto --dist=worksteal

clean: ## remove .venv and everything the tools left behind, but not runs/
	rm -rf .venv dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
