"""Stamps of a model's files: two are equal if nothing has changed in between. `stamp` reads metadata only, and the
small files in `refs/` of the Hugging Face cache.

Size, modification and change time tell a file from another one in its place, also if a copy kept the modification time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SETTINGS = (".json", ".jinja", ".model", "merges.txt")
SUFFIXES = (".safetensors", ".bin", *SETTINGS)
INDEX = ".index.json"  # which file has which weights
OTHERS = ("run.json", "trainer_state.json")  # a run rewrites them all the time
MAX_REFERENCE = 1024  # bytes


def stamp(*folders: str | os.PathLike[str] | None) -> str:
    """Return a stamp of the files of a model, or of a model and its adapter. A missing folder has a stamp too."""
    entries = [entry for folder in folders if folder is not None for entry in sorted(_entries(Path(folder)))]
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()[:32]


def settings_digest(folder: str | os.PathLike[str]) -> str:
    """Return a digest of the content of a model's files besides its weights: configuration, tokenizer, template."""
    digest = hashlib.sha256()
    for path in sorted(_files(Path(folder))):
        if path.name.endswith(SETTINGS) and not path.name.endswith(INDEX) and path.name not in OTHERS:
            with suppress(OSError):
                digest.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    return digest.hexdigest()


def _entries(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if not entry.name.endswith(SUFFIXES) or entry.name in OTHERS:
                continue
            with suppress(OSError):
                status = os.stat(entry.path)  # of what a link leads to
                yield entry.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    if folder.parent.name == "snapshots":  # of the Hugging Face cache: which snapshot a name means may change
        for reference in _files(folder.parent.parent / "refs"):
            with suppress(OSError):
                content = reference.read_bytes()[:MAX_REFERENCE]
                yield f"refs/{reference.name} {content.decode('ascii', 'replace')}", 0, 0, 0


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []
