"""Where the package's own files are, and those that a user names. Imports nothing, so that listing models stays
cheap."""

from __future__ import annotations

import os
from pathlib import Path

NANO_FOLDER = Path(__file__).parents[1] / "nano"


def expand(path: str | os.PathLike[str]) -> Path:
    """With the folder that `~` or `~name` stands for. Where there is no such user, or no home, it stays as it is, as
    in a shell; `Path.expanduser` raises RuntimeError there."""
    return Path(expanded(path))


def expanded(path: str | os.PathLike[str]) -> str:
    """The same as text, every other character kept. What no path can hold, a NUL, stays too: opening it says so, where
    `os.path.expanduser` raises ValueError."""
    try:
        return os.path.expanduser(os.fspath(path))
    except ValueError:
        return os.fspath(path)


def quantized_copies() -> Path:
    """The folder of the quantized copies that `flashsloth.checkpoints.loader` keeps. It need not exist."""
    from platformdirs import user_cache_path

    home = os.environ.get("FLASHSLOTH_HOME")
    return (expand(home) / "cache" if home else user_cache_path("flashsloth")) / "quantized"
