"""What this program keeps in the user's cache and can make again: encoded pictures and quantized copies.

Loads no torch.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from flashsloth.errors import ResourceError
from flashsloth.utils import paths
from flashsloth_cli.reports.known_folders import size

if TYPE_CHECKING:
    from flashsloth.utils.cache_folder import CacheFolder, CacheSize

Name = Literal["images", "quantized"]
NAMES: tuple[Name, ...] = get_args(Name)
NOUNS: dict[Name, tuple[str, str]] = {
    "images": ("encoded picture", "encoded pictures"),
    "quantized": ("quantized copy", "quantized copies"),
}
COPY = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")  # the name of a quantized copy's folder (`cached_copy_path`)


@dataclass(frozen=True, slots=True)
class Cache:
    """A kind of entries, their folder and their size; `limit_bytes` is None without a limit."""

    name: Name
    path: str
    entries: int
    size_bytes: int
    limit_bytes: int | None


def read(name: Name) -> Cache:
    """Return what a cache holds."""
    from flashsloth.utils import cache_folder

    if name == "images":
        images = cache_folder.encoded_images()
        return _of_images(images, images.size())
    return _of_copies(_copies())


def clear(name: Name) -> Cache:
    """Remove what a cache holds, and return what was removed. Raises: ResourceError for what cannot be removed."""
    from flashsloth.utils import cache_folder, folder_swap

    if name == "images":
        images = cache_folder.encoded_images()
        try:
            return _of_images(images, images.clear())
        except OSError as error:
            raise _not_removed(error.filename or str(images.path)) from error
    copies = _copies()
    removed = _of_copies(copies)
    for folder in copies:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # another process removed it, or a part of it
            shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise _not_removed(error.filename or str(folder)) from error
    if copies:
        folder_swap.clear_unfinished(paths.quantized_cache_folder())
    return removed


def describe(caches: Iterable[Cache]) -> str:
    """Return a text such as `12 encoded pictures and 1 quantized copy`."""
    return " and ".join(f"{each.entries:,} {NOUNS[each.name][each.entries != 1]}" for each in caches if each.entries)


def total_bytes(caches: Iterable[Cache]) -> int:
    return sum(cache.size_bytes for cache in caches)


def _of_images(images: CacheFolder, held: CacheSize) -> Cache:
    return Cache("images", str(images.path), held.entries, held.nbytes, images.limit)


def _of_copies(copies: list[Path]) -> Cache:
    return Cache("quantized", str(paths.quantized_cache_folder()), len(copies), sum(map(size, copies)), None)


def _copies() -> list[Path]:
    """Return the folders of quantized copies; links and other folders are left alone."""
    try:
        with os.scandir(paths.quantized_cache_folder()) as found:
            return sorted(
                Path(entry.path)
                for entry in found
                if COPY.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _not_removed(path: str) -> ResourceError:
    return ResourceError(f"cannot delete {path}", hint="Check the permissions of its folder.")
