"""Where the package's own files are, and those that a user names. Imports nothing, so that listing models stays
cheap."""

from __future__ import annotations

import os
from pathlib import Path

NANO_FOLDER = Path(__file__).parent / "nano"


def expand(path: str | os.PathLike[str]) -> Path:
    """With the folder that `~` or `~name` stands for. Where there is no such user, or no home, it stays as it is, as
    in a shell; `Path.expanduser` raises RuntimeError there."""
    return Path(with_home(os.fspath(path)))


def with_home(text: str) -> str:
    """The same for what need not be a path, and may have a NUL byte, which no user's name has."""
    return text if "\0" in text else os.path.expanduser(text)
