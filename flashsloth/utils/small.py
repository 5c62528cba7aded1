"""Small files that people and programs write: text, TOML, JSON. Read with an end, whatever lies in the place of one.

Knows sizes and kinds of files; knows no key of any of them. What cannot be read is an OSError or a ValueError here:
the caller knows what the file was for.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

MOST = 16 * 2**20  # bytes


def read_text(path: Path, *, pipe: bool = False) -> str:
    """The text of a file, with the line ends it has. `pipe`: it may be one, or a device, as `<(echo hi)` is; reading
    that waits for who writes there, and ends at the ceiling too.

    Raises: OSError also for what is no file (the null device is an empty one) and for one that is far too large;
    UnicodeDecodeError.
    """
    found = path.stat()
    plain = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)  # to open a folder says so
    if not (plain or pipe or os.path.samestat(found, os.stat(os.devnull))):
        raise OSError(errno.EINVAL, "it is a pipe or a device", str(path))
    with path.open("rb") as file:
        data = file.read(MOST + 1)
    if len(data) > MOST:
        raise OSError(errno.EFBIG, f"it has more than {MOST // 2**20} MB", str(path))
    return data.decode("utf-8-sig")


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
