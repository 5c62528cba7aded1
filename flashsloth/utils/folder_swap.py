"""Replace the files of a model folder all at once, or not at all, even if the process is killed."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flashsloth.errors import InputError
from flashsloth.utils import atomic_write, system
from flashsloth.utils.paths import RECIPE_FILES

WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")
OTHER_FILES = {  # that conversions and training runs write into a model folder
    *("config.json", "generation_config.json", "processor_config.json", "preprocessor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json"),
    *("merges.txt", "chat_template.jinja", "adapter_config.json", "adapter_model.safetensors"),
    *("flashsloth_adapter.json", "README.md", "loss.png"),
    *RECIPE_FILES,
}
# files in the scratch folder
LOCK = "lock"  # locked while the writing process lives
PLACED = "placed.json"  # the names of the new files, written before the first one is moved


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder whose files replace those of the target if the block succeeds, and are deleted if not.
    Remove what killed processes left in the target first.

    Raises: DiskFull, InputError for a failed write.
    """
    with atomic_write.convert_os_errors(target, hint="Give another folder."):
        target.parent.mkdir(parents=True, exist_ok=True)
        parent = target if target.exists() else target.parent  # on the same file system, also for a link or mount point
        clear_unfinished(parent)
        with (
            tempfile.TemporaryDirectory(prefix=atomic_write.SCRATCH_PREFIX, dir=parent) as scratch,
            _locked(Path(scratch)),
        ):
            made = Path(scratch) / "model"
            made.mkdir()
            yield made
            for path in made.iterdir():
                path.chmod(0o644)
            swap_in(made, target)


@contextmanager
def _locked(scratch: Path) -> Iterator[None]:
    """Hold the lock that marks the scratch folder as in use."""
    lock = FileLock(scratch / LOCK)
    with suppress(NotImplementedError):  # a file system without locks
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def clear_unfinished(folder: Path) -> None:
    """Remove the scratch folders of killed processes, and restore the files that they had moved. Scratch folders of
    other users or out of an archive are left alone."""
    for scratch in folder.glob(f"{atomic_write.SCRATCH_PREFIX}*"):
        with suppress(OSError, ValueError, TypeError, RecursionError, Timeout, NotImplementedError):
            if not _is_ours(scratch):
                continue
            if not any(scratch.iterdir()):  # a new one has no lock yet
                if time.time() - scratch.stat().st_mtime > 3600:
                    scratch.rmdir()
                continue
            with FileLock(scratch / LOCK, timeout=0):
                if (scratch / PLACED).exists() and any((scratch / "model").glob("*")):  # killed while moving files
                    names = json.loads((scratch / PLACED).read_text(encoding="utf-8"))
                    if not all(map(_is_part, [*names, *(path.name for path in (scratch / "old").iterdir())])):
                        continue
                    _undo(names, scratch, folder)
            shutil.rmtree(scratch, ignore_errors=True)


def _is_ours(scratch: Path) -> bool:
    """Return whether only this user can write to a scratch folder, and it holds plain files and folders: a link would
    move files to another folder."""
    files = {path.name: path.lstat() for path in scratch.iterdir()}
    folders = [scratch.lstat(), *(files.pop(name) for name in ("model", "old") if name in files)]
    everything = [*folders, *files.values()]
    others_write = folders[0].st_mode & (stat.S_IWGRP | stat.S_IWOTH)  # its content has the modes of the umask
    return (
        (system.WINDOWS or not others_write)
        and all(map(system.is_own, everything))
        and files.keys() <= {LOCK, PLACED}
        and all(stat.S_ISDIR(status.st_mode) for status in folders)
        and all(stat.S_ISREG(status.st_mode) and status.st_size < 2**20 for status in files.values())
    )


def is_empty_scratch(path: Path) -> bool:
    """Return whether a path is an empty scratch folder, of a killed process or one that has just started."""
    return (
        path.name.startswith(atomic_write.SCRATCH_PREFIX)
        and not path.is_symlink()
        and path.is_dir()
        and not any(path.iterdir())
    )


def _undo(names: list[str], scratch: Path, target: Path) -> None:
    """Undo an unfinished replacement. Nothing is deleted, so that this may be killed as well."""
    for name in names:
        if not (scratch / "model" / name).exists() and (target / name).exists():
            system.replace(target / name, scratch / "model" / name)
    for entry in sorted((scratch / "old").iterdir(), key=lambda p: p.name == "config.json"):
        system.replace(entry, target / entry.name)


def _is_part(name: Any) -> bool:
    """Return whether a model folder may have a file of that name."""
    return isinstance(name, str) and (name in OTHER_FILES or WEIGHTS.fullmatch(name) is not None)


def swap_in(made: Path, target: Path) -> None:
    """Replace the model in `target` by the files of the folder `made`; restore it on any error. Files that are not part
    of a model stay."""
    if not target.exists():
        system.replace(made, target)
        return
    old = made.with_name("old")
    old.mkdir()
    new = sorted(made.iterdir(), key=lambda p: p.name == "config.json")  # last: without it the folder is not a model
    for entry in target.iterdir():
        if entry.is_dir() and (made / entry.name).exists():
            raise InputError(f"{entry} is a folder where a file must be written", hint="Give another folder.")
    of_old = {path.name for path in target.iterdir() if WEIGHTS.fullmatch(path.name)} | {*RECIPE_FILES}
    stale = [path for path in target.iterdir() if path.name in of_old or (made / path.name).exists()]
    made.with_name(PLACED).write_text(json.dumps([p.name for p in new]), encoding="utf-8")
    try:
        for entry in sorted(stale, key=lambda p: p.name != "config.json"):
            system.replace(entry, old / entry.name)
        for entry in new:
            system.replace(entry, target / entry.name)
    except BaseException:
        _undo([p.name for p in new], made.parent, target)
        raise
