"""A folder of files that can be made again: what is found, what is removed first, and who may read
it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from flashsloth.utils import atomic_write, cache_folder
from flashsloth.utils.cache_folder import CacheFolder


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache" / "images", ".entry", 1000)


def names(folder: CacheFolder) -> list[str]:
    return sorted(path.name for path in folder.path.iterdir())


def set_age(folder: CacheFolder, name: str, seconds: float) -> None:
    used = time.time() - seconds
    os.utime(folder.path / name, (used, used))


def test_an_entry_is_found_again(folder: CacheFolder) -> None:
    assert folder.get("a") is None
    folder.put("a", b"first")
    folder.put("a", b"second")
    assert CacheFolder(folder.path, ".entry", 1000).get("a") == b"second"
    folder.discard("a")
    folder.discard("a")
    assert folder.get("a") is None


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
@pytest.mark.parametrize(("umask", "mode"), [(0o000, None), (0o077, None), (0o022, 0o755)])
def test_nobody_else_may_read(folder: CacheFolder, umask: int, mode: int | None) -> None:
    before = os.umask(umask)
    try:
        if mode is not None:
            folder.path.mkdir(parents=True)
            folder.path.chmod(mode)
        folder.put("a", b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.path / "a.entry").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
@pytest.mark.parametrize("is_code", [False, True])
@pytest.mark.parametrize("target", ["a folder", "nothing"])
def test_the_target_of_a_linked_folder_stays_as_it_is(
    tmp_path: Path, target: str, is_code: bool
) -> None:
    """It became private, and was filled with kernels that were never read."""
    folder = CacheFolder(tmp_path / "kernels", ".entry", 1000, is_code)
    elsewhere = tmp_path / "elsewhere"
    if target == "a folder":
        elsewhere.mkdir(mode=0o755)
        (elsewhere / "b.entry").write_bytes(b"somebody's")
    folder.path.symlink_to(elsewhere)
    folder.put("a", b"1")
    assert (folder.get("a"), folder.get("b"), folder.size(), folder.clear()) == (
        None,
        None,
        (0, 0),
        (0, 0),
    )
    if target == "a folder":
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
        assert [path.name for path in elsewhere.iterdir()] == ["b.entry"]
    else:
        assert not elsewhere.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
@pytest.mark.parametrize("is_code", [False, True])
def test_a_linked_parent_is_followed(tmp_path: Path, is_code: bool) -> None:
    """As on clusters, where ~/.cache is on another disk."""
    (tmp_path / "scratch").mkdir(mode=0o755)
    (tmp_path / ".cache").symlink_to("scratch")
    folder = CacheFolder(tmp_path / ".cache" / "kernels", ".entry", 1000, is_code)
    folder.put("a", b"1")
    assert folder.get("a") == b"1"
    modes = [stat.S_IMODE((tmp_path / each).stat().st_mode) for each in ("scratch", "scratch/kernels")]
    assert modes == [0o755, 0o700]


def test_the_least_recently_used_entry_goes_first(folder: CacheFolder) -> None:
    for number, name in enumerate("abc"):
        folder.put(name, b"x" * 300)
        set_age(folder, f"{name}.entry", 100 - number)
    assert folder.get("a") is not None  # used now
    folder.put("d", b"x" * 300)
    assert names(folder) == ["a.entry", "c.entry", "d.entry"]
    assert folder.size() == (3, 900)


def test_an_entry_beyond_the_limit_is_not_kept(folder: CacheFolder) -> None:
    folder.put("a", b"x" * 1001)
    assert names(folder) == []
    (folder.path / "b.entry").write_bytes(b"x" * 1001)
    assert folder.get("b") is None


def test_unfinished_files_of_killed_processes_are_removed(folder: CacheFolder) -> None:
    folder.put("a", b"1")
    for name, age in ((".flashsloth-old", cache_folder.SCRATCH_SECONDS + 60), (".flashsloth-new", 0)):
        (folder.path / name).write_bytes(b"half")
        set_age(folder, name, age)
    folder.put("b", b"2")
    assert names(folder) == [".flashsloth-new", "a.entry", "b.entry"]
    assert folder.size() == (2, 2)


@pytest.mark.skipif(os.name == "nt", reason="pipes and links of POSIX")
def test_clear_leaves_other_files(folder: CacheFolder, tmp_path: Path) -> None:
    folder.put("a", b"1")
    (folder.path / ".flashsloth-new").write_bytes(b"half")
    (folder.path / "notes.txt").write_text("somebody's")
    os.mkfifo(folder.path / "pipe.entry")
    (tmp_path / "precious").write_bytes(b"mine")
    (folder.path / "link.entry").symlink_to(tmp_path / "precious")
    assert folder.get("pipe") is None
    assert folder.clear() == (1, 1)
    assert names(folder) == ["link.entry", "notes.txt", "pipe.entry"]
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    for folder in (
        CacheFolder(tmp_path / "file", ".e", 9),
        CacheFolder(tmp_path / "file" / "sub", ".e", 9),
    ):
        folder.put("a", b"1")
        folder.discard("a")
        assert folder.get("a") is None
        assert folder.size() == (0, 0)


@pytest.mark.parametrize(
    ("error", "refuses"),
    [
        (errno.EROFS, ((os, "utime"), (os, "unlink"), (os, "chmod"), (atomic_write, "create_scratch"))),
        (errno.ENOSPC, ((os, "replace"),)),
    ],
    ids=["read-only", "full"],
)
def test_a_disk_that_cannot_be_written_is_still_read(
    error: int,
    refuses: tuple[tuple[Any, str], ...],
    folder: CacheFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder.put("a", b"1")
    for module, name in refuses:
        monkeypatch.setattr(module, name, Mock(side_effect=OSError(error, os.strerror(error))))
    folder.put("b", b"2")
    assert (folder.get("a"), folder.get("b")) == (b"1", None)
    monkeypatch.undo()
    assert names(folder) == ["a.entry"]  # no unfinished file either


def write_and_read(path: Path, seed: int) -> None:
    """Write and read ten entries again and again, within a limit for three. Each byte of an entry is
    its number."""
    folder = CacheFolder(path, ".entry", 3 * 5000)
    for step in range(200):
        number = (step * 7 + seed) % 10
        found = folder.get(str(number))
        if found is not None and found != bytes([number]) * 5000:
            sys.exit(1)
        folder.put(str(number), bytes([number]) * 5000)
        if step % 50 == 49:
            folder.clear()


def test_several_processes_at_once(tmp_path: Path) -> None:
    """Processes that write, read and remove the same entries never see half an entry."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=write_and_read, args=(tmp_path / "cache", seed)) for seed in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    folder = CacheFolder(tmp_path / "cache", ".entry", 3 * 5000)
    assert folder.size()[1] <= folder.limit
    assert not [name for name in names(folder) if not name.endswith(".entry")]
