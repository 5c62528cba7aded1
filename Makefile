# What is run by hand. `bash .ci/run` is what must pass.
PYTHON ?= python

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
shape:  ## statements of each part, the longest functions, what one question calls; nothing is a limit
	$(PYTHON) benchmarks/shape.py

.PHONY: pins
pins:  ## constraints.txt, by a resolver; today's versions stay, unless UPGRADE=1
	PYTHON=$(PYTHON) .ci/pins
