"""Adapters and model folders on this machine that no hub knows: those that this program wrote, noted in a small file of
the user's data, and the quantized copies in the cache. Opens no model and loads no torch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flashsloth.utils import safe_read
from flashsloth.utils.paths import quantized_cache_folder

FILE = "folders.jsonl"


def remember(folder: Path) -> None:
    """Note a folder that was written, for `list`. Nothing happens where the file cannot be written."""
    with suppress(OSError):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe would never be opened
            return
        with path.open("a+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(end - 1, 0))
            cut = file.read(1) not in (b"", b"\n")  # by a process that was killed, or a full disk
            line = json.dumps({"path": str(folder.absolute())}).encode() + b"\n"
            file.write(b"\n" + line if cut else line)  # one write, so that several processes may append


def adapters() -> list[dict[str, Any]]:
    """What is known of each adapter that still exists, the last one first."""
    return [facts for facts in map(_adapter, _remembered()) if facts]


def copies() -> list[dict[str, Any]]:
    """The same of model folders that were written, and of the quantized copies in the cache."""
    return [facts for folder in (*_remembered(), *_cached()) if (facts := _copy(folder))]


def _file() -> Path:
    from flashsloth_cli.history.recording import history_path

    return history_path().with_name(FILE)


def _remembered() -> list[Path]:
    """Folders that were noted, the last one first, each once."""
    found: dict[Path, None] = {}
    with suppress(OSError, ValueError):
        for line in reversed(safe_read.read_text(_file(), errors="replace").splitlines()):
            with suppress(ValueError, TypeError, KeyError, RecursionError):  # a line that was cut, or is not ours
                found[Path(json.loads(line)["path"])] = None
    return list(found)


def _cached() -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted(path for path in quantized_cache_folder().iterdir() if not path.name.startswith("."))


def _json(path: Path) -> dict[str, Any]:
    """An object in a small file; an empty one if there is none."""
    with suppress(OSError, ValueError, RecursionError):
        found = safe_read.read_json(path)
        if isinstance(found, dict):
            return found
    return {}


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder, without those in folders inside it; 0 if it cannot be read."""
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return 0


def _adapter(folder: Path) -> dict[str, Any] | None:
    said = _json(folder / "adapter_config.json")
    base = _json(folder / "flashsloth_adapter.json").get("base") or said.get("base_model_name_or_path")
    if not said or not isinstance(base, str):
        return None
    return {"name": folder.name, "path": str(folder), "base": base, "rank": said.get("r"), "size_bytes": size(folder)}


def _copy(folder: Path) -> dict[str, Any] | None:
    said = _json(folder / "config.json")
    if not said:
        return None
    quant = said.get("quantization_config")
    return {
        "name": folder.name,
        "path": str(folder),
        "model": _origin(folder),
        "quant": quant.get("preset") if isinstance(quant, dict) else "none",
        "size_bytes": size(folder),
    }


def _origin(folder: Path) -> str | None:
    """The model that a copy in the cache was made from: a repository of the hub, or a folder."""
    files = _json(folder / "copied_from.json").get("files")
    with suppress(IndexError, TypeError):
        place = Path(files[0][0])  # type: ignore[index]
        repo = next((part for part in place.parts if part.startswith("models--")), None)
        return repo.removeprefix("models--").replace("--", "/") if repo else str(place.parent)
    return None
