"""What draws needs nothing of FlashSloth but its utilities, and what writes dialogues needs no
pictures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import flashsloth_synthetic

PACKAGE = Path(flashsloth_synthetic.__file__).parent
WITHOUT_PICTURES = (
    "scene.py",
    "scene_index.py",
    "question_builders",
    "question_templates.py",
    "wording_bank.py",
    "typing_noise.py",
    "forms.py",
    "dialogues.py",
)
FOR_TRAINING = (
    "rows.py",
    "patch_supervision.py",
    "master_weights.py",
    "trainer.py",
    "train.py",
    "__main__.py",
)


def test_drawing_needs_only_utilities() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in imported(path) if path.name not in FOR_TRAINING else ():
            assert name.split(".")[0] != "flashsloth" or name.startswith("flashsloth.utils"), (
                f"{path}: {name}"
            )


def test_dialogues_are_written_without_pictures() -> None:
    for name in WITHOUT_PICTURES:
        files = [PACKAGE / name] if name.endswith(".py") else sorted((PACKAGE / name).glob("*.py"))
        assert files
        for path in files:
            assert not {each.split(".")[0] for each in imported(path)} & {"PIL", "numpy"}, path


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
