# What is run by hand. `bash .ci/run` is what must pass.
BIN := $(if $(wildcard .venv/bin),.venv/bin/)
PYTHON ?= $(BIN)python
.DEFAULT_GOAL := help

.PHONY: check
check:  ## lint, types, contracts and the tests that open no model: a minute on two cores
	bash .ci/lint
	$(PYTHON) -m pytest -q -n auto --without-models tests

.PHONY: test
test:  ## all quick tests: 6 minutes on two cores
	$(PYTHON) -m pytest -n auto

.PHONY: fix
fix:  ## format, and mend what ruff and biome can
	$(BIN)ruff check -q --fix --exit-zero .
	$(BIN)ruff format .
	if command -v $(BIN)biome > /dev/null; then $(BIN)biome check --write .; fi

.PHONY: docs
docs:  ## docs/options.md, from the commands
	$(PYTHON) docs/make_options.py

.PHONY: trust
trust:  ## all checks of tests/trust/README.md in full, and its table; a stopped run continues
	$(PYTHON) -m tests.trust --full

.PHONY: coverage
coverage:  ## lines and branches of the library that the quick tests reach, without what runs in processes of its own
	$(PYTHON) -m pytest -q --cov --cov-report=term

.PHONY: shape
shape:  ## statements, long functions, what one question calls; AGAINST=REV: what differs from a revision; no limits
	$(PYTHON) benchmarks/shape.py $(if $(AGAINST),--against $(AGAINST))

.PHONY: pins
pins:  ## constraints.txt, by a resolver; today's versions stay, unless UPGRADE=1
	PYTHON=$(PYTHON) .ci/pins

.PHONY: help
help:  ## these targets
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / {printf "make %-10s%s\n", $$1, $$2}' $(MAKEFILE_LIST)
