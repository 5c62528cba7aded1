"""Adapters and model folders on this machine that are not from the hub: those that this program wrote, which a small
file of the data folder lists, and the quantized copies in the cache. Loads no torch.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from flashsloth.utils import safe_read
from flashsloth.utils.paths import quantized_cache_folder

FILE = "folders.jsonl"
COPY = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")  # the name of a quantized copy's folder (`cached_copy_path`)


def remember(folder: Path) -> None:
    """Note a written folder for `list`. Does nothing if the file cannot be written."""
    with suppress(OSError):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # opening a pipe would block
            return
        with path.open("a+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            truncated = file.read(1) not in (b"", b"\n")  # a process was killed, or the disk was full
            line = json.dumps({"path": str(folder.absolute())}).encode() + b"\n"
            file.write(b"\n" + line if truncated else line)  # one write, so that several processes may append


def adapters() -> list[dict[str, Any]]:
    """Return the facts of each adapter that still exists, the last one first."""
    return [facts for facts in map(_adapter, _remembered()) if facts]


def copies() -> list[dict[str, Any]]:
    """Return the facts of written model folders and of the quantized copies in the cache."""
    return [facts for folder in (*_remembered(), *quantized_copies()) if (facts := _copy(folder))]


def _file() -> Path:
    from flashsloth_cli.history.recording import history_path

    return history_path().with_name(FILE)


def _remembered() -> list[Path]:
    """Return the noted folders without duplicates, the last one first."""
    folders: dict[Path, None] = {}
    with suppress(OSError, ValueError):
        for line in reversed(safe_read.read_text(_file(), errors="replace").splitlines()):
            with suppress(ValueError, TypeError, KeyError, RecursionError):  # a damaged line
                folders[Path(json.loads(line)["path"])] = None
    return list(folders)


def quantized_copies() -> list[Path]:
    """Return the folders of quantized copies in the cache; links and other folders are left out."""
    with suppress(OSError), os.scandir(quantized_cache_folder()) as found:
        copies = (each for each in found if COPY.fullmatch(each.name) and each.is_dir(follow_symlinks=False))
        return sorted(Path(each.path) for each in copies)
    return []


def _json(path: Path) -> dict[str, Any]:
    """Return the object in a small file, or an empty one."""
    with suppress(OSError, ValueError, RecursionError):
        value = safe_read.read_json(path)
        if isinstance(value, dict):
            return value
    return {}


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder, without subfolders; 0 if it cannot be read."""
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return 0


def _adapter(folder: Path) -> dict[str, Any] | None:
    from flashsloth.checkpoints import adapter

    config = _json(folder / adapter.CONFIG)
    base = _json(folder / adapter.OURS).get("base") or config.get("base_model_name_or_path")
    if not config or not isinstance(base, str):
        return None
    return {"name": folder.name, "path": str(folder), "base": base, "rank": config.get("r"), "size_bytes": size(folder)}


def _copy(folder: Path) -> dict[str, Any] | None:
    config = _json(folder / "config.json")
    if not config:
        return None
    quant = config.get("quantization_config")
    return {
        "name": folder.name,
        "path": str(folder),
        "model": _origin(folder),
        "quant": quant.get("preset") if isinstance(quant, dict) else "none",
        "size_bytes": size(folder),
    }


def _origin(folder: Path) -> str | None:
    """Return the model of a copy in the cache: a repository of the hub, or a folder."""
    from flashsloth.checkpoints.quantized_cache import COPIED_FROM

    files = _json(folder / COPIED_FROM).get("files")
    with suppress(IndexError, TypeError):
        source = Path(files[0][0])  # type: ignore[index]
        repo = next((part for part in source.parts if part.startswith("models--")), None)
        return repo.removeprefix("models--").replace("--", "/") if repo else str(source.parent)
    return None
