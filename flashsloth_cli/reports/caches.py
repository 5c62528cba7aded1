"""What this program keeps in the user's cache and can make again: encoded pictures and quantized copies.

Loads no torch.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from flashsloth.errors import ResourceError
from flashsloth.utils import cache_folder, folder_swap, paths
from flashsloth_cli.reports import known_folders

Name = Literal["images", "quantized"]
NAMES: tuple[Name, ...] = get_args(Name)
NOUNS: dict[Name, tuple[str, str]] = {
    "images": ("encoded picture", "encoded pictures"),
    "quantized": ("quantized copy", "quantized copies"),
}


@dataclass(frozen=True, slots=True)
class Cache:
    """A kind of entries, their folder and their size; `limit_bytes` is None without a limit."""

    name: Name
    path: str
    entries: int
    size_bytes: int
    limit_bytes: int | None


def read(name: Name) -> Cache:
    if name == "images":
        images = cache_folder.encoded_images()
        return Cache(name, str(images.path), *images.size(), images.limit)
    copies = known_folders.quantized_copies()
    size = sum(map(known_folders.size, copies))
    return Cache(name, str(paths.quantized_cache_folder()), len(copies), size, None)


def clear(name: Name) -> Cache:
    """Remove what a cache holds, and return what was removed. Raises: ResourceError for what cannot be removed."""
    held = read(name)
    try:
        if name == "images":
            entries, size = cache_folder.encoded_images().clear()
            return replace(held, entries=entries, size_bytes=size)
        for folder in known_folders.quantized_copies():
            remove(folder)
    except OSError as error:
        hint = "Check the permissions of its folder."
        raise ResourceError(f"cannot delete {error.filename or held.path}", hint=hint) from error
    if held.entries:
        folder_swap.clear_unfinished(paths.quantized_cache_folder())
    return held


def remove(folder: Path) -> None:
    """Remove a quantized copy. Another process may remove it, or a part of it, at the same time."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)


def describe(caches: Iterable[Cache]) -> str:
    """Return a text such as `12 encoded pictures and 1 quantized copy`."""
    return " and ".join(f"{each.entries:,} {NOUNS[each.name][each.entries != 1]}" for each in caches if each.entries)


def total_bytes(caches: Iterable[Cache]) -> int:
    return sum(cache.size_bytes for cache in caches)
