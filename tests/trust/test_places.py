"""Output paths: scratch folders of strangers are not trusted, only regular files are replaced, and
planted links and modes do no harm."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cli.conftest import Cli, Program
from flashsloth.batch.output_file import OutputFile
from flashsloth.checkpoints import resolve, save
from flashsloth.errors import InputError
from flashsloth.training.run_folder import RunFolder
from flashsloth.utils import atomic_write, folder_swap
from flashsloth_cli.settings import settings
from messages import record, refused
from paths import IMAGES

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


# Links with the name of an output


def owned_by_another(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a file or link seem to belong to another user, also if the tests do not run as root."""
    lstat = Path.lstat

    def changed(self: Path) -> os.stat_result:
        found = lstat(self)
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:10])) if self == path else found

    monkeypatch.setattr(Path, "lstat", changed)


# The folder and the target of a link, and whether it is followed.
LINKS = {
    "beside it": ("", "real", True),
    "beside it, by a whole path": ("", "{folder}/real", True),
    "beside it, through another link": ("", "link", True),
    "in a folder that is a link": ("linked", "real", True),
    "beside it, of another user": ("", "real", False),
    "nothing beside it": ("", "new", False),
    "in another folder": ("", "../home/profile", False),
    "in another folder, through another link": ("", "away", False),
    "nothing in another folder": ("", "../home/new", False),
    "in a folder below": ("", "below/real", False),
}


def write_file(path: Path) -> None:
    with atomic_write.atomic_write(path) as file:
        file.write(b"written")


def write_opened(path: Path) -> None:
    with open(path, "wb", opener=atomic_write.open_output) as file:
        file.write(b"written")


def write_batch(path: Path, *, force: bool = False) -> None:
    with OutputFile(path, force=force) as lines:
        lines.begin({})
        lines.finish(())


# The name of an output, the name of the link, which may be beside it, and what writes.
WRITERS: dict[str, tuple[str, str, Callable[[Path], None]]] = {
    "atomic_write": ("out", "out", write_file),
    "open_output": ("out", "out", write_opened),
    "lines": ("out.jsonl", "out.jsonl", write_batch),
    "lines, forced": ("out.jsonl", "out.jsonl", partial(write_batch, force=True)),
    "table": ("out.csv", "out.csv", write_batch),
    "lines of a table": ("out.csv", "out.csv.jsonl", write_batch),
    "lock": ("out.jsonl", ".out.jsonl.flashsloth-lock", write_batch),
}


@posix
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("kind", LINKS)
def test_a_link_in_the_place_of_an_output(
    kind: str, writer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive of pictures with `captions.jsonl -> ../../.bash_profile`, and pictures whose names are
    shell commands, had code run at the next login."""
    folder = tmp_path / "folder"
    for each in (folder / "below", tmp_path / "home"):
        each.mkdir(parents=True)
    for each in (folder / "real", folder / "below" / "real", tmp_path / "home" / "profile"):
        each.touch()
    (folder / "link").symlink_to("real")
    (folder / "away").symlink_to("../home/profile")
    (folder / "linked").symlink_to(".")
    place, target, follows = LINKS[kind]
    output, name, write = WRITERS[writer]
    (folder / name).symlink_to(target.format(folder=folder))
    if "another user" in kind:
        owned_by_another(monkeypatch, folder / name)
    before = contents(tmp_path)
    if follows:
        write(folder / place / output)
        assert (folder / name).is_symlink() or writer == "lock"
        if name == "out":
            assert (folder / "real").read_bytes() == b"written"
    else:
        with refused("input", f"{name} is a link", os.path.realpath(folder / name)):
            write(folder / place / output)
        assert contents(tmp_path) == before


COMMANDS = (
    "batch --no-picture {rows} -p What? -o {link}.jsonl",
    "batch --no-picture {rows} -p What? -o {link}.jsonl --dry-run",
    "batch --no-picture {rows} -p What? -o {link}.csv",
    "ask {picture} What? --explain {link}.png",
    "ask {picture} What? --show-input {link}.png",
    "ask {picture} What? --trace {link}.json",
    "eval {rows} --save {link}.jsonl",
    "eval {rows} --choices yes,no --plot {link}.png",
    "reduce fit nano --data {rows} -o {link}.json",
    "reduce fit nano --data {rows} --method gates -o {link}.json",
    "reduce rank nano --data {rows} -o {link}.json",
    "convert nano -o {link}",
    "quantize nano -o {link}",
    "finetune {rows} -o {link}",
)


@posix
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_through_a_link_into_another_folder(
    command: str, force: bool, cli: Cli, no_model: None, tmp_path: Path
) -> None:
    """Exit code 3 names link and target, before a model is opened, also with --force."""
    link = tmp_path / "work" / "link"
    for ending in ("", ".jsonl", ".csv.jsonl", ".png", ".json"):
        Path(f"{link}{ending}").symlink_to(tmp_path / "home" / "profile")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"question": "What?", "prompt": "What?", "answer": "yes"}\n')
    words = command.format(link="link", rows=rows, picture=IMAGES / "stop-sign.png").split()
    if force and "--dry-run" not in words:
        words.append("--force")
    cli(*words).refused(3, "link", str(tmp_path / "home" / "profile"))
    assert not (tmp_path / "home" / "profile").exists()


@posix
def test_an_exported_conversation_is_not_written_through_a_link(cli: Cli, tmp_path: Path) -> None:
    for name in ("talk.md", "where.png"):
        Path(name).symlink_to(tmp_path / "new")
    said = cli("ask", "-q", "--no-picture", "--max-tokens", "1", "-p", "Hello", "--session", "a")
    assert said.code == 0
    for more in ((), ("--force",)):
        cli("sessions", "show", "-o", "talk.md", *more).refused(
            3, "talk.md is a link", f" {tmp_path}/new"
        )
    lines = "What?\n/export talk.md\n/explain where.png\n"
    done = cli("chat", "-q", IMAGES / "stop-sign.png", "--max-tokens", "1", input=lines)
    assert done.err.count(f" {tmp_path}/new") == 2
    record(done.err)
    assert not (tmp_path / "new").exists()


@posix
def test_a_link_that_comes_after_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user of a shared folder may replace a name at any time."""
    folder, victim = tmp_path / "folder", tmp_path / "victim"
    folder.mkdir()
    path = folder / "a.jsonl"
    # 1. Before a batch opens its file.
    with OutputFile(path) as lines:
        path.symlink_to(victim)
        with pytest.raises(InputError, match=r"a\.jsonl"):
            lines.begin({})
    path.unlink()
    assert not victim.exists()
    # 2. In place of a pipe, before it is opened.
    victim.write_text("mine")
    os.mkfifo(path)
    isfile = os.path.isfile

    def swapped(each: object) -> bool:
        path.unlink()
        path.symlink_to(victim)
        monkeypatch.setattr(os.path, "isfile", isfile)
        return False

    monkeypatch.setattr(os.path, "isfile", swapped)
    with refused("input", "a link"):
        open(path, "wb", opener=atomic_write.open_output)  # noqa: SIM115
    assert victim.read_text() == "mine"
    # 3. Before a file is opened.
    monkeypatch.setattr(atomic_write, "output_target", lambda path: path)
    with pytest.raises(OSError, match="symbolic link"):
        open(path, "wb", opener=atomic_write.open_output)  # noqa: SIM115
    assert victim.read_text() == "mine"


@posix
@pytest.mark.parametrize("name", ["metrics.jsonl", "run.json", "checkpoints/.lock"])
def test_links_in_the_folder_of_a_run(name: str, tmp_path: Path) -> None:
    """The lock may truncate its target, depending on the version of filelock."""
    out, victim = tmp_path / "out", tmp_path / "victim"
    (out / "checkpoints").mkdir(parents=True)
    victim.write_text("mine")
    (out / name).symlink_to(victim)
    folder = RunFolder(out)

    def write() -> None:
        folder.begin(resume=False, force=True)
        folder.start_metrics(0)
        folder.note(status="running")

    with refused("input", f"{name} is a link", str(victim)):
        write()
    folder.release()
    assert victim.read_text() == "mine"


@posix
def test_links_in_the_users_own_folders_are_followed(cli: Cli, home: Path, tmp_path: Path) -> None:
    """Many keep such files elsewhere, under version control."""
    own = tmp_path / "dotfiles"
    own.mkdir()
    (home / "templates").mkdir()
    (home / "config.toml").symlink_to(own / "new.toml")
    (home / "templates" / "look.toml").symlink_to(own / "look.toml")
    settings.change("hd", True)
    assert "hd = true" in (own / "new.toml").read_text()
    assert cli("ask", "-p", "Look.", "--save-template", "look", "--force").code == 0
    assert "Look." in (own / "look.toml").read_text()
    assert (home / "config.toml").is_symlink()


# Modes of files that are replaced


@posix
@pytest.mark.parametrize(
    ("planted", "mode", "whose", "result"),
    [
        (0o4755, 0o666, "own", 0o755),
        (0o4600, 0o666, "own", 0o600),
        (0o777, 0o666, "own", 0o777),
        (0o4777, 0o666, "another's", 0o644),
        (0o666, 0o600, "another's", 0o600),
        (0o000, 0o666, "another's", 0o644),
    ],
)
def test_the_mode_of_a_file_that_is_replaced(
    planted: int,
    mode: int,
    whose: str,
    result: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A set-user-id bit would run the new content with the rights of whoever wrote it."""
    path = tmp_path / "planted"
    path.touch()
    path.chmod(planted)
    if whose == "another's":
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    before = os.umask(0o022)
    try:
        with atomic_write.atomic_write(path, mode=mode) as file:
            assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600 if whose == "own" else result
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == result


@posix
@pytest.mark.parametrize("whose", ["own", "another's"])
def test_a_table_has_no_mode_of_planted_lines(
    whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv.jsonl"
    path.touch()
    path.chmod(0o4766)
    if whose == "another's":
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with OutputFile(tmp_path / "a.csv") as lines:
        lines.begin({})
        lines.finish(())
    umask = os.umask(0)
    os.umask(umask)
    expected = (0o766 if whose == "own" else 0o666) & ~umask
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == expected
