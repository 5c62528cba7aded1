"""Records of running servers, stale ones, and which one `stop` means."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Cli
from flashsloth.errors import ServerError
from flashsloth.server import registry
from flashsloth.server.registry import ServerRecord
from flashsloth_cli.commands import serve

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions")

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
    log=None,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_none_runs(cli: Cli) -> None:
    assert cli("ps", "--json").document["servers"] == []
    assert cli("ps").out == ""
    assert [cli("stop", *words).code for words in ((), ("--all",), ("nano",))] == [0, 0, 3]


def test_several_run(cli: Cli) -> None:
    with ExitStack() as stack:
        for pid, port in ((11, 1), (12, 2)):
            stack.enter_context(registry.registered(replace(RECORD, pid=pid, port=port)))
        assert "11 (nano), 12 (nano)" in cli("stop").error[1]
        assert "2 servers match nano" in cli("stop", "nano").error[0]
        assert "no server other" in cli("stop", "other").error[0]
        assert [line.split()[0] for line in cli("ps").out.splitlines()] == ["PROCESS", "11", "12"]
        assert "does not answer" in cli("ps").out
    assert registry.running() == []


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 + 1], ids=["another process", "no process"])
def test_stale_records_are_removed(home: Path, pid: int) -> None:
    path = replace(RECORD, pid=pid).path
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


@pytest.mark.parametrize("permissions", [0o700, 0o755])
def test_the_target_of_a_linked_folder_keeps_its_mode(home: Path, permissions: int) -> None:
    """It is used if it is private."""
    elsewhere = home / "elsewhere"
    elsewhere.mkdir(mode=permissions)
    (home / "servers").symlink_to(elsewhere)
    if permissions == 0o700:
        with registry.registered(RECORD):
            assert registry.running() == [RECORD]
    else:
        with pytest.raises(ServerError, match="is a link to a folder that others can enter"):
            registry.private_folder()
        assert list(elsewhere.iterdir()) == []
    assert mode(elsewhere) == permissions


@pytest.mark.parametrize("others", [0o020, 0o002])
@pytest.mark.parametrize("which", ["folder", "record"])
def test_records_that_others_may_have_written(cli: Cli, which: str, others: int) -> None:
    with registry.registered(RECORD):
        changed = RECORD.path if which == "record" else RECORD.path.parent
        changed.chmod(0o700 | others)
        assert registry.running() == []
        listed = cli("ps")
        assert ("chmod 700" in listed.err) == (which == "folder")
        changed.chmod(0o700)
        assert registry.running() == [RECORD]


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            {"pid": -1},
            {"pid": "1"},
            {"port": 0},
            {"started": "now"},
            {"started": "2026-01-01"},
            {"name": ["a"]},
        ),
        *({"name": "a\x1b[2J"}, {"request": []}, {"url": None}, {"name": "[" * 100_000}, {"pid": 77}),
    ],
)
def test_hostile_records(cli: Cli, wrong: dict[str, Any]) -> None:
    with registry.registered(RECORD):
        values = {**json.loads(RECORD.path.read_text()), **wrong}
        RECORD.path.write_text(json.dumps(values) if "[" * 9 not in str(wrong) else wrong["name"])
        assert registry.running() == []
        assert cli("ps").code == 0


def test_a_process_of_another_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number is another process here, which must not be ended."""
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    record = replace(RECORD, pid=os.getpid(), process=registry.process_mark(os.getpid()))
    serve.end(record)
    elsewhere = replace(record, process="pid:[1] 2")
    with registry.registered(elsewhere), pytest.raises(ServerError, match="another container"):
        serve.end(elsewhere)
    serve.end(elsewhere)  # another `stop` has ended it since its record was read
    assert killed == [os.getpid()]
    assert replace(RECORD, token="a").path != replace(RECORD, token="b").path


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere a server runs as long as its record"
)
def test_a_server_runs_until_its_process_ends() -> None:
    """Also without a record, which goes before the socket; and not as a zombie, for which nobody has
    waited."""
    with subprocess.Popen(["sleep", "60"]) as child:
        record = replace(RECORD, pid=child.pid, process=registry.process_mark(child.pid))
        assert registry.is_running(record)
        assert not record.path.exists()
        serve.end(record)
        serve.wait(record, quiet=True)
        assert not registry.is_running(record)
        assert Path(f"/proc/{child.pid}").exists()
