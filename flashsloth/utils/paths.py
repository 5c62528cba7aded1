"""The package's own folder, the user's folders, and `~` in paths. Importing this module is quick."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from flashsloth.errors import InputError
from flashsloth.utils import system

RECIPE = "reduction.json"  # a file in a model's folder that states which visual tokens are left out
# weights of some recipes, in a file beside the recipe; they are not weights of the model
RECIPE_WEIGHTS = "reduction.safetensors"
RECIPE_FILES = (RECIPE, RECIPE_WEIGHTS)
# a file in a quantized copy, with the stamp of the original model's files
COPIED_FROM = "copied_from.json"
CHECKSUMS = "checksums.txt"  # a file in a quantized copy, with checksums of its other files
NANO = "nano"  # the built-in model
NANO_FOLDER = Path(__file__).parents[1] / "nano"


def check_current_folder() -> None:
    """Raise InputError if the working directory was removed. Without this check transformers could not
    be imported, and torch's matrix library would end the process."""
    try:
        os.getcwd()
    except OSError as error:
        raise InputError(
            f"the current folder cannot be used: {error.strerror}",
            hint="It was probably removed. Change to another folder: cd",
        ) from error


def quantized_cache_folder() -> Path:
    """Return the folder in which the loader keeps quantized copies. It need not exist."""
    return user_folder("cache") / "quantized"


def hub_cache() -> Path:
    """Return the folder in which huggingface_hub keeps models, without importing huggingface_hub. The
    folder need not exist."""
    home = os.environ.get("HF_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface"
    )
    return Path(os.path.expanduser(os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub")))


def servers_folder() -> Path:
    """Return the folder with the records and sockets of the user's running servers. It need not
    exist."""
    return user_folder("data") / "servers"


def user_folder(kind: Literal["config", "data", "cache"]) -> Path:
    """Return the user's folder of this kind. It need not exist. If FLASHSLOTH_HOME is set, it is the
    folder that this variable names; for the cache it is its subfolder `cache`."""
    if home := os.environ.get("FLASHSLOTH_HOME"):
        return expand(home) / "cache" if kind == "cache" else expand(home)
    import platformdirs

    try:
        path: Path = getattr(platformdirs, f"user_{kind}_path")("flashsloth")
    except RuntimeError:  # there is no home folder
        return Path(system.temporary_home(), kind)
    return path


def of_file_url(url: str) -> str | None:
    """Return the path in a file: URL such as file:///a%20b, file:/a or file:a. Return None if the file
    is on another machine. The characters # and ? are part of the name, because file managers do not
    escape them."""
    rest = url[len("file:") :]
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() not in ("", "localhost"):
            return None
        rest = slash + path
    path = unquote(rest, errors="surrogateescape")
    return path[1:] if system.WINDOWS and re.match(r"/[A-Za-z]:", path) else path


def shortest(path: str) -> str:
    """Return a path relative to the working directory, or the path itself if that is shorter or on
    another drive."""
    with suppress(ValueError):
        return min(os.path.relpath(path), path, key=len)
    return path


def expand(path: str | os.PathLike[str]) -> Path:
    """Expand `~` and `~name`. If there is no such user or no home folder, return the path unchanged, as
    a shell does. `Path.expanduser` would raise RuntimeError."""
    return Path(expand_text(path))


def expand_text(path: str | os.PathLike[str]) -> str:
    """Expand `~` as `expand` does, and keep every other character. A path with a NUL byte is returned
    unchanged, although `os.path.expanduser` raises ValueError for it."""
    try:
        return os.path.expanduser(os.fspath(path))
    except ValueError:
        return os.fspath(path)
