"""Checkpoints of a run: complete a checkpoint, find the newest one, and remove old ones.

    OUT/checkpoints/checkpoint-120/   trained.safetensors, optimizer.pt, scheduler.pt, rng_state.pth,
                                      trainer_state.json, and whole.json: the size and the
                                      digest of each of these files

If the process is killed or the power fails, a checkpoint is either complete or can be recognised as
incomplete. This is achieved in these steps:

1. The Trainer writes the files (trainer.save_model, then transformers).
2. `finish` forces these files onto the disk.
3. Only then does it write whole.json, atomically. A checkpoint without whole.json is incomplete and is
   ignored.
4. Only then are older checkpoints removed, so that there is always a complete one.

`check` compares the digests before a checkpoint is read: a checkpoint that has changed is refused.
Pickles are read with `weights_only`, so that they cannot run code.
"""

from __future__ import annotations

import json
import re
import shutil
from functools import partial
from pathlib import Path

from flashsloth.errors import CheckpointDamaged
from flashsloth.utils import atomic_write
from flashsloth.utils.atomic_write import fsync_path
from flashsloth.utils.safe_read import file_sha256, read_json

WHOLE = "whole.json"
TRAINED = "trained.safetensors"
PICTURES = "pictures"  # the folder of encoded_pictures.py
NAME = re.compile(r"checkpoint-\d+")
KEPT = 2  # number of newest checkpoints that are kept, in addition to the best one
FULL_HINT = "Free some space, then use --resume to continue from the last checkpoint."
# Converts the OSErrors of any library to DiskFull or InputError.
convert_disk_errors = partial(
    atomic_write.convert_os_errors, full_hint=FULL_HINT, hint="Choose another folder."
)


def folder(out: Path) -> Path:
    """Return the folder of a run's checkpoints."""
    return out / "checkpoints"


def newest(out: Path) -> Path | None:
    """Return the newest complete checkpoint, or None."""
    return max(filter(is_whole, _all(out)), key=step_of, default=None)


def newer(out: Path, checkpoint: Path) -> list[str]:
    """Return the names of the checkpoints that were made at later steps than this one."""
    return sorted(path.name for path in _all(out) if step_of(path) > step_of(checkpoint))


def step_of(path: Path) -> int:
    """Return the optimizer step after which a checkpoint was made."""
    return int(path.name.removeprefix("checkpoint-"))


def _all(out: Path) -> list[Path]:
    found = folder(out).iterdir() if folder(out).is_dir() else ()
    return [path for path in found if NAME.fullmatch(path.name) and path.is_dir()]


def is_whole(path: Path) -> bool:
    """Return whether every file of a checkpoint exists in its full size. Unlike `check`, this does not
    read the contents."""
    try:
        sizes = {name: size for name, (size, _) in read_json(path / WHOLE).items()}
        return bool(sizes) and all((path / name).stat().st_size == sizes[name] for name in sizes)
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def check(path: Path) -> None:
    """Raise CheckpointDamaged if a file of a complete checkpoint has changed, or a file was added."""
    listed = read_json(path / WHOLE)
    for file in _files(path):
        if file.name != WHOLE and listed.get(file.name) != [file.stat().st_size, file_sha256(file)]:
            raise CheckpointDamaged(
                f"{file} has changed since it was written",
                hint="Remove that checkpoint, then use --resume to continue from the one before it.",
            )


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_file())


def finish(path: Path) -> None:
    """Force the files of a checkpoint onto the disk, then list them in whole.json."""
    files = _files(path)
    atomic_write.apply_umask(path)
    for file in (*files, path):
        fsync_path(file)
    listed = {file.name: (file.stat().st_size, file_sha256(file)) for file in files}
    with atomic_write.atomic_write(path / WHOLE) as whole:
        whole.write(json.dumps(listed).encode())
    fsync_path(path.parent)


def thin_out(out: Path, best: int | None) -> None:
    """Remove all checkpoints except the KEPT newest complete ones and the one of the best step."""
    whole = sorted(filter(is_whole, _all(out)), key=step_of, reverse=True)
    kept = {*whole[:KEPT], folder(out) / f"checkpoint-{best}"}
    for path in _all(out):
        if path not in kept:
            remove(path)


def remove_all(out: Path) -> None:
    """Remove every checkpoint of a run, complete or not, and its encoded pictures."""
    remove(folder(out) / PICTURES)
    for path in _all(out):
        # a folder with other files and none of ours belongs to somebody else, in spite of its name
        if (path / TRAINED).is_file() or (path / WHOLE).is_file() or not any(path.iterdir()):
            remove(path)


def remove(path: Path) -> None:
    """Remove a checkpoint. If its path is a link or a file instead of a folder, remove that."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
