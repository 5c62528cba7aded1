"""Checks that the program withstands hostile input, faults of the machine and long use."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests"))  # samples to damage, tiny.py, fake_hub.py
