"""Faults of the machine and signals: one test for each defect that was found."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Cli, Program
from flashsloth.errors import DiskFull, InputError
from flashsloth.history import store
from flashsloth.utils import system
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors
from flashsloth.utils.paths import check_current_folder
from paths import ROOT


def test_removed_current_folder(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "removed").mkdir()
    monkeypatch.chdir(tmp_path / "removed")
    (tmp_path / "removed").rmdir()
    with pytest.raises(InputError, match="current folder"):
        check_current_folder()
    import flashsloth

    flashsloth.__dict__.pop("LoadedImage", None)
    with pytest.raises(flashsloth.InputError, match="current folder"):
        _ = flashsloth.LoadedImage
    cli("ask", "--no-picture", "-p", "hi").refused(3, "current folder")


def test_home_of_an_unknown_user(tmp_path: Path) -> None:
    """As in a shell, `~nosuchuser` is left as it is, also in a recipe."""
    from flashsloth.checkpoints import resolve
    from flashsloth.errors import UnknownModel
    from flashsloth.training.recipe import read_recipe
    from flashsloth.utils.paths import expand

    assert expand("~nosuchuser/x") == Path("~nosuchuser/x")
    with pytest.raises(UnknownModel):
        resolve.find("~nosuchuser/x")
    (tmp_path / "recipe.toml").write_text(
        'data = ["~nosuchuser/rows.jsonl"]\nimage-root = "~nosuchuser"\n'
    )
    assert read_recipe(tmp_path / "recipe.toml")["data"] == (
        str(tmp_path / "~nosuchuser" / "rows.jsonl"),
    )


def ended(code: str, *folders: Path, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run a program with these folders on its path; it would sleep for 20 seconds at its end. Words
    `before` its command line change how it runs."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *folders)))}
    line = [*before, sys.executable, "-c", f"{code}\nimport time\ntime.sleep(20)"]
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=30)


def no_file_can_be_written() -> None:
    """Of a child process: as on a full disk, or in a container that is read-only."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.slow
@pytest.mark.skipif(system.WINDOWS, reason="Windows has no such limit")
@pytest.mark.parametrize(
    "words",
    [
        "ask --no-picture -p hi",
        "ask --no-picture -p hi --quant int4",
        "chat --no-picture",
        "batch rows.jsonl --no-picture",
    ],
)
def test_no_folder_for_temporary_files(program: Program, words: str) -> None:
    """Python finds none there, which ended every command that opened a model."""
    Path("rows.jsonl").write_text('{"prompt": "hi"}\n')
    done = program(*words.split(), input="hi\n", preexec_fn=no_file_can_be_written)
    assert done.ok.out
    assert "Traceback" not in done.err


@pytest.mark.slow
@pytest.mark.skipif(system.WINDOWS, reason="Windows has no such limit")
def test_server_without_a_folder_for_temporary_files(program: Program) -> None:
    server = program.start("serve", "--port", "0", preexec_fn=no_file_can_be_written)
    assert server.stderr is not None
    address = next(
        word for line in server.stderr for word in line.split() if word.startswith("http://127.")
    )
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}]}).encode()
    request = urllib.request.Request(
        f"{address}/v1/chat/completions", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        assert json.load(response)["choices"][0]["message"]["content"]


SWALLOWED = """
import signal, sys, weakref
from flashsloth_cli.terminal import streams
sys.unraisablehook = streams.resend_signal
signal.signal(signal.SIGTERM, streams.leave_by_signal)
class Thing: pass
thing = Thing()
watch = weakref.ref(thing, lambda _: signal.raise_signal(signal.{name}))
del thing
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", -signal.SIGINT), ("SIGTERM", 143)])
def test_signal_inside_a_weakref_callback(name: str, code: int) -> None:
    """Python would print the exception and go on."""
    done = ended(SWALLOWED.format(name=name))
    assert done.returncode == code  # 0 after the sleep
    assert "ignored" not in done.stderr


TOGETHER = """
import signal, sys
from flashsloth_cli import app
from flashsloth_cli.terminal import streams
sys.unraisablehook = streams.resend_signal
both = signal.SIGHUP, signal.SIGTERM
for number in both:
    signal.signal(number, streams.leave_by_signal)
signal.pthread_sigmask(signal.SIG_BLOCK, both)
for number in both:
    signal.raise_signal(number)
try:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, both)
finally:
    print("the cleanup")
"""


def test_two_signals_that_arrive_together() -> None:
    """Python would print an OSError about the second, if the handler of the first ignored it by
    SIG_IGN."""
    done = ended(TOGETHER)
    assert (done.returncode, done.stderr) == (129, "")


IMPORTING = """
import signal
import flashsloth_cli.app  # before it a signal ends the program at once
from flashsloth_cli.terminal import streams
signal.signal(signal.SIGTERM, streams.leave_by_signal)
import slow_to_import
"""
SLOW = """
import signal, time
try:
    signal.raise_signal(signal.SIGTERM)
    until = time.monotonic() + {seconds}
    while time.monotonic() < until: time.sleep(0.01)
except BaseException:
    print("raised during the import", flush=True)
    raise
"""


@pytest.mark.parametrize(("seconds", "code"), [(0.2, 143), (20, -signal.SIGTERM)])
def test_signal_during_an_import(seconds: float, code: int, tmp_path: Path) -> None:
    """It waits for the end of the import, in which an exception could dump core, but not for long."""
    (tmp_path / "slow_to_import.py").write_text(SLOW.format(seconds=seconds))
    done = ended(IMPORTING, tmp_path)
    assert (done.returncode, done.stdout) == (code, "")


NOT_DEADLY = """
import signal
from flashsloth_cli.terminal import streams
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.{name}}})
streams.die_by_signal(signal.{name})
"""


@pytest.mark.skipif(system.WINDOWS, reason="Windows blocks no signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_signal_that_ends_no_process(name: str) -> None:
    done = ended(NOT_DEADLY.format(name=name))
    assert (done.returncode, done.stderr) == (128 + signal.Signals[name], "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")
def test_signal_during_an_import_of_process_1(tmp_path: Path) -> None:
    """As in a container without --init. Linux drops every signal of that process without a handler."""
    alone = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
    if shutil.which(alone[0]) is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("namespaces are not allowed here")
    (tmp_path / "slow_to_import.py").write_text(SLOW.format(seconds=20))
    done = ended(IMPORTING, tmp_path, before=alone)
    assert (done.returncode, done.stdout) == (143, "")


def test_last_conversation_when_the_clock_goes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = store.SavedTurn("a", "b", (), "stop", "nano")
    with store.History(tmp_path / "history.db") as kept:
        kept.save(store.Session("00000001", "nano", turns=(turn,)))
        earlier = (datetime.now(UTC) - timedelta(days=400)).strftime(store.TIME)
        monkeypatch.setattr(store, "now", lambda: earlier)
        kept.save(store.Session("00000002", "nano", turns=(turn,)))
        assert kept.last().id == "00000002"
        assert [each.id for each in kept.list()] == ["00000002", "00000001"]


def test_a_write_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(TypeError), atomic_write(tmp_path / "a") as file:
        file.writelines([b"half", 0])  # type: ignore[list-item]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


@pytest.mark.skipif(system.WINDOWS, reason="folders cannot be flushed there")
def test_a_file_is_on_the_disk_before_it_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power failure may leave an empty file where a whole one was."""
    done: list[str] = []
    flush, replace = os.fsync, system.replace

    def flushed(handle: int) -> None:
        done.append(
            "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else f"{os.fstat(handle).st_size} bytes"
        )
        flush(handle)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(system, "replace", lambda *paths: (done.append("replace"), replace(*paths)))
    with atomic_write(tmp_path / "a") as file:
        file.write(b"new")
    assert done == ["3 bytes", "replace", "folder"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(28, "No space left on device"), DiskFull),
        (RuntimeError("PytorchStreamWriter failed writing file"), DiskFull),
        (ValueError("I/O error: No space left on device (os error 28)"), DiskFull),
        (OSError(27, "File too large"), InputError),
        (ValueError("I/O error (os error 27)"), InputError),
        (ZeroDivisionError("a bug"), ZeroDivisionError),
    ],
)
def test_os_errors_are_converted(error: Exception, kind: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(kind), convert_os_errors(tmp_path / "x"):
        raise error
