"""What is said once a day: the day of the last time is kept in a file of the data folder."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from flashsloth.utils import atomic_write, safe_read
from flashsloth.utils.paths import data_folder


def first_today(what: str) -> bool:
    """Return whether this was not asked yet today, and remember that it was. Where nothing can be remembered, as in a
    home that cannot be written, the answer is always yes. Raises nothing."""
    today = date.today().isoformat()
    path = data_folder() / f"{what}-said"
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
