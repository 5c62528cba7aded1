"""Make the drawn world importable without an installation, and what the tests of FlashSloth have: tiny
models, small runs, and their settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WORLD = str(Path(__file__).parents[1])
sys.path[:0] = [WORLD, str(Path(__file__).parents[3] / "tests")]
# for programs that tests start
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [WORLD, os.environ.get("PYTHONPATH")]))

from conftest import (  # noqa: F401
    pytest_addoption,
    pytest_collection_finish,
    pytest_configure,
    pytest_xdist_auto_num_workers,
)
