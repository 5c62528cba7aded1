"""What draws needs nothing of FlashSloth but its utilities."""

from __future__ import annotations

import ast
from pathlib import Path

import flashsloth_synthetic

FOR_TRAINING = (
    "rows.py",
    "patch_supervision.py",
    "master_weights.py",
    "trainer.py",
    "train.py",
    "__main__.py",
)


def test_drawing_needs_only_utilities() -> None:
    for path in sorted(Path(flashsloth_synthetic.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and path.name not in FOR_TRAINING:
                name = node.module or ""
                assert name.split(".")[0] != "flashsloth" or name.startswith("flashsloth.utils"), (
                    f"{path}: {name}"
                )
