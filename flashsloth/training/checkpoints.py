"""Checkpoints of a run: written whole or not at all, found again, thinned out. Knows files; knows no model.

    OUT/checkpoints/checkpoint-120/   trained.safetensors, optimizer.pt, scheduler.pt, rng_state.pth, trainer_state.json
                                      and whole.json, which lists the sizes of all of them

A checkpoint is made under another name, forced onto the disk and then renamed. What torch pickles in it is read with
`weights_only`.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flashsloth.errors import DiskFull, FlashSlothError, InputError

WHOLE = "whole.json"
TRAINED = "trained.safetensors"
STAGING = ".saving"
NAME = re.compile(r"checkpoint-(\d+)")
KEPT = 2
FULL = (  # how safetensors and torch.save put it; by then what was half written has been removed
    "os error 28",
    "PytorchStreamWriter",
    "No space left",
    "inline_container",
)


def folder(out: Path) -> Path:
    """Where a run's checkpoints lie."""
    return out / "checkpoints"


def newest(out: Path) -> Path | None:
    """The newest checkpoint that is whole; None if there is none."""
    found = [path for path in sorted(_all(out), key=step_of, reverse=True) if is_whole(path)]
    return found[0] if found else None


def step_of(path: Path) -> int:
    """The optimizer step after which it was made."""
    found = NAME.fullmatch(path.name)
    return int(found[1]) if found else -1


def _all(out: Path) -> list[Path]:
    place = folder(out)
    return [p for p in place.iterdir() if NAME.fullmatch(p.name) and p.is_dir()] if place.is_dir() else []


def is_whole(path: Path) -> bool:
    """Whether every file that belongs to it is there, with the size it was written with."""
    try:
        sizes = json.loads((path / WHOLE).read_text(encoding="utf-8"))
        return bool(sizes) and all((path / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def finish(staged: Path, target: Path) -> None:
    """Force a checkpoint that was written to `staged` onto the disk and give it its name."""
    files = sorted(p for p in staged.iterdir() if p.is_file())
    (staged / WHOLE).write_text(json.dumps({p.name: p.stat().st_size for p in files}), encoding="utf-8")
    for path in (*files, staged / WHOLE):
        to_disk(path)
    to_disk(staged)
    shutil.rmtree(target, ignore_errors=True)  # one of the same step that was not whole
    staged.rename(target)
    to_disk(target.parent)


def to_disk(path: Path) -> None:
    """Wait until a file or folder has reached the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def thin_out(out: Path, best: int | None) -> None:
    """Remove all checkpoints but the newest two that are whole and the one of the best step."""
    whole = sorted(filter(is_whole, _all(out)), key=step_of, reverse=True)
    kept = {*whole[:KEPT], folder(out) / f"checkpoint-{best}"}
    for path in _all(out):
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)


def remove_all(out: Path) -> None:
    """Remove every checkpoint: the run starts over."""
    for path in _all(out):
        if (path / TRAINED).is_file() or (path / WHOLE).is_file() or not any(path.iterdir()):
            shutil.rmtree(path, ignore_errors=True)
    clear(out)


def clear(out: Path) -> None:
    """Remove what a killed process left half written."""
    shutil.rmtree(folder(out) / STAGING, ignore_errors=True)


@contextmanager
def disk_trouble_as_error(target: Path) -> Iterator[None]:
    """DiskFull and InputError for what the disk refuses, whichever library was writing."""
    try:
        yield
    except FlashSlothError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(target) from error
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}", hint="Give another folder."
        ) from error
    except Exception as error:  # safetensors, torch.save and tokenizers have errors of their own for it
        said = str(error)
        if any(sign in said for sign in FULL) or _no_room(target):
            raise full(target) from error
        if "os error" in said:  # a file size limit, a disk that has gone
            raise InputError(f"{target} cannot be written: {said}", hint="Give another folder.") from error
        raise


def full(target: Path) -> DiskFull:
    return DiskFull(
        f"the disk is full: {target} does not fit", hint="Free some space, then go on with --resume; nothing is lost."
    )


def _no_room(target: Path) -> bool:
    with suppress(OSError):
        place = next(p for p in (target, *target.parents) if p.exists())
        return shutil.disk_usage(place).free < 2**20
    return False
