"""Which files of a model's folder may be read: plain ones that lie in it and are no larger than such a file can be.

Knows paths and sizes; reads no content. A folder that others made may hold links to anywhere, pipes that never end,
and devices. The hub's cache is made of links itself: from a snapshot to the blobs of its repository, and from those to
a store that the cached repositories share.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.paths import NANO_FOLDER

STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")  # a file's place in the store that cached repositories share
LINK_HINT = "Put the file itself in the place of the link, or give the folder that holds it."


def plain_file(folder: Path, name: str, most: int | None = None) -> Path | None:
    """The place of a file in a folder; None where there is nothing of that name.

    Raises: CheckpointDamaged for a folder, a pipe or a device of that name, a link that leads nowhere or out of the
    folder, and a file of more than `most` bytes.
    """
    path = folder / name
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # no permission, a name that no file can have
        raise CheckpointDamaged(f"{path} cannot be read: {reason(error)}") from error
    try:
        found, real = path.stat(), path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # a link to nothing, links in a circle
        raise CheckpointDamaged(f"{path} cannot be read: {reason(error)}", hint=LINK_HINT) from error
    if not stat.S_ISREG(found.st_mode):
        raise CheckpointDamaged(f"{path} is no file")
    if not _belongs(real, folder):
        raise CheckpointDamaged(f"{path} is a link that leads out of its folder, to {real}", hint=LINK_HINT)
    if most is not None and found.st_size > most:
        raise CheckpointDamaged(f"{path} is far too large for a {path.name}: {found.st_size} bytes")
    return path


def reason(error: Exception) -> str:
    """What the system said."""
    return (error.strerror if isinstance(error, OSError) else None) or shown(str(error))


def shown(value: object) -> str:
    """Something out of a file for a message: printable, and no longer than a line."""
    text = value if isinstance(value, str) else quoted(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 100 else f"{text[:97]}..."


def quoted(value: object) -> str:
    """The same as Python writes it: text in quotes."""
    try:
        return shown(repr(value))
    except (ValueError, RecursionError):  # a number of more than 4,300 digits
        return "a value too long to be shown"


def _belongs(real: Path, folder: Path) -> bool:
    """Whether a file, all links followed, is one of the folder's own."""
    home = folder.resolve()
    if real.is_relative_to(home) or folder == NANO_FOLDER:  # installers may link a package's files
        return True
    repository = home.parent.parent
    if home.parent.name != "snapshots" or not repository.name.startswith("models--"):
        return False
    store = repository.parent / "blobs"
    shared = real.is_relative_to(store) and STORED.fullmatch(real.relative_to(store).as_posix())
    return real.parent == repository / "blobs" or bool(shared)
