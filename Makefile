# What is run by hand. `bash .ci/run` is what must pass.
PYTHON ?= python

.PHONY: trust
trust:  ## every check of docs/reliability.md in full; stopped, it goes on where it was
	$(PYTHON) -m benchmarks.trust
