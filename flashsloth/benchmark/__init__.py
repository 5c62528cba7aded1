"""Measure how fast a model runs on this machine, with FlashSloth and with transformers. Uses no terminal.

`run` measures one row in a process of its own, so that memory, threads and CUDA graphs of one row do not affect the
next. The worker is `python -m flashsloth.benchmark.measurement`: it reads a job as a line of JSON and writes a row as
JSON. docs/speed.md describes how each number is measured.
"""

from flashsloth.benchmark.runner import NUMBERS, SCHEMA, WORKER, Job, failed, run

__all__ = ["NUMBERS", "SCHEMA", "WORKER", "Job", "failed", "run"]
