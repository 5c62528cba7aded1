"""The object code of compiled kernels on disk: what is read again, what is never executed, and machines
that cannot store it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from flashsloth.quantization import compiled
from flashsloth.utils import atomic_write, cache_folder

CODE = bytes(range(64))
PLANTED = b"\xcc" * 64
DESCRIPTION = (
    "int4",
    "define void @int4()",
    "x86_64-unknown-linux-gnu",
    "znver3",
    "+avx2",
    2,
    "0.50.0",
    (22, 1, 0),
)
posix = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path))
    return tmp_path / "cache" / "kernels"


def compiled_code(description: Any = DESCRIPTION, code: bytes = CODE) -> tuple[bytes, int]:
    """Return the object code, and how often it was compiled."""
    make = Mock(return_value=code)
    return compiled.object_code(description, make), make.call_count


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


# What is found again


def test_compiled_once(folder: Path) -> None:
    assert [compiled_code() for _ in range(3)] == [(CODE, 1), (CODE, 0), (CODE, 0)]
    [file] = entries(folder)
    assert file.stat().st_size == len(CODE) + compiled.DIGEST_BYTES
    if os.name != "nt":
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]


def test_the_key_covers_every_part(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled_code()[1] == 1
    for place, part in enumerate(DESCRIPTION):
        other = (22, 1, 1) if isinstance(part, tuple) else f"{part}0"
        assert compiled_code((*DESCRIPTION[:place], other, *DESCRIPTION[place + 1 :]))[1] == 1, part
    monkeypatch.setattr(compiled, "FORMAT", compiled.FORMAT + 1)
    assert compiled_code()[1] == 1
    assert len(entries(folder)) == len(DESCRIPTION) + 2


def test_beyond_the_limit_the_least_recently_used_is_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_folder.KERNELS_LIMIT == 50 * 10**6
    monkeypatch.setattr(cache_folder, "KERNELS_LIMIT", 2 * (len(CODE) + compiled.DIGEST_BYTES))
    for age, name in ((30, "a"), (20, "b"), (10, "c")):
        compiled_code((name,))
        for file in entries(folder):
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    assert [compiled_code((name,))[1] for name in "cba"] == [0, 0, 1]


# What is never executed


def damaged(data: bytes) -> Iterator[bytes]:
    """Yield the data with each byte changed, each prefix of it, and longer and other data."""
    yield from (
        data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in range(len(data))
    )
    yield from (data[:length] for length in range(len(data)))
    yield from (data + b"\0", b"\0" * len(data), data[::-1], data[compiled.DIGEST_BYTES :])


def test_a_damaged_file_is_compiled_anew(folder: Path) -> None:
    compiled_code()
    [file] = entries(folder)
    whole = file.read_bytes()
    for number, content in enumerate(damaged(whole)):
        file.write_bytes(content)
        assert compiled_code() == (CODE, 1), number
        assert file.read_bytes() == whole
    compiled_code(("another",), PLANTED)
    [other] = {*entries(folder)} - {file}
    shutil.copy(other, file)  # a whole entry under another's name
    assert compiled_code() == (CODE, 1)


def plant(trouble: str, file: Path, aside: Path) -> None:
    """Make an entry one that somebody else wrote or may write."""
    match trouble:
        case "file that the group may write":
            file.chmod(0o620)
        case "file that everybody may write":
            file.chmod(0o602)
        case "folder that the group may write":
            file.parent.chmod(0o770)
        case "folder that everybody may write":
            file.parent.chmod(0o1703)
        case "link to a file":
            file.rename(aside)
            file.symlink_to(aside)
        case "broken link":
            file.unlink()
            file.symlink_to(aside)
        case "pipe":
            file.unlink()
            os.mkfifo(file)


@posix
@pytest.mark.parametrize(
    "trouble",
    [
        *(
            "file that the group may write",
            "file that everybody may write",
            "folder that the group may write",
        ),
        *("folder that everybody may write", "link to a file", "broken link", "pipe"),
    ],
)
def test_what_somebody_else_may_have_written(folder: Path, tmp_path: Path, trouble: str) -> None:
    """The kernel is compiled again and the entry replaced. The target of a link is left alone."""
    # a whole entry: it would be executed
    assert compiled_code(code=PLANTED)[0] == compiled_code()[0] == PLANTED
    [file] = entries(folder)
    aside = tmp_path / "aside"
    plant(trouble, file, aside)
    assert compiled_code() == (CODE, 1)
    assert compiled_code() == (CODE, 0)
    assert [stat.S_IMODE(path.lstat().st_mode) for path in (folder, file)] == [0o700, 0o600]
    if aside.exists():
        assert PLANTED in aside.read_bytes()
    assert aside.exists() == (trouble == "link to a file")


@posix
def test_another_users_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_code(code=PLANTED)
    [file] = entries(folder)
    found = file.stat()
    of_file = os.stat_result((*found[:4], found.st_uid + 1, *found[5:10]))
    with monkeypatch.context() as patch:
        patch.setattr(cache_folder.os, "fstat", lambda _: of_file)
        assert compiled_code() == (CODE, 1)
    compiled_code(code=PLANTED)
    with monkeypatch.context() as patch:  # the folder is another's, too
        patch.setattr(os, "geteuid", lambda: found.st_uid + 1)
        assert compiled_code(code=PLANTED) == (PLANTED, 1)


@posix
def test_a_linked_folder(folder: Path, tmp_path: Path) -> None:
    compiled_code(code=PLANTED)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert compiled_code() == (CODE, 1)


def test_a_folder_in_its_place(folder: Path) -> None:
    compiled_code()
    [file] = entries(folder)
    file.unlink()
    file.mkdir()
    assert [compiled_code() for _ in range(2)] == [(CODE, 1)] * 2


# Machines that keep none


@pytest.mark.parametrize(
    ("error", "refuses"),
    [
        (
            errno.EROFS,
            (
                (os, "utime"),
                (os, "unlink"),
                (os, "chmod"),
                (os, "mkdir"),
                (atomic_write, "create_scratch"),
            ),
        ),
        (errno.ENOSPC, ((os, "replace"),)),
        (errno.EACCES, ((os, "open"), (os, "mkdir"))),
    ],
    ids=["read-only", "full", "no permission"],
)
def test_a_disk_that_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: int, refuses: tuple[tuple[Any, str], ...]
) -> None:
    """New and damaged kernels are compiled in memory. Others are used if they can be read."""
    compiled_code(("damaged",))
    [file] = entries(folder)
    file.write_bytes(b"damaged")
    compiled_code()
    for module, name in refuses:
        monkeypatch.setattr(module, name, Mock(side_effect=OSError(error, os.strerror(error))))
    assert compiled_code()[1] == (error == errno.EACCES)
    for name in ("new", "damaged"):
        assert [compiled_code((name,)) for _ in range(2)] == [(CODE, 1)] * 2


def test_no_home_and_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASHSLOTH_HOME", raising=False)
    monkeypatch.setattr(
        "platformdirs.user_cache_path", Mock(side_effect=RuntimeError("there is no home"))
    )
    monkeypatch.setattr(
        tempfile, "gettempdir", Mock(side_effect=FileNotFoundError("no usable temporary directory"))
    )
    assert [compiled_code() for _ in range(2)] == [(CODE, 1)] * 2


def test_what_cannot_be_compiled_is_not_kept(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError, match="LLVM"):
            compiled.object_code(DESCRIPTION, Mock(side_effect=RuntimeError("LLVM")))
    assert entries(folder) == []


# Several processes


def compile_often(home: str, seed: int) -> None:
    """Compile ten kernels again and again, and truncate some."""
    os.environ["FLASHSLOTH_HOME"] = home
    for step in range(100):
        number = (step * 7 + seed) % 10
        code = bytes([number]) * 5000
        if compiled.object_code((number,), lambda code=code: code) != code:  # type: ignore[misc]
            sys.exit(1)
        if step % 5 == seed:
            for file in list(Path(home, "cache", "kernels").glob("*.o"))[:2]:
                with suppress(FileNotFoundError):
                    os.truncate(file, 2000 + step)


@pytest.mark.slow
def test_several_processes_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=compile_often, args=(str(tmp_path), seed)) for seed in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert not list((tmp_path / "cache" / "kernels").glob(".*"))  # no unfinished file
