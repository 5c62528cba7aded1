"""Make the helpers of the tests of FlashSloth importable: tiny models, small runs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tests"))
