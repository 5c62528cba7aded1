"""Read regular files with a size limit, and only if they are inside their folder.

A downloaded folder may contain links to any place, endless pipes and devices. But not every link is an
attack: in the hub's cache a snapshot has links to the blobs of its repository, and these blobs may be
links to a store that all repositories share.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.paths import NANO_FOLDER, hub_cache
from flashsloth.utils.text import error_reason

# matches the path of a file in the store that cached repositories share
SHARED_BLOB = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
GIT_LFS = b"version https://git-lfs"  # the beginning of a Git LFS pointer
LINK_HINT = "Replace the link by the file itself, or give the folder that holds it."


def regular_file_in(folder: Path, name: str, max_bytes: int | None = None) -> Path | None:
    """Return the path of a file in a folder, or None if the name does not exist.

    Raises: CheckpointDamaged for a folder, a pipe, a device, a broken link, a link out of the folder, a
    Git LFS pointer, and a file of more than `max_bytes`.
    """
    path = folder / name
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # for example no permission, or an invalid name
        raise CheckpointDamaged(f"{path} cannot be read: {error_reason(error)}") from error
    try:
        status = path.stat()
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # for example a broken link, or a circle of links
        raise CheckpointDamaged(
            f"{path} cannot be read: {error_reason(error)}", hint=LINK_HINT
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointDamaged(f"{path} is not a regular file")
    if not _is_inside(real, folder):
        raise CheckpointDamaged(
            f"{path} is a link that leads out of its folder, to {real}", hint=LINK_HINT
        )
    if max_bytes is not None and status.st_size > max_bytes:
        raise CheckpointDamaged(f"{path} is far too large for a {path.name}: {status.st_size} bytes")
    # an error is ignored here, because the caller that reads the file will report it
    with suppress(OSError, MemoryError), path.open("rb") as file:
        if file.read(len(GIT_LFS)) == GIT_LFS:
            raise CheckpointDamaged(
                f"{path} is a Git LFS pointer, not the file itself",
                hint="Run `git lfs pull` in that folder to get it.",
            )
    return path


def _is_inside(real: Path, folder: Path) -> bool:
    """Return whether a file, with links resolved, belongs to the folder."""
    home = folder.resolve()
    # the built-in model's files may be links that an installer made
    if real.is_relative_to(home) or folder == NANO_FOLDER:
        return True
    repository = home.parent.parent
    if home.parent.name != "snapshots" or not repository.name.startswith("models--"):
        return False
    if repository.parent == hub_cache().resolve() and real.parent == (repository / "blobs").resolve():
        return True  # the user has replaced the folder `blobs` in their own cache by a link
    store = repository.parent / "blobs"
    shared = real.is_relative_to(store) and SHARED_BLOB.fullmatch(real.relative_to(store).as_posix())
    return real.parent == repository / "blobs" or bool(shared)


MAX_BYTES = 16 * 2**20


def read_text(path: Path, *, pipe: bool = False, errors: str = "strict") -> str:
    """Return the text of a UTF-8 file. Line ends are not changed.

    Args:
        pipe: whether a pipe or a device may be read, such as `<(echo hi)`. Reading waits for the
            writer, and has the same size limit.
        errors: as in `bytes.decode`.

    Raises: OSError, also for a pipe or a device unless `pipe` is true, and for a file over the limit;
    ValueError for text that is not UTF-8. The null device counts as an empty file.
    """
    status = path.stat()
    # folders are not refused here, because opening one raises a suitable error
    openable = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    if not (openable or pipe or os.path.samestat(status, os.stat(os.devnull))):
        raise OSError(errno.EINVAL, "it is a pipe or a device", str(path))
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MAX_BYTES // 2**20} MB", str(path))
    try:
        return data.decode("utf-8-sig", errors)
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error


def file_sha256(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


MAX_KEY_PARTS = 100
_PART = r"""(?:"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+'|[A-Za-z0-9_-]++)"""
# Matches the strings, comments and keys of TOML, and with its group a key of too many parts. It is
# compiled only for a text with as many dots. A string that is not closed ends with its line or the
# text, so that a search takes linear time.
_TOKENS = rf"""
    \"{{3}}(?:[^"\\]|\\.|"{{1,2}}(?!"))*+(?:"{{3,5}}|\Z)
    |'{{3}}(?:[^']|'{{1,2}}(?!'))*+(?:'{{3,5}}|\Z)
    |\#[^\n]*+
    |{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{0,{MAX_KEY_PARTS - 1}}}+([ \t]*+\.[ \t]*+{_PART})?
    |["'][^\n]*+
"""


def parse_toml(text: str, parse: Callable[[str], Any] = tomllib.loads) -> Any:
    """Parse TOML. Raises: ValueError for any invalid text, and for a key of more than MAX_KEY_PARTS
    parts, because the memory of a parser grows with the square of that number."""
    if text.count(".") >= MAX_KEY_PARTS:
        tokens = re.finditer(_TOKENS, text, re.VERBOSE | re.DOTALL)
        if any(token[1] for token in tokens):
            raise ValueError(f"a key has more than {MAX_KEY_PARTS} parts")
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        raise _name_limit(error) from None


# This limits the number of Python objects that parsing a text from the network creates. Base64 contains
# no separators, and texts contain few.
MAX_SEPARATORS = 100_000


def count_separators(text: bytes | bytearray) -> int:
    """Return how many separators a JSON text has, to be compared with a limit before it is parsed."""
    return sum(map(text.count, (b",", b":", b"[", b"{")))


def parse_json(text: str | bytes | bytearray) -> Any:
    """Parse JSON. Raises: ValueError for any invalid text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _name_limit(error) from None


def _name_limit(error: ValueError | RecursionError) -> ValueError:
    """Return an error whose message names the limit of Python that a text exceeds. Other errors of a
    parser name the position in the text and are returned unchanged."""
    if isinstance(error, RecursionError):
        return ValueError("it is nested too deeply")
    return error if type(error) is not ValueError else ValueError("a number in it has too many digits")


def read_json(path: Path) -> Any:
    """Parse a JSON file. Raises: OSError; ValueError for any invalid content."""
    return parse_json(read_text(path))
