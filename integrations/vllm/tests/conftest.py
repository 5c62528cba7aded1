"""Toys and answers of FlashSloth, made once for a run by the main environment's Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
OFFLINE = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that reference.py wrote: the existing one in FLASHSLOTH_REFERENCE, or a new one
    that the Python in FLASHSLOTH_PYTHON writes now."""
    if kept := os.environ.get("FLASHSLOTH_REFERENCE"):
        return Path(kept)
    python = os.environ.get("FLASHSLOTH_PYTHON")
    if not python:
        pytest.fail("set FLASHSLOTH_PYTHON to the Python of the main environment, as .ci/vllm does")
    folder = tmp_path_factory.mktemp("toys")
    environment = {**os.environ, **OFFLINE, "PYTHONPATH": str(ROOT)}
    subprocess.run([python, HERE / "reference.py", folder], check=True, env=environment, cwd=ROOT)
    return folder


MET = {"cached_tokens": "tokens from the cache", "preemptions": "preemptions"}


class Report:
    """The table of splits and wrong answers, printed at the end of a run."""

    rows: list[tuple[str, dict[str, Any]]] = []  # noqa: RUF012


def run_engine(toys: Path, name: str, **setting: Any) -> dict[str, Any]:
    """Run engine.py with a setting, and note the outcome. Raises: RuntimeError with its output if it
    fails."""
    arguments = json.dumps({"folder": str(toys), **setting})
    command = [sys.executable, HERE / "engine.py", arguments]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **OFFLINE}, timeout=600
    )
    if ran.returncode:
        raise RuntimeError(ran.stdout[-4000:] + ran.stderr[-8000:])
    outcome: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    Report.rows.append((name, outcome))
    return outcome


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not Report.rows:
        return
    terminalreporter.section("settings")
    for name, row in Report.rows:
        met = [f"{row['splits']} of {row['pieces']} split"]
        met += [f"{row[key]} {what}" for key, what in MET.items() if row.get(key)]
        wrong = f"{len(row['wrong'])} of {row['answers']} wrong, {row['changed_by_embq']} need EmbQ"
        terminalreporter.write_line(f"{name:40} {'; '.join(met):60} {wrong}")
