"""The checks of benchmarks/trust, small. They are imported from the checkout, which need not be the current folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
