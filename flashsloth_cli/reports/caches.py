"""The files that this program keeps in the user's cache and can make again, which are encoded pictures,
quantized copies and compiled kernels.

This module does not load torch.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from flashsloth.errors import ResourceError
from flashsloth.utils import cache_folder, folder_swap, paths, safe_read

Name = Literal["images", "quantized", "kernels"]
NAMES: tuple[Name, ...] = get_args(Name)
NOUNS: dict[Name, tuple[str, str]] = {
    "images": ("encoded picture", "encoded pictures"),
    "quantized": ("quantized copy", "quantized copies"),
    "kernels": ("compiled kernel", "compiled kernels"),
}
# The folders of the kinds of entries that are files.
FOLDERS: dict[Name, Callable[[], cache_folder.CacheFolder]] = {
    "images": cache_folder.encoded_images,
    "kernels": cache_folder.compiled_kernels,
}
# The name of the folder of a quantized copy (see checkpoints/loader.py).
COPY = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Cache:
    """One kind of entries, with their folder, number and size. `limit_bytes` is None if there is no
    limit."""

    name: Name
    path: str
    entries: int
    size_bytes: int
    limit_bytes: int | None


def read(name: Name) -> Cache:
    if name in FOLDERS:
        folder = FOLDERS[name]()
        return Cache(name, str(folder.path), *folder.size(), folder.limit)
    copies = quantized_copies()
    return Cache(name, str(paths.quantized_cache_folder()), len(copies), sum(map(size, copies)), None)


def clear(name: Name) -> Cache:
    """Remove the entries of a cache, and return their number and size. Raises: ResourceError if an
    entry cannot be removed."""
    held = read(name)  # read this before anything is removed, because the sizes are reported
    try:
        if name in FOLDERS:
            entries, size_bytes = FOLDERS[name]().clear()
            return replace(held, entries=entries, size_bytes=size_bytes)
        for folder in quantized_copies():
            with suppress(FileNotFoundError):  # another process may remove it at the same time
                shutil.rmtree(folder)
    except OSError as error:
        raise ResourceError(
            f"cannot delete {error.filename or held.path}", hint="Check the permissions of its folder."
        ) from error
    if held.entries:
        folder_swap.clear_unfinished(paths.quantized_cache_folder())
    return held


def describe(caches: Iterable[Cache]) -> str:
    """Return a text such as `12 encoded pictures, 1 quantized copy and 8 compiled kernels`."""
    held = (
        f"{each.entries:,} {NOUNS[each.name][each.entries != 1]}" for each in caches if each.entries
    )
    return " and ".join(", ".join(held).rsplit(", ", 1))  # only the last comma becomes "and"


# Quantized copies


def quantized_copies() -> list[Path]:
    """Return the folders of quantized copies, without links and other folders."""
    with suppress(OSError), os.scandir(paths.quantized_cache_folder()) as found:
        return sorted(
            Path(each.path)
            for each in found
            if COPY.fullmatch(each.name) and each.is_dir(follow_symlinks=False)
        )
    return []


def copy_facts(folder: Path) -> dict[str, Any]:
    """Return the name, model, preset and size of a quantized copy. A value that is not in its files is
    None."""
    preset = model = None
    with suppress(OSError, ValueError, RecursionError, TypeError, KeyError):
        preset = safe_read.read_json(folder / "config.json")["quantization_config"]["preset"]
        model = str(safe_read.read_json(folder / paths.COPIED_FROM)["model"])
    return {
        "name": folder.name,
        "path": str(folder),
        "model": model,
        "quant": preset,
        "size_bytes": size(folder),
    }


def size(folder: Path) -> int:
    """Return the size of the files in a folder in bytes, without subfolders. Return 0 if the folder
    cannot be read."""
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return 0
