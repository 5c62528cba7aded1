"""Checkpoints of a run: written whole or not at all, found again, thinned out. Knows files; knows no model.

    OUT/checkpoints/checkpoint-120/   trained.safetensors, optimizer.pt, scheduler.pt, rng_state.pth, trainer_state.json
                                      and whole.json, which lists the sizes of all of them

A checkpoint is made under another name, forced onto the disk and then renamed. What torch pickles in it is read with
`weights_only`.
"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from flashsloth.utils import atomic_write
from flashsloth.utils.atomic_write import fsync_path
from flashsloth.utils.safe_read import read_json

WHOLE = "whole.json"
TRAINED = "trained.safetensors"
STAGING = ".saving"
NAME = re.compile(r"checkpoint-(\d+)")
KEPT = 2
ROOM = "Free some space, then go on with --resume; nothing is lost."


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
        sizes = read_json(path / WHOLE)
        return bool(sizes) and all((path / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def finish(staged: Path, target: Path) -> None:
    """Force a checkpoint that was written to `staged` onto the disk and give it its name."""
    files = sorted(p for p in staged.iterdir() if p.is_file())
    (staged / WHOLE).write_text(json.dumps({p.name: p.stat().st_size for p in files}), encoding="utf-8")
    for path in (*files, staged / WHOLE):
        fsync_path(path)
    fsync_path(staged)
    shutil.rmtree(target, ignore_errors=True)  # one of the same step that was not whole
    staged.rename(target)
    fsync_path(target.parent)


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
    left = folder(out) / STAGING
    left.unlink() if left.is_symlink() else shutil.rmtree(left, ignore_errors=True)


def disk_trouble_as_error(target: Path) -> AbstractContextManager[None]:
    """DiskFull and InputError for what the disk refuses, whichever library was writing."""
    return atomic_write.convert_os_errors(target, full_hint=ROOM, hint="Give another folder.")
