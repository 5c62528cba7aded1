"""Records of running servers, stale ones, and which one `stop` means."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flashsloth.server import registry
from flashsloth.server.registry import ServerRecord

pytestmark = pytest.mark.skipif(os.name != "posix", reason="unix sockets and permissions")

RECORD = ServerRecord(
    pid=1,
    machine=socket.gethostname(),
    started="2026-01-01T00:00:00Z",
    version="0",
    name="nano",
    model="nano",
    adapter=None,
    quant="none",
    dtype="float32",
    device="cpu",
    host="127.0.0.1",
    port=1,
    url="http://127.0.0.1:1",
    socket=None,
    log=None,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_none_runs(cli: Callable[..., Any]) -> None:
    assert cli("ps", "--json").document["servers"] == []
    assert cli("ps").out == ""
    assert cli("stop").code == 3
    assert cli("stop", "--all").code == 0


def test_several_run(cli: Callable[..., Any]) -> None:
    with ExitStack() as stack:
        for pid, port in ((11, 1), (12, 2)):
            stack.enter_context(registry.registered(replace(RECORD, pid=pid, port=port)))
        assert "11 (nano), 12 (nano)" in cli("stop").error[1]
        assert "2 servers have nano" in cli("stop", "nano").error[0]
        assert "no server other" in cli("stop", "other").error[0]
        assert [line.split()[0] for line in cli("ps").out.splitlines()] == ["PROCESS", "11", "12"]
        assert "does not answer" in cli("ps").out
    assert registry.running() == []


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["another process", "no process"])
def test_stale_records_are_removed(home: Path, pid: int) -> None:
    path = registry.private_folder() / f"{pid}.json"
    with registry.registered(replace(RECORD, pid=pid)):
        text = path.read_text()
    path.write_text(text)
    assert registry.running() == []
    assert not path.exists()


def test_records_that_are_not_ours_stay(home: Path) -> None:
    """Of another machine with the same home folder, of another version, damaged."""
    folder = registry.private_folder()
    with registry.registered(replace(RECORD, machine="elsewhere")):
        assert registry.running() == []
    (folder / "2.json").write_text('{"pid": 2}')
    (folder / "3.json").write_text("{")
    assert registry.running() == []
    assert {path.name for path in folder.glob("*.json")} == {"2.json", "3.json"}


def test_open_folder_is_closed(home: Path) -> None:
    (home / "servers").mkdir(mode=0o755)
    assert mode(registry.private_folder()) == 0o700
