"""Read small files with limits: regular files only, inside their folder, no larger than such a file can be.

A model's folder may come from anywhere and hold links to anywhere, pipes that never end, and devices. The cache of the
hub is made of links itself: from a snapshot to the blobs of its repository, and from those to a store that the cached
repositories share.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth.utils.text import error_reason

STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")  # a file's place in the store that cached repositories share
LINK_HINT = "Put the file itself in the place of the link, or give the folder that holds it."


def regular_file_in(folder: Path, name: str, most: int | None = None) -> Path | None:
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
        raise CheckpointDamaged(f"{path} cannot be read: {error_reason(error)}") from error
    try:
        found, real = path.stat(), path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # a link to nothing, links in a circle
        raise CheckpointDamaged(f"{path} cannot be read: {error_reason(error)}", hint=LINK_HINT) from error
    if not stat.S_ISREG(found.st_mode):
        raise CheckpointDamaged(f"{path} is no file")
    if not _belongs(real, folder):
        raise CheckpointDamaged(f"{path} is a link that leads out of its folder, to {real}", hint=LINK_HINT)
    if most is not None and found.st_size > most:
        raise CheckpointDamaged(f"{path} is far too large for a {path.name}: {found.st_size} bytes")
    return path


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


MAX_BYTES = 16 * 2**20  # bytes


def read_text(path: Path, *, pipe: bool = False, errors: str = "strict") -> str:
    """The text of a file, with the line ends it has. `pipe`: it may be one, or a device, as `<(echo hi)` is; reading
    that waits for who writes there, and ends at the ceiling too. `errors`: as of `bytes.decode`.

    Raises: OSError also for what is no file (the null device is an empty one) and for one that is far too large;
    UnicodeDecodeError.
    """
    found = path.stat()
    plain = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)  # to open a folder says so
    if not (plain or pipe or os.path.samestat(found, os.stat(os.devnull))):
        raise OSError(errno.EINVAL, "it is a pipe or a device", str(path))
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MAX_BYTES // 2**20} MB", str(path))
    return data.decode("utf-8-sig", errors)


def parse_toml(text: str) -> dict[str, Any]:
    """What a TOML text says. Raises: ValueError for everything that is wrong with it."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:  # which Python refuses to convert
        raise ValueError("a number in it has too many digits") from error


def read_json(path: Path) -> Any:
    """What a JSON file says. Raises: OSError; ValueError for everything that is wrong with it."""
    try:
        return json.loads(read_text(path))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
