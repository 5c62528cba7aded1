"""The kernels' LLVM IR is that of their C++."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paths import ROOT

FOLDER = ROOT / "flashsloth" / "quantization" / "cpp"


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="needs ziglang==0.17.1, which brings clang")
def test_what_the_package_has_is_what_build_makes(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([FOLDER / "build", tmp_path], env={**os.environ, "PATH": path}, check=True)
    made, kept = ({each.name: each.read_text() for each in folder.glob("*.ll")} for folder in (tmp_path, FOLDER))
    assert made.keys() == kept.keys()
    assert not [name for name, text in made.items() if text != kept[name]]
