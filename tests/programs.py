"""Run programs by Python, and import those of `examples/`, which is no package, by their path."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from paths import ROOT


def load_program(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def run_main(program: Path, *words: str) -> None:
    """Run the `main` of a program in this process, which saves the imports."""
    with mock.patch("sys.argv", [program.name, *words]):
        load_program(program).main()


def run_python(
    *words: str | Path,
    python: str = sys.executable,
    folder: Path = ROOT,
    given: str = "",
    seconds: int = 200,
    **variables: str,
) -> str:
    """Run Python with the project on its path, and return what it prints."""
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        **variables,
    }
    done = subprocess.run(
        [python, *words],
        cwd=folder,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
