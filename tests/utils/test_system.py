"""What differs between systems: files that another process has open, paths, what Windows lacks
(simulated)."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from flashsloth.checkpoints import resolve
from flashsloth.errors import InputError, UnknownModel
from flashsloth.images.sources import find_path
from flashsloth.utils import atomic_write, folder_swap, paths, system
from paths import ROOT
from programs import run_python

ONLY_ON_SOME = {  # what some system lacks: modules, and names of `os`, `signal` and `socket`
    *("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty", "msvcrt", "winreg"),
    *(
        "AF_UNIX",
        "SIGKILL",
        "SIGTSTP",
        "pthread_kill",
        "pthread_sigmask",
        "fork",
        "getuid",
        "geteuid",
        "killpg",
    ),
}


def sources() -> list[Path]:
    return [
        path
        for package in ("flashsloth", "flashsloth_cli")
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def test_one_module_has_what_some_system_lacks() -> None:
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {node.attr} if isinstance(node, ast.Attribute) else set()
            names |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            found |= {path.relative_to(ROOT).as_posix() for _ in names & ONLY_ON_SOME}
    assert found == {"flashsloth/utils/system.py"}


FEW_THREADS = """
import os, resource
from flashsloth.utils import system
print(system.can_start_threads(40))
if os.geteuid() == 0:  # root has no limit
    os.setuid(51234)
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
print(system.can_start_threads(0), system.can_start_threads(1), system.can_start_threads(40))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads are not tried")
def test_threads_that_the_system_refuses() -> None:
    assert run_python("-c", FEW_THREADS).split() == ["True", "True", "False", "False"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads are not tried")
def test_no_thread_is_left_after_a_trial() -> None:
    before = len(os.listdir("/proc/self/task"))
    assert system.can_start_threads(20)
    assert len(os.listdir("/proc/self/task")) == before


def test_text_files_have_an_encoding() -> None:
    """Windows would read and write them in its code page."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "read_text",
                "write_text",
            ):
                call = ast.unparse(node)
                ours = ("safe_read.", "settings.")  # always UTF-8
                assert "encoding=" in call or call.startswith(ours) or is_ascii(path, call), (
                    f"{path}: {call}"
                )


def is_ascii(path: Path, call: str) -> bool:
    """Files of the Linux kernel, and JSON with escapes."""
    return path.stem in ("devices", "measurement", "spinning") or "json.dumps(" in call


# Files that another process has open


class LockedFile:
    """Makes `os.replace` fail as on Windows while another process reads the target."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
        self.left, self.waits, self.replace = failures, 0, os.replace
        monkeypatch.setattr(os, "replace", self)
        monkeypatch.setattr(
            system, "time", SimpleNamespace(sleep=self.wait, monotonic=lambda: float(self.waits))
        )

    def __call__(self, source: Any, target: Any) -> None:
        self.left -= 1
        if self.left >= 0:
            raise PermissionError(13, "Access is denied", str(target))
        self.replace(source, target)

    def wait(self, seconds: float) -> None:
        self.waits += 1


def write(path: Path) -> None:
    with atomic_write.atomic_write(path) as file:
        file.write(b"new")


def test_file_that_is_open_elsewhere_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    locked = LockedFile(monkeypatch, failures=2)
    (tmp_path / "a.txt").write_bytes(b"old")
    write(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == b"new"
    assert locked.waits == 2


def test_file_that_stays_open_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    LockedFile(monkeypatch, failures=1000)
    (tmp_path / "a.txt").write_bytes(b"old")
    with (
        pytest.raises(InputError, match="Access is denied"),
        atomic_write.convert_os_errors(tmp_path / "a.txt"),
    ):
        write(tmp_path / "a.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_elsewhere_a_missing_permission_is_final(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(system, "WINDOWS", False)
    locked = LockedFile(monkeypatch, failures=1)
    with pytest.raises(PermissionError):
        write(tmp_path / "a.txt")
    assert locked.waits == 0


@pytest.mark.parametrize("failures", range(1, 4))
def test_model_whose_files_are_open_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failures: int
) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    target = tmp_path / "model"
    target.mkdir()
    (target / "config.json").write_bytes(b"old")
    LockedFile(monkeypatch, failures)
    with folder_swap.replace_folder(target) as made:
        (made / "config.json").write_bytes(b"new")
    assert (target / "config.json").read_bytes() == b"new"


def test_flush_needs_a_writable_handle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Windows refuses to flush a file that is open for reading, and to open a folder."""
    monkeypatch.setattr(system, "WINDOWS", True)
    opened = []
    monkeypatch.setattr(os, "fsync", lambda handle: opened.append(flags(handle)))
    (tmp_path / "a.txt").write_bytes(b"x")
    atomic_write.fsync_path(tmp_path / "a.txt")
    atomic_write.fsync_path(tmp_path)
    assert opened == [os.O_RDWR]


def flags(handle: int) -> int:
    if sys.platform == "win32":  # has no way to ask; a write would fail
        return os.O_RDWR if os.write(handle, b"") == 0 else os.O_RDONLY
    import fcntl

    return fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE


# Paths


def test_drive_is_no_organisation_of_the_hub() -> None:
    for name in ("C:/model", r"C:\models\nano", r"models\nano"):
        with pytest.raises(UnknownModel, match=r"there is no folder|unknown model"):
            resolve.check_name(name)


@pytest.mark.parametrize(
    "url", ["file:///C:/pictures/a%20b.png", "file:/C:/pictures/a b.png", "file:C:/pictures/a b.png"]
)
def test_file_url_with_a_drive(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)
    path = paths.of_file_url(url)
    assert path is not None
    assert PureWindowsPath(path) == PureWindowsPath(r"C:\pictures\a b.png")


@pytest.mark.skipif(system.WINDOWS, reason="there a backslash separates folders anyway")
def test_backslashes_of_windows_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "new pie.png").write_bytes(b"")
    assert find_path(r"images\new pie.png") == "images/new pie.png"
    assert find_path(r"images/new\ pie.png") == "images/new pie.png"
    (tmp_path / r"images\new pie.png").write_bytes(b"")  # a name that has the backslash comes first
    assert find_path(r"images\new pie.png") == r"images\new pie.png"


def test_folder_on_another_drive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.shortest(str(tmp_path / "a")) == "a"
    error = ValueError("path is on mount 'D:', start on mount 'C:'")
    monkeypatch.setattr(os.path, "relpath", Mock(side_effect=error))
    assert paths.shortest(r"D:\models\a") == r"D:\models\a"


# Limits of a process

limits = pytest.mark.skipif(system.WINDOWS, reason="Windows does not limit the time of a process")


@limits
def test_the_time_of_the_imports_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    set_limits = {}
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: set_limits.update({kind: pair}))
    monkeypatch.setattr("time.process_time", lambda: 6.3)  # seconds that a slow board has needed so far
    system.limit_process(4, 2**30)
    assert set_limits[resource.RLIMIT_CPU] == (11, 12)


@limits
def test_lower_limits_of_the_user_stay() -> None:
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_CPU, (3, 3)); from flashsloth.utils import system; "
        "system.limit_process(4, 2**34); print(r.getrlimit(r.RLIMIT_CPU))"
    )
    assert (
        subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True, timeout=60)
        == "(3, 3)\n"
    )


@pytest.mark.slow
@limits
def test_a_process_that_computes_longer_than_it_may_is_ended() -> None:
    code = "from flashsloth.utils import system; system.limit_process(1, 2**34)\nwhile True: pass"
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=120)
    assert child.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
