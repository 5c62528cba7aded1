"""Notes that are shown once a day. A file of the data folder keeps the last day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.paths import data_folder


def first_today(name: str) -> bool:
    """Return whether this is the first call of the day with this name. In a folder that cannot be written every call is
    the first one. Raises nothing."""
    today = date.today().isoformat()
    path = data_folder() / f"{name}-said"
    with suppress(OSError, ValueError):
        if safe_read.read_text(path).strip() == today:
            return False
    with suppress(OSError, ValueError):
        _write(path, today)
    return True


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic_write.atomic_write(path, mode=0o600) as file:
        file.write(f"{text}\n".encode())
