"""What `benchmarks/shape.py` counts as a statement."""

from __future__ import annotations

import sys

import pytest

from paths import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

from shape import count_statements


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("a = 1", 1),
        ("a, b = 1, 2", 2),
        ("a, b = f()", 1),
        ("a = b = 1, 2", 1),
        ('"""Docstring."""\n# comment\n', 0),
        ('def f():\n    """Docstring."""\n    return 1', 2),
        ("if a:\n    b()\nelse:\n    c()", 3),
    ],
)
def test_statements_are_counted(source: str, count: int) -> None:
    assert count_statements(source) == count
