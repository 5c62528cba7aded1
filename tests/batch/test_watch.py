"""When a file in a watched folder is read, and which names are never opened. The clock and the folders
are given."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from flashsloth.batch import watch
from flashsloth.batch.watch import PATIENCE, FolderWatcher, Listing, list_pictures
from flashsloth.utils import system

FIRST = (100, 7, 1, 7)  # size, modification time, inode, change time


class Folders:
    """What each look at a folder finds, by an entry that tests change, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.files: dict[str, watch.Signature] = {}
        self.unreadable: dict[str, str] = {}
        self.watcher = FolderWatcher(["in"], clock=lambda: self.now, list_folder=self.listed)

    def listed(self, folder: str, *, recursive: bool) -> Listing:
        return dict(self.files), dict(self.unreadable)

    def after(self, seconds: float, limit: int = 99) -> list[str]:
        """Return what the look after so many seconds finds to be read."""
        self.now += seconds
        return self.watcher.look(limit)[0]


@pytest.fixture
def folders() -> Folders:
    return Folders()


def test_two_equal_looks_two_seconds_apart(folders: Folders) -> None:
    folders.files["in/a.png"] = FIRST
    assert [folders.after(1) for _ in range(4)] == [[], [], ["in/a.png"], []]


@pytest.mark.parametrize("at", range(4), ids=["size", "time", "inode", "change"])
def test_a_file_that_is_being_written_waits(folders: Folders, at: int) -> None:
    """However long that takes, and also if its time is one of years ago."""
    for second in range(300):
        folders.files["in/a.png"] = tuple(  # type: ignore[assignment]
            value + second * (place == at) for place, value in enumerate(FIRST)
        )
        assert folders.after(1) == []
    assert [folders.after(1) for _ in range(2)] == [[], ["in/a.png"]]


def test_a_file_that_changes_is_read_again(folders: Folders) -> None:
    folders.files["in/a.png"] = FIRST
    folders.after(0)
    assert folders.after(2) == ["in/a.png"]
    folders.files["in/a.png"] = (100, 8, 1, 8)
    assert [folders.after(1) for _ in range(4)] == [[], [], ["in/a.png"], []]


def test_what_cannot_be_read_is_tried_for_two_minutes(folders: Folders) -> None:
    folders.files["in/a.png"] = FIRST
    folders.after(0)
    folders.now = 5000  # it waited for others for long
    tries = []
    again = True
    while again:
        assert folders.after(1) == ["in/a.png"]
        tries.append(folders.now)
        again = folders.watcher.try_again("in/a.png")
        folders.now += 9
        assert folders.after(0) == []  # not at every look
    assert tries[-1] - tries[0] >= PATIENCE > tries[-2] - tries[0]
    assert len(tries) > 5
    assert folders.after(1000) == []
    folders.files["in/a.png"] = (200, 9, 1, 9)  # its copy went on after a break: two minutes more
    folders.after(0)
    assert folders.after(2) == ["in/a.png"]
    assert folders.watcher.try_again("in/a.png")


@pytest.mark.skipif(system.WINDOWS, reason="a changed mode has no time there")
def test_what_was_made_readable_is_read(tmp_path: Path) -> None:
    """A file whose owner or mode was corrected after its row had failed."""
    (path := tmp_path / "a.png").touch(0o200)
    now = 0.0
    watcher = FolderWatcher([str(tmp_path)], clock=lambda: now)
    watcher.look(1)
    now += 2
    assert watcher.look(1)[0] == [str(path)]
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        path.chmod(0o600)
    watcher.look(1)
    now += 2
    assert watcher.look(1)[0] == [str(path)]


def test_a_folder_that_is_away_changes_nothing(folders: Folders) -> None:
    """A drive that comes back is not read again; files that are removed are forgotten."""
    folders.files = {"in/a.png": FIRST, "in/sub/b.png": FIRST}
    folders.after(0)
    assert folders.after(2) == ["in/a.png", "in/sub/b.png"]
    there = folders.files
    folders.files, folders.unreadable = {"in/a.png": FIRST}, {"in/sub": "away"}
    assert folders.after(60) == []
    assert folders.watcher.unreadable == {"in/sub": "away"}
    folders.files, folders.unreadable = there, {}
    assert [folders.after(1) for _ in range(5)] == [[]] * 5
    folders.files = {}
    folders.after(1)
    assert folders.watcher.files == {}


def test_only_so_many_at_once(folders: Folders) -> None:
    """The others are there in the next look, or have been removed meanwhile."""
    folders.files = {f"in/{number}.png": FIRST for number in (10, 9, 1, 11)}
    folders.after(0)
    folders.now = 2
    assert folders.watcher.look(2) == (["in/1.png", "in/9.png"], 4)
    del folders.files["in/10.png"]
    assert folders.watcher.look(2) == (["in/11.png"], 1)


def test_what_is_new_comes_before_what_failed(folders: Folders) -> None:
    """Thousands of damaged or empty files keep a good one waiting only for those being read now."""
    folders.files = {f"in/{number}.png": FIRST for number in range(1, 6)}
    folders.files["in/0.png"] = (0, 7, 1, 7)
    folders.after(0)
    assert folders.after(2, limit=4) == [f"in/{number}.png" for number in range(1, 5)]
    for number in range(1, 5):
        assert folders.watcher.try_again(f"in/{number}.png")
    folders.files["in/9.png"] = FIRST
    folders.after(10, limit=0)
    assert folders.after(2, limit=3) == ["in/5.png", "in/9.png", "in/0.png"]
    folders.files["in/4.png"] = (100, 8, 1, 8)  # a new state of a file that failed is new
    folders.after(0, limit=0)
    assert folders.after(2, limit=2) == ["in/4.png", "in/1.png"]


def test_a_slow_drive_is_looked_at_less_often(folders: Folders) -> None:
    def slow(folder: str, *, recursive: bool) -> Listing:
        folders.now += 5
        return {}, {}

    folders.watcher.list_folder = slow
    folders.after(0)
    assert folders.watcher.pause == 20


def test_names_that_are_never_opened(tmp_path: Path) -> None:
    """Temporary names of rsync, Syncthing, Dropbox, Nextcloud, iCloud, browsers and Office, what is no
    regular file, and folders that systems make for thumbnails and deleted files."""
    never = ".a.png.Xy12Zz", ".syncthing.a.png.tmp", "~syncthing~a.png.tmp", ".~a.png", ".a.png.icloud"
    never += "a.png.part", "a.png.crdownload", "a.png.download", "a.png.tmp", "~$a.png", "._a.png"
    never += "a.png.filepart", "notes.txt", "a.png.xmp", ".dropbox.cache/a.png"
    never += "@eaDir/a.png/thumb.jpg", "deep/#recycle/a.png", "$RECYCLE.BIN/S-1-5/$RA1B2.png"
    for name in (*never, "a.png", "B.JPG", "deep/c.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    found, unreadable = list_pictures(str(tmp_path), recursive=True)
    assert {os.path.relpath(path, tmp_path) for path in found} == {"a.png", "B.JPG", "deep/c.pdf"}
    status = os.stat(tmp_path / "a.png")
    times = status.st_mtime_ns, status.st_ctime_ns
    assert found[str(tmp_path / "a.png")] == (5, times[0], status.st_ino, times[1])
    assert unreadable == {}
    assert {Path(path).name for path in list_pictures(str(tmp_path))[0]} == {"a.png", "B.JPG"}
    bin_itself = str(tmp_path / "deep/#recycle")
    assert list(list_pictures(bin_itself, recursive=True)[0]) == [os.path.join(bin_itself, "a.png")]
    gone = str(tmp_path / "gone")
    missing = {gone: "No such file or directory"}
    assert list_pictures(gone) == list_pictures(gone, recursive=True) == ({}, missing)


@pytest.mark.parametrize("flags", [{"st_file_attributes": 0x400020}, {"st_flags": 0x40000000}])
def test_placeholders_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: dict[str, int]
) -> None:
    """OneDrive and iCloud would download the file."""
    (tmp_path / "a.png").touch()
    status = os.stat(tmp_path / "a.png")
    named = {name: getattr(status, name) for name in ("st_mode", "st_size", "st_mtime_ns", "st_ino")}
    monkeypatch.setattr(watch.os, "stat", lambda _: SimpleNamespace(**named, **flags))
    assert list_pictures(str(tmp_path))[0] == {}
