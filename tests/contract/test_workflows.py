"""The workflows run the scripts of .ci, which a person runs too."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from flashsloth.utils import system
from paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / ".github/workflows/tests.yml"
SCRIPTS = sorted(path for path in (ROOT / ".ci").iterdir() if path.is_file())


def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return loaded


def steps() -> list[dict[str, Any]]:
    return [step for job in workflow()["jobs"].values() for step in job["steps"]]


def test_steps_run_scripts_and_readme_s_commands() -> None:
    commands = [step["run"] for step in steps() if "run" in step]
    for command in commands:
        match = re.fullmatch(r"bash (\.ci/\w+)( [\w./ -]+)?", command)
        assert match, command
        assert ROOT / match[1] in SCRIPTS
        if match[1] == ".ci/readme":
            assert f"<!-- {match[2].split()[0]} -->\n" in README
    assert {"bash .ci/readme tests", "bash .ci/lint", "bash .ci/wheels python"} <= set(commands)


def test_a_workflow_can_do_little() -> None:
    for name, job in workflow()["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        assert "permissions" not in job
    assert workflow()["permissions"] == {"contents": "read"}
    assert workflow()["concurrency"]["cancel-in-progress"] is True
    for step in steps():
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/none@v1"))
        assert "checkout" not in step.get("uses", "") or step["with"] == {"persist-credentials": False}


@pytest.mark.skipif(system.WINDOWS, reason="the bash there is another one")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_valid(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.skipif(system.WINDOWS, reason="the bash there is another one")
@pytest.mark.parametrize(
    ("name", "begins"),
    [("", "python3 -m venv .venv && .venv/bin/pip"), ("Windows_NT", "python -m venv .venv && .venv/Scripts/pip")],
)
def test_readme_s_command_on_each_system(tmp_path: Path, name: str, begins: str) -> None:
    """A bash that only prints what it is told to run."""
    (tmp_path / "bash").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "bash").chmod(0o755)
    environment = {**os.environ, "OS": name, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/bash", ROOT / ".ci/readme", "tests", "-m", "mps"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    [line] = done.stdout.splitlines()
    assert line.startswith(f"+ {begins}")
    assert line.endswith("-m pytest -n auto -m mps")
