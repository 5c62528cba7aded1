"""The scripts of .ci, which workflows run and a person, too, and the Makefile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from flashsloth.utils import system
from paths import ROOT
from programs import run_python

SCRIPTS = sorted(path for path in (ROOT / ".ci").iterdir() if path.is_file())
WORKFLOWS = sorted((ROOT / ".github/workflows").iterdir())
NEEDS_BASH = pytest.mark.skipif(system.WINDOWS, reason="the bash there is another one")


@NEEDS_BASH
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_valid(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", script], check=True)


@NEEDS_BASH
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


# ---- the steps of .ci/nightly


def script(path: Path, *lines: str) -> None:
    """Write a program that stands in for another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)


def nightly(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", folder / ".ci/nightly", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone in which what the steps run only notes its name and arguments, and mypy fails."""
    note = 'echo "${0##*/} $*" >> ran.txt'
    for name in ("programs", "install", "versions", "transformers-tests", "vllm"):
        script(tmp_path / ".ci" / name, note)
    script(tmp_path / ".venv/bin/python", note)
    script(tmp_path / ".venv/bin/mypy", note, "exit 1")
    shutil.copy(ROOT / ".ci/nightly", tmp_path / ".ci/nightly")
    text = (tmp_path / ".ci/nightly").read_text(encoding="utf-8")
    # it downloads pip-audit
    text, count = re.subn(r"(?ms)^step_audit\(\) \{.*?^\}$", "step_audit() { :; }", text)
    assert count == 1
    (tmp_path / ".ci/nightly").write_text(text, encoding="utf-8")
    return tmp_path


def ran(tree: Path) -> list[str]:
    return (tree / "ran.txt").read_text(encoding="utf-8").splitlines()


@NEEDS_BASH
def test_a_step_that_fails_stops_no_other(tree: Path) -> None:
    steps = nightly(tree, "--list").stdout.split()
    done = nightly(tree)
    assert done.returncode == 1
    assert re.findall(r"^== (\w+)$", done.stdout, re.MULTILINE) == steps
    assert done.stdout.splitlines()[-1].split() == ["==", "failed:", "types"]
    assert sum(line.startswith("mypy ") for line in ran(tree)) == 2  # both systems
    assert {"versions ", "vllm .venv/bin/python"} <= set(ran(tree))


@NEEDS_BASH
def test_one_step(tree: Path) -> None:
    assert nightly(tree, "vllm").returncode == 0
    assert ran(tree) == ["vllm .venv/bin/python"]
    assert nightly(tree, "types").returncode == 1


@NEEDS_BASH
def test_a_step_that_does_not_exist(tree: Path) -> None:
    assert nightly(tree, "vll").returncode == 2
    assert not (tree / "ran.txt").exists()


@NEEDS_BASH
def test_a_step_of_a_fresh_clone_installs(tree: Path) -> None:
    (tree / ".venv/bin/python").unlink()
    assert nightly(tree, "versions").returncode == 0
    assert sorted(ran(tree)[:2]) == ["install ", "programs "]
    assert ran(tree)[2:] == ["versions "]


# ---- programs


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder of programs: a user who is not root, apt-get, and none that a test needs."""
    script(tmp_path / "id", "echo 1000")
    script(tmp_path / "apt-get", "exit 100")
    return tmp_path


def install_programs(host: Path) -> str:
    command = ["/bin/bash", ROOT / ".ci/programs"]
    return subprocess.check_output(command, env={"PATH": str(host)}, text=True)


@NEEDS_BASH
def test_programs_are_installed_by_sudo(host: Path) -> None:
    script(host / "sudo", f'echo "$*" >> {host}/ran.txt')
    script(host / "exiftool")
    assert install_programs(host) == ""
    commands = (host / "ran.txt").read_text(encoding="utf-8")
    assert "qemu-user" in commands
    assert "exiftool" not in commands
    assert all(line.startswith("-n apt-get ") for line in commands.splitlines())


@NEEDS_BASH
def test_without_sudo_it_is_said_what_is_missing(host: Path) -> None:
    said = install_programs(host).splitlines()
    assert [line.split()[0] for line in said] == [
        *("chromium-headless-shell", "chromium", "libimage-exiftool-perl", "qemu-user")
    ]


# ---- workflows


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_scripts_that_a_workflow_runs_exist(workflow: Path) -> None:
    named = re.findall(r"bash \.ci/([\w-]+)", workflow.read_text(encoding="utf-8"))
    assert named
    assert set(named) <= {path.name for path in SCRIPTS}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_only_a_job_that_runs_no_code_of_ours_may_publish(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert content["permissions"] == {"contents": "read"}
    for name, job in content["jobs"].items():
        if "permissions" in job:
            assert (workflow.stem, name) == ("release", "publish")
            assert job["permissions"] == {"id-token": "write"}
            assert job["environment"]["name"] == "pypi"
            assert not any("run" in step for step in job["steps"])


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_explains_every_target() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    printed = subprocess.check_output(["make", "-s", "help"], cwd=ROOT, text=True)
    assert re.findall(r"^make (\w+) +\S", printed, re.MULTILINE) == targets


@pytest.mark.slow
def test_make_check_opens_no_model_but_for_contracts() -> None:
    """Tests with a fixture that opens one are left out, those that open one themselves are skipped."""
    files = ("chat/test_turns", "cli/commands/test_ask", "contract/test_cli_contract")
    words = [
        "-v",
        "-p",
        "no:cacheprovider",
        "--without-models",
        *(f"tests/{file}.py" for file in files),
    ]
    lines = re.findall(
        r"^tests/(\S+)\.py::.* ([A-Z]+) ", run_python("-m", "pytest", *words), re.MULTILINE
    )
    assert {*lines} - {("cli/commands/test_ask", "PASSED")} == {
        ("cli/commands/test_ask", "SKIPPED"),
        ("contract/test_cli_contract", "PASSED"),
    }


@pytest.mark.slow
def test_make_check_runs_most_tests() -> None:
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--without-models",
        "--collect-only",
        "tests",
    ]
    [count] = re.findall(r"^(\d+)/\d+ tests collected", run_python(*words), re.MULTILINE)
    assert int(count) > 2000
