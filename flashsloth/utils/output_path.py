"""Check the path of a file before anything is computed for it."""

from __future__ import annotations

import os
from pathlib import Path

from flashsloth.errors import InputError


def check_output_path(
    path: Path, *, force: bool, hint: str = "Choose another name, or replace it with --force."
) -> None:
    """Raise InputError if the path is a folder, its folder is missing, or it exists and `force` is not set. `hint` is
    shown if it exists."""
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder", hint="Name a file.")
    if os.path.lexists(path) and not force:
        raise InputError(f"{path} exists", hint=hint)
    if not os.path.isdir(path.parent):
        raise InputError(f"there is no folder {path.parent}", hint="Create it, or choose another file.")
