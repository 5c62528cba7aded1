"""How fast a model runs here, and how fast the same model runs through transformers. Knows no terminal.

`run` measures one row in a process of its own, so that no row finds another's memory, threads or graphs. The child is
`python -m flashsloth.benchmark`: a job comes in as a line of JSON, a row goes out as JSON. docs/speed.md says how each
number is taken.
"""

from flashsloth.benchmark.runner import CHILD, NUMBERS, SCHEMA, Job, failed, run

__all__ = ["CHILD", "NUMBERS", "SCHEMA", "Job", "failed", "run"]
