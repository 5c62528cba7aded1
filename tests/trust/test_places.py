"""Output paths: scratch folders of strangers are not trusted, and only regular files are replaced."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Cli, Program
from flashsloth.checkpoints import resolve, save
from flashsloth.errors import InputError
from flashsloth.utils import atomic_write, folder_swap

from .test_checkpoints import killed

posix = pytest.mark.skipif(os.name == "nt", reason="links, owners and devices")


def contents(place: Path) -> dict[str, bytes]:
    return {str(p.relative_to(place)): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}


def trap(place: Path) -> Path:
    """Make what looks like the scratch folder of a killed conversion."""
    scratch = place / ".flashsloth-evil"
    scratch.mkdir(parents=True)
    (scratch / folder_swap.LOCK).touch()
    return scratch


@posix
@pytest.mark.parametrize("link", ["old", "model", folder_swap.LOCK])
def test_scratch_folder_with_a_link(link: str, official_folder: Path, tmp_path: Path) -> None:
    """Of these, locking a file may truncate it."""
    (victim := tmp_path / "victim").mkdir()
    for name in ("precious.txt", "config.json"):
        (victim / name).write_text("mine")
    hostile, scratch = tmp_path / "hostile", trap(tmp_path / "hostile")
    for name in ("old", "model"):
        (scratch / name).mkdir()
    (scratch / "model" / "x").touch()
    (scratch / link).rename(tmp_path / "moved")
    (scratch / link).symlink_to(victim / "precious.txt" if link == folder_swap.LOCK else victim)
    (hostile / "model.safetensors").write_text("evil")
    before = contents(victim)
    with pytest.raises(InputError):
        save.convert(resolve.find(official_folder), hostile)
    for target in (hostile / "new", hostile):
        save.convert(resolve.find(official_folder), target, force=True)
        assert contents(victim) == before


def test_other_files_are_never_moved(official_folder: Path, tmp_path: Path) -> None:
    """An archive may bring such a scratch folder, unpacked among other files."""
    place = tmp_path / "downloads"
    scratch = trap(place)
    (place / "notes.txt").write_text("mine too")
    (scratch / "model").mkdir()
    (scratch / "model" / "x").touch()
    (scratch / "old").mkdir()
    (scratch / "old" / "notes.txt").write_text("theirs")
    save.convert(resolve.find(official_folder), place / "new")
    assert (place / "notes.txt").read_text() == "mine too"


@posix
@pytest.mark.parametrize("whose", ["another user's", "open to all"])
def test_scratch_folder_of_another_user(
    whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a shared folder it is left alone, though it looks like ours."""
    place = tmp_path / "shared"
    place.mkdir()
    killed(place, 1)
    before = contents(place)
    if whose == "open to all":
        (place / ".flashsloth-killed").chmod(0o777)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    folder_swap.clear_unfinished(place)
    assert contents(place) == before
    monkeypatch.undo()
    (place / ".flashsloth-killed").chmod(0o700)
    folder_swap.clear_unfinished(place)
    assert contents(place) != before


THINGS: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "link to a pipe": lambda path: (os.mkfifo(path.with_name("pipe")), path.symlink_to("pipe")),
    "device": lambda path: path.symlink_to(
        os.ttyname(os.openpty()[1])
    ),  # in a folder that takes no file, even of root
}


@posix
@pytest.mark.parametrize("make", THINGS.values(), ids=list(THINGS))
def test_only_files_are_replaced(make: Callable[[Path], object], tmp_path: Path) -> None:
    make(path := tmp_path / "out")
    before = path.lstat().st_ino, path.lstat().st_mode, path.lstat().st_mtime_ns
    with (
        pytest.raises(InputError, match=r"out|pipe"),
        atomic_write.convert_os_errors(path),
        atomic_write.atomic_write(path) as file,
    ):
        file.write(b"x")
    assert (path.lstat().st_ino, path.lstat().st_mode, path.lstat().st_mtime_ns) == before


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    "words", ["batch {folder}/rows.jsonl -o {folder}/link", "eval {folder}/rows.jsonl --save /dev/fd/1"]
)
def test_stream_as_output(words: str, program: Program, tmp_path: Path) -> None:
    """The answers would replace the file that stderr is redirected to."""
    (tmp_path / "link").symlink_to("/proc/self/fd/1" if sys.platform == "linux" else "/dev/stdout")
    (tmp_path / "rows.jsonl").write_text(
        '{"question": "What?", "prompt": "What?", "answer": "That."}\n'
    )
    (tmp_path / "err").write_text("earlier line\n")
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("a") as err:
        done = program(*words.format(folder=tmp_path).split(), "--force", stdout=out, stderr=err)
    stderr = (tmp_path / "err").read_text()
    assert done.code in (2, 3), stderr
    assert stderr.startswith("earlier line\nerror: ")
    assert (tmp_path / "out").read_text() == ""


@posix
def test_error_log_into_a_pipe(cli: Cli, tmp_path: Path) -> None:
    """Wrong answers are appended, and no file is replaced: as `--save >(program)` in a shell."""
    data = tmp_path / "rows.jsonl"
    data.write_text('{"question": "What?", "answer": "That."}\n')
    reading, writing = os.pipe()
    assert cli("eval", data, "-q", "--force", "--save", f"/dev/fd/{writing}").ok
    os.close(writing)
    with open(reading) as got:
        assert json.loads(got.read())["answer"] == "That."
