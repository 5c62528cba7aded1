"""The journal of sidecars, and what undo makes of it: after kills, edits and other runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashsloth.batch import sidecar_files
from flashsloth.errors import InputError
from flashsloth.utils import system

OUTPUT = Path("a.jsonl")
JOURNAL = Path("a.jsonl.undo")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, data: bytes) -> None:
    """Write a sidecar as a batch does."""
    sidecar = Path(path)
    sidecar_files.replace(sidecar, sidecar_files.read(sidecar), data, JOURNAL)


def undo() -> dict[str, str]:
    """What undo did, by the names of the sidecars."""
    return {os.path.basename(path): what for path, what in sidecar_files.undo(OUTPUT)}


def test_first_bytes_come_back_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when a row was asked again."""
    Path("b.xmp").write_bytes(b"mine")
    Path("empty.txt").touch()
    for data in (b"one", b"two", b"one", b"three"):
        write("b.xmp", data)
        write("new.txt", data)
        write("empty.txt", data)
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    done = dict(sidecar_files.undo(folder / OUTPUT))
    assert {os.path.basename(path): what for path, what in done.items()} == {
        "b.xmp": "restored",
        "new.txt": "removed",
        "empty.txt": "restored",
    }
    assert (folder / "b.xmp").read_bytes() == b"mine"
    assert (folder / "empty.txt").read_bytes() == b""
    assert not (folder / "new.txt").exists()
    assert set(dict(sidecar_files.undo(folder / OUTPUT)).values()) == {""}


def test_what_was_changed_or_removed_since_is_left() -> None:
    for name in ("a.xmp", "b.xmp", "c.xmp"):
        Path(name).write_bytes(b"mine")
        write(name, b"ours")
    Path("a.xmp").write_bytes(b"changed")
    Path("b.xmp").unlink()
    done = undo()
    assert done.pop("c.xmp") == "restored"
    assert all(what not in ("", "restored", "removed") for what in done.values())
    assert Path("a.xmp").read_bytes() == b"changed"
    assert not Path("b.xmp").exists()


def test_an_edit_between_two_runs_is_kept() -> None:
    Path("a.xmp").write_bytes(b"mine")
    write("a.xmp", b"ours")
    Path("a.xmp").write_bytes(b"edited")
    write("a.xmp", b"ours again")
    assert undo() == {"a.xmp": "restored"}
    assert Path("a.xmp").read_bytes() == b"edited"


DIES = """
import os, signal, sys
from pathlib import Path
from flashsloth.batch import sidecar_files
{when} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
path = Path("a.xmp")
sidecar_files.replace(path, sidecar_files.read(path), b"ours", Path("a.jsonl.undo"))
"""


@pytest.mark.parametrize("before", [None, b"mine"])
@pytest.mark.parametrize(
    "when", ["sidecar_files._record", "sidecar_files._write", "sidecar_files.atomic_write.fsync_path"]
)
def test_killed_between_the_journal_and_the_sidecar(when: str, before: bytes | None) -> None:
    if before is not None:
        Path("a.xmp").write_bytes(before)
    killed = subprocess.run([sys.executable, "-c", DIES.format(when=when)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert sidecar_files.read(Path("a.xmp")) == before
    if JOURNAL.exists():
        assert undo() == {"a.xmp": ""}
    write("a.xmp", b"ours again")
    undo()
    assert sidecar_files.read(Path("a.xmp")) == before


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_line_that_was_cut_is_ignored(cut: int) -> None:
    """After a power failure, and the next lines are whole."""
    write("a.xmp", b"ours")
    data = JOURNAL.read_bytes()
    JOURNAL.write_bytes(data + data[:-cut])
    write("b.xmp", b"ours")
    assert undo() == {"a.xmp": "removed", "b.xmp": "removed"}


def entry(path: object, before: object = None, after: object = "") -> bytes:
    fields = {"path": path, "before": before, "after": after}
    return sidecar_files.HEAD + json.dumps(fields)[1:].encode() + b"\n"


def test_a_hostile_journal_changes_no_other_file(folder: Path) -> None:
    """Not even one whose bytes it knows, and nothing through a link."""
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real", target_is_directory=True)
    files = {"bashrc": "", "real/a.xmp": "", "b.xmp": "no such digest"}
    for name in files:
        Path(name).write_bytes(b"known")
    Path("c.xmp").symlink_to(folder / "real/a.xmp")
    digest = sidecar_files._digest(b"known")
    JOURNAL.write_bytes(
        b"".join(
            [
                entry(str(folder / "bashrc"), "bmV3", digest),
                entry(str(folder / "link/a.xmp"), "bmV3", digest),
                entry(str(folder / "real/../real/a.xmp"), None, digest),
                entry("real/a.xmp", None, digest),
                entry(str(folder / "c.xmp"), None, digest),
                entry(str(folder / "b.xmp"), "bmV3", "no such digest"),
                entry(str(folder / "absent.txt"), "bmV3", ""),
                entry(str(folder / "b.xmp"), "not base64!", digest),
                entry(str(folder / "b\0.xmp"), None, digest),
                entry(7, 7, 7),
                b"[" * 100_000 + b"\n",
                b"\xff\n[]\n\n",
            ]
        )
    )
    assert not {"", "restored", "removed"}.intersection(undo().values())
    assert all(Path(name).read_bytes() == b"known" for name in (*files, "c.xmp"))
    assert not Path("absent.txt").exists()


def test_a_foreign_file_in_the_place_of_the_journal_stays(folder: Path) -> None:
    """It is an error before anything is asked."""
    for make in (lambda: JOURNAL.write_text("dear diary\n"), lambda: JOURNAL.symlink_to(folder / "b")):
        make()
        for run in (sidecar_files.journal_of, undo_of):
            with pytest.raises(InputError, match=r"a\.jsonl\.undo"):
                run(OUTPUT)
        assert not Path("b").exists()
        JOURNAL.unlink()
    JOURNAL.symlink_to(folder / "b")
    with pytest.raises(InputError, match=r"a\.jsonl\.undo"):
        write("a.xmp", b"ours")
    assert sorted(os.listdir()) == ["a.jsonl.undo"]
    JOURNAL.unlink()
    with pytest.raises(InputError, match=r"a\.jsonl\.undo"):
        undo()


def undo_of(output: Path) -> None:
    list(sidecar_files.undo(output))


@pytest.mark.skipif(system.WINDOWS, reason="no modes there")
def test_the_journal_is_private() -> None:
    """It has the bytes of sidecars that may be so."""
    write("a.xmp", b"ours")
    assert JOURNAL.stat().st_mode & 0o777 == 0o600


STATES = st.sampled_from([None, b"a", b"b", b"c"])


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(STATES, st.lists(st.tuples(st.booleans(), STATES), max_size=8))
def test_undo_gives_what_was_there_before_ours(
    first: bytes | None, steps: list[tuple[bool, bytes | None]]
) -> None:
    """Whatever a person (False) and batches (True) write in turn: the last bytes of the person are
    there in the end."""
    with tempfile.TemporaryDirectory() as folder:
        sidecar, output = Path(folder, "a.xmp"), Path(folder, "a.jsonl")

        def put(data: bytes | None) -> None:
            sidecar.unlink(missing_ok=True)
            if data is not None:
                sidecar.write_bytes(data)

        put(first)
        persons = [first]
        is_ours = False
        for number, (ours, data) in enumerate(steps):
            if ours:
                new = b"ours %d" % number
                journal = sidecar_files.journal_of(output)
                sidecar_files.replace(sidecar, sidecar_files.read(sidecar), new, journal)
            else:
                put(data)
                persons.append(data)
            is_ours = ours
        if not any(ours for ours, _ in steps):
            return
        [(_, what)] = sidecar_files.undo(output)
        left = sidecar_files.read(sidecar)
        assert left == persons[-1]
        assert not is_ours or what in ("restored", "removed")
