"""Where the project's files lie, for tests at any depth."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
IMAGES = ROOT / "examples" / "images"
PARITY = TESTS / "parity" / "data"
CASES = TESTS / "chat" / "cases"
