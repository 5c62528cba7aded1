"""Replace the files of a model's folder all at once, or not at all, whatever kills the process."""

from __future__ import annotations

import json
import os
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

from flashsloth.errors import (
    InputError,
)
from flashsloth.utils import atomic_write

WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")
OTHERS = {  # what else conversions and training runs put into a model's folder
    *("config.json", "generation_config.json", "processor_config.json", "preprocessor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json"),
    *("merges.txt", "chat_template.jinja", "adapter_config.json", "adapter_model.safetensors"),
    *("flashsloth_adapter.json", "README.md", "loss.png"),
}
LOCK = "lock"  # in it: held for as long as the process lives that writes there
PLACED = "placed.json"  # in it: the names of the new files, from before the first is moved to its place


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """A folder whose files take their place in the target when all went well, and vanish when not. What killed
    processes left there is cleared away first.

    Raises: DiskFull and InputError, naming the target, for what the disk refuses.
    """
    with atomic_write.convert_os_errors(target, hint="Give another folder."):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target if target.exists() else target.parent  # the same file system: for `.`, a link, a mount point
        clear_unfinished(beside)
        with (
            tempfile.TemporaryDirectory(prefix=atomic_write.SCRATCH_PREFIX, dir=beside) as scratch,
            _alive(Path(scratch)),
        ):
            made = Path(scratch) / "model"
            made.mkdir()
            yield made
            for path in made.iterdir():
                path.chmod(0o644)
            swap_in(made, target)


@contextmanager
def _alive(scratch: Path) -> Iterator[None]:
    """Hold the scratch folder's lock, by which others know that it is in use."""
    lock = FileLock(scratch / LOCK)
    with suppress(NotImplementedError):  # a file system without locks: it is cleared when it is old
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def clear_unfinished(place: Path) -> None:
    """Remove what killed processes left in a folder, and put back what they had moved out of the way. What only looks
    like it, in a shared folder or from an archive, is left alone."""
    for scratch in place.glob(f"{atomic_write.SCRATCH_PREFIX}*"):
        with suppress(OSError, ValueError, TypeError, RecursionError, Timeout, NotImplementedError):
            if not _is_ours(scratch):
                continue
            if not any(scratch.iterdir()):  # perhaps so young that it has no lock yet, which is its first file
                if time.time() - scratch.stat().st_mtime > 3600:
                    scratch.rmdir()
                continue
            with FileLock(scratch / LOCK, timeout=0):
                if (scratch / PLACED).exists() and any((scratch / "model").glob("*")):  # begun and not finished
                    names = json.loads((scratch / PLACED).read_text(encoding="utf-8"))
                    if not all(map(_is_part, [*names, *(path.name for path in (scratch / "old").iterdir())])):
                        continue
                    _take_back(names, scratch, place)
            shutil.rmtree(scratch, ignore_errors=True)


def _is_ours(scratch: Path) -> bool:
    """Whether a scratch folder is one of this user's, that nobody else may write to: made of plain files and folders,
    never of links, which would lead what is moved elsewhere."""
    found = {path.name: path.lstat() for path in scratch.iterdir()}
    folders = [scratch.lstat(), *(found.pop(name) for name in ("model", "old") if name in found)]
    everything = [*folders, *found.values()]
    private = os.name == "nt" or (
        all(status.st_uid == os.getuid() for status in everything)
        and not folders[0].st_mode & (stat.S_IWGRP | stat.S_IWOTH)  # what is in it may have the modes of the umask
    )
    return (
        private
        and found.keys() <= {LOCK, PLACED}
        and all(stat.S_ISDIR(status.st_mode) for status in folders)
        and all(stat.S_ISREG(status.st_mode) and status.st_size < 2**20 for status in found.values())
    )


def _is_begun(path: Path) -> bool:
    """Whether this is a scratch folder without anything in it: of a process that was killed, or that has just begun."""
    return (
        path.name.startswith(atomic_write.SCRATCH_PREFIX)
        and not path.is_symlink()
        and path.is_dir()
        and not any(path.iterdir())
    )


def _take_back(names: list[str], scratch: Path, target: Path) -> None:
    """Undo an exchange of files that was not finished. Nothing is removed, so that this may be killed as well."""
    for name in names:
        if not (scratch / "model" / name).exists() and (target / name).exists():
            (target / name).rename(scratch / "model" / name)
    for entry in sorted((scratch / "old").iterdir(), key=lambda p: p.name == "config.json"):
        entry.rename(target / entry.name)


def _is_part(name: Any) -> bool:
    """Whether a file of that name may be one of a model's."""
    return isinstance(name, str) and (name in OTHERS or WEIGHTS.fullmatch(name) is not None)


def swap_in(made: Path, target: Path) -> None:
    """Put the files of the folder `made` into `target`. What stands there and is no part of a model is not touched;
    should anything go wrong, the model that stood there is put back."""
    if not target.exists():
        made.rename(target)
        return
    old = made.with_name("old")
    old.mkdir()
    new = sorted(made.iterdir(), key=lambda p: p.name == "config.json")  # last: a folder without it is no model
    for entry in target.iterdir():
        if entry.is_dir() and (made / entry.name).exists():
            raise InputError(f"{entry} is a folder where a file must be written", hint="Give another folder.")
    stale = [p for p in target.iterdir() if WEIGHTS.fullmatch(p.name) or (made / p.name).exists()]
    made.with_name(PLACED).write_text(json.dumps([p.name for p in new]), encoding="utf-8")
    try:
        for entry in sorted(stale, key=lambda p: p.name != "config.json"):
            entry.rename(old / entry.name)
        for entry in new:
            entry.rename(target / entry.name)
    except BaseException:
        _take_back([p.name for p in new], made.parent, target)
        raise
