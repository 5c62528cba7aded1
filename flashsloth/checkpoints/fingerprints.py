"""Tell whether the files of a model have changed. Needs only the standard library."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SUFFIXES = (".safetensors", ".bin", ".json", ".jinja", ".model", "merges.txt")
OTHERS = ("run.json", "trainer_state.json")  # a run rewrites them all the time
MAX_REFERENCE = 1024  # bytes


def stamp(*folders: str | os.PathLike[str] | None) -> str:
    """Return a stamp of the files of a model, or of a model and its adapter. Two are equal if nothing has changed in
    between. A missing folder has a stamp too.

    Only metadata are read, and the small files in `refs/` of the Hugging Face cache. Size, modification and change time
    tell a file from another one in its place, also if a copy kept the modification time.
    """
    entries = [entry for folder in folders if folder is not None for entry in sorted(_entries(Path(folder)))]
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()[:32]


def _entries(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(SUFFIXES) and entry.name not in OTHERS:
                with suppress(OSError):
                    status = os.stat(entry.path)  # of what a link leads to
                    yield entry.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    if folder.parent.name == "snapshots":  # of the Hugging Face cache: which snapshot a name means may change
        for reference in (folder.parent.parent / "refs").glob("*"):
            with suppress(OSError):
                content = reference.read_bytes()[:MAX_REFERENCE]
                yield f"refs/{reference.name} {content.decode('ascii', 'replace')}", 0, 0, 0
