"""Measure how fast a model runs on this machine.

`run` measures each row of the table in a separate process, so that memory, threads and CUDA graphs of
one row do not affect the next. The worker process runs `python -m flashsloth.benchmark.measurement`
with a job as JSON, and writes the row as JSON. benchmarks/compare.py measures transformers in the same
way. docs/speed.md describes how each number is measured.
"""

from flashsloth.benchmark.runner import NUMBERS, SCHEMA, WORKER, Job, failed, run

__all__ = ["NUMBERS", "SCHEMA", "WORKER", "Job", "failed", "run"]
