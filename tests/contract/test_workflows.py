"""The scripts of .ci, which workflows run and a person, too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flashsloth.utils import system
from paths import ROOT

SCRIPTS = sorted(path for path in (ROOT / ".ci").iterdir() if path.is_file())


@pytest.mark.skipif(system.WINDOWS, reason="the bash there is another one")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_valid(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.skipif(system.WINDOWS, reason="the bash there is another one")
@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("", "python3 -m venv .venv && .venv/bin/pip"),
        ("Windows_NT", "python -m venv .venv && .venv/Scripts/pip"),
    ],
)
def test_readme_s_command_on_each_system(tmp_path: Path, name: str, begins: str) -> None:
    """A bash that only prints what it is told to run."""
    (tmp_path / "bash").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "bash").chmod(0o755)
    environment = {**os.environ, "OS": name, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = ["/bin/bash", ROOT / ".ci/readme", "tests", "-m", "mps"]
    [line] = subprocess.check_output(command, env=environment, text=True).splitlines()
    assert line.startswith(f"+ {begins}")
    assert line.endswith("-m pytest -n auto -m mps")
