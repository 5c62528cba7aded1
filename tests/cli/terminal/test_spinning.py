"""The command line lets torch's threads spin longer where nothing else runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashsloth_cli.terminal.spinning import BUSY, IDLE, spin_count, variables
from programs import run_python


def fake_proc(folder: Path, running: str = "1", pressure: str = "0.00") -> Path:
    (folder / "pressure").mkdir()
    (folder / "loadavg").write_text(f"1.85 1.09 2.32 {running}/114 4242\n")
    (folder / "pressure" / "cpu").write_text(
        f"some avg10={pressure} avg60=6.31 avg300=3.43 total=12394\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )
    return folder


@pytest.mark.parametrize(
    ("command", "running", "pressure", "expected"),
    [
        *(("ask", "1", "4.99", IDLE), ("ask", "2", "0.00", BUSY), ("ask", "1", "5.00", BUSY)),
        *((command, "1", "0.00", BUSY) for command in ("batch", "eval", "finetune", "train")),
    ],
)
def test_what_else_runs(
    tmp_path: Path, command: str, running: str, pressure: str, expected: str
) -> None:
    """Also in the command itself: the last four have threads of their own."""
    assert spin_count([command, "Hello"], fake_proc(tmp_path, running, pressure)) == expected


@pytest.mark.parametrize("damage", ["none", "no pressure", "other text"])
def test_systems_that_do_not_say(tmp_path: Path, damage: str) -> None:
    proc = tmp_path if damage == "none" else fake_proc(tmp_path)
    if damage == "no pressure":
        (proc / "pressure" / "cpu").unlink()
    elif damage == "other text":
        (proc / "loadavg").write_text("idle\n")
    assert spin_count([], proc) == BUSY


def test_variables() -> None:
    found = variables(["batch"], {})
    assert found == {"GOMP_SPINCOUNT": BUSY, "OMP_WAIT_POLICY": "ACTIVE", "KMP_BLOCKTIME": "200"}
    assert "KMP_BLOCKTIME" not in variables(["batch"], {"KMP_BLOCKTIME": "1"})
    assert variables(["ask"], {}, "darwin") == {}
    for own in ({"GOMP_SPINCOUNT": "77"}, {"OMP_WAIT_POLICY": "passive"}):
        assert variables(["ask"], own) == {}


def test_no_encoding_is_left_to_the_locale() -> None:
    code = "from flashsloth_cli.terminal import spinning; print(spinning.spin_count(['ask']))"
    words = ("-X", "warn_default_encoding", "-W", "error::EncodingWarning")
    assert run_python(*words, "-c", code).strip() in (IDLE, BUSY)
