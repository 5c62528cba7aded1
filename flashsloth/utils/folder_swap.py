"""Replace the files of a model folder all at once, or not at all.

1. The new files are written into a scratch folder inside the target, which is locked as long as the
   process runs.
2. `swap_in` moves the old files into the scratch folder, beginning with config.json.
3. Then it moves the new files into the target, ending with config.json. If an error occurs, the moves
   are undone.

Moving several files is not a single step. If the process is killed between 2 and 3, the folder has no
config.json, so it cannot be opened as a model. The next write to the folder removes the files that
killed processes left (`clear_unfinished`).
"""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from flashsloth.errors import InputError
from flashsloth.utils import atomic_write, system
from flashsloth.utils.paths import RECIPE_FILES

WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")
# in the README.md of a calibrated copy, which is part of the model: it tells how weights were rounded
CARD = "By `flashsloth quantize --calibrate`:"
LOCK = "lock"  # the name of the lock file in the scratch folder


@contextmanager
def replace_folder(target: Path, *, full_hint: str = atomic_write.FREE_SPACE) -> Iterator[Path]:
    """Yield an empty folder. If the block succeeds, the files in this folder replace those of the
    target; otherwise they are deleted. Files that killed processes left in the target are removed
    first.

    Raises: DiskFull, with the hint `full_hint`, or InputError for a failed write.
    """
    with atomic_write.convert_os_errors(target, full_hint=full_hint, hint="Give another folder."):
        target.parent.mkdir(parents=True, exist_ok=True)
        # The scratch folder is inside the target, if the target exists. The target may be a link or a
        # mount point, and files can be moved only within a file system.
        parent = target if target.exists() else target.parent
        clear_unfinished(parent)
        with (
            tempfile.TemporaryDirectory(prefix=atomic_write.SCRATCH_PREFIX, dir=parent) as scratch,
            ExitStack() as stack,
        ):
            lock = FileLock(Path(scratch) / LOCK)
            stack.callback(lock.release)
            # Without a lock other processes keep this folder too: they cannot lock it either.
            system.acquire_lock(lock, target, -1)
            made = Path(scratch) / "model"
            made.mkdir()
            yield made
            atomic_write.apply_umask(made)
            swap_in(made, target)


def clear_unfinished(folder: Path) -> bool:
    """Remove the scratch folders of killed processes. Those of other users, or from an unpacked
    archive, are kept. Return whether a process was killed while it moved its files into this folder."""
    was_moving = False
    for scratch in folder.glob(f"{atomic_write.SCRATCH_PREFIX}*"):
        with suppress(OSError, Timeout, NotImplementedError):
            if not _is_ours(scratch):
                continue
            if not any(scratch.iterdir()):  # another process may have just created it
                if time.time() - scratch.stat().st_mtime > 3600:
                    scratch.rmdir()
                continue
            with FileLock(scratch / LOCK, timeout=0):
                if (scratch / "old").exists() and any((scratch / "model").glob("*")):
                    was_moving = True
            shutil.rmtree(scratch, ignore_errors=True)
    return was_moving


def _is_ours(scratch: Path) -> bool:
    """Return whether only this user can write to a scratch folder, and whether it contains only entries
    that `replace_folder` makes. If it contained a link, files of another folder could be removed
    through that link."""
    inside = {path.name: path.lstat() for path in scratch.iterdir()}
    lock = inside.pop(LOCK, None)
    is_known = inside.keys() <= {"model", "old"} and (lock is None or stat.S_ISREG(lock.st_mode))
    folders = [scratch.lstat(), *inside.values()]
    # Only the mode of the outer folder is checked, because the modes of its content depend on the
    # umask.
    is_private = system.WINDOWS or not folders[0].st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    are_own = all(system.is_own(status) and stat.S_ISDIR(status.st_mode) for status in folders)
    return is_known and is_private and are_own


def is_empty_scratch(path: Path) -> bool:
    """Return whether a path is an empty scratch folder. A killed process left it, or a process has just
    created it."""
    return (
        path.name.startswith(atomic_write.SCRATCH_PREFIX)
        and not path.is_symlink()
        and path.is_dir()
        and not any(path.iterdir())
    )


def swap_in(made: Path, target: Path) -> None:
    """Replace the model in `target` by the files of the folder `made`. If an error occurs, undo this.
    Files that are not part of a model are kept."""
    if not target.exists():
        system.replace(made, target)
        return
    old = made.with_name("old")
    old.mkdir()
    # config.json comes last, because without it the folder is not a model
    new = sorted(made.iterdir(), key=lambda p: p.name == "config.json")
    for entry in target.iterdir():
        if entry.is_dir() and (made / entry.name).exists():
            raise InputError(
                f"{entry} is a folder where a file must be written", hint="Give another folder."
            )
    replaced = {*RECIPE_FILES, *(path.name for path in new)}
    card = target / "README.md"
    with suppress(OSError), card.open(encoding="utf-8", errors="replace") as file:
        if CARD in file.read(1000):
            replaced.add(card.name)
    stale = [p for p in target.iterdir() if p.name in replaced or WEIGHTS.fullmatch(p.name)]
    stale.sort(key=lambda p: p.name != "config.json")
    moves = [(entry, old / entry.name) for entry in stale]
    moves += [(entry, target / entry.name) for entry in new]
    try:
        for source, place in moves:
            system.replace(source, place)
    except BaseException:
        for source, place in reversed(moves):
            if place.exists() and not source.exists():
                system.replace(place, source)
        raise
