"""The package's own folder, the user's folders, and `~` in paths. Light to import."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from flashsloth.errors import InputError
from flashsloth.utils import system

RECIPE = "reduction.json"  # in a model's folder: which visual tokens are left out
RECIPE_WEIGHTS = "reduction.safetensors"  # weights of some recipes, beside it; not the model's
RECIPE_FILES = (RECIPE, RECIPE_WEIGHTS)
COPIED_FROM = "copied_from.json"  # in a quantized copy: the stamp of its model's files
NANO = "nano"  # the built-in model
NANO_FOLDER = Path(__file__).parents[1] / "nano"


def check_current_folder() -> None:
    """Raise InputError if the current folder was removed. In such a folder transformers cannot be
    imported, and torch's matrix library ends the process."""
    try:
        os.getcwd()
    except OSError as error:
        raise InputError(
            f"the current folder cannot be used: {error.strerror}",
            hint="It was probably removed. Change to another folder: cd",
        ) from error


def quantized_cache_folder() -> Path:
    """Return the folder of the quantized copies that the loader keeps. It need not exist."""
    return user_folder("cache") / "quantized"


def hub_cache() -> Path:
    """Return the folder of models that huggingface_hub keeps, without importing it. It need not
    exist."""
    home = os.environ.get("HF_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface"
    )
    return Path(os.path.expanduser(os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub")))


def servers_folder() -> Path:
    """Return the folder with the records and sockets of the user's running servers. It need not
    exist."""
    return user_folder("data") / "servers"


def user_folder(kind: Literal["config", "data", "cache"]) -> Path:
    """Return the user's folder of this kind. It need not exist. If FLASHSLOTH_HOME is set, it is that
    folder, and its subfolder `cache` for the cache."""
    if home := os.environ.get("FLASHSLOTH_HOME"):
        return expand(home) / "cache" if kind == "cache" else expand(home)
    import platformdirs

    try:
        path: Path = getattr(platformdirs, f"user_{kind}_path")("flashsloth")
    except RuntimeError:  # there is no home
        return Path(system.temporary_home(), kind)
    return path


def of_file_url(url: str) -> str | None:
    """Return the path in a file: URL such as file:///a%20b, file:/a or file:a; None for a file on
    another machine. A # or ? is part of the name, because file managers do not escape it."""
    rest = url[len("file:") :]
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() not in ("", "localhost"):
            return None
        rest = slash + path
    path = unquote(rest, errors="surrogateescape")
    return path[1:] if system.WINDOWS and re.match(r"/[A-Za-z]:", path) else path


def shortest(path: str) -> str:
    """Return a path relative to the current folder, or the path itself if it is shorter or on another
    drive."""
    with suppress(ValueError):
        return min(os.path.relpath(path), path, key=len)
    return path


def expand(path: str | os.PathLike[str]) -> Path:
    """Expand `~` and `~name`. Without such a user, or without a home folder, return the path unchanged,
    as a shell does; `Path.expanduser` raises RuntimeError there."""
    return Path(expand_text(path))


def expand_text(path: str | os.PathLike[str]) -> str:
    """Expand `~` as `expand` does, and keep every other character. A path with a NUL byte is returned
    unchanged, where `os.path.expanduser` raises ValueError."""
    try:
        return os.path.expanduser(os.fspath(path))
    except ValueError:
        return os.fspath(path)
