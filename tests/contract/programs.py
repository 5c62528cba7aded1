"""Import a program of `examples/`, which is no package, by its path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def load_program(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
