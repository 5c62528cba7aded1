"""The result of `quantize`, `merge` and `convert`: a model folder."""

from __future__ import annotations

from pathlib import Path

from flashsloth_cli.reports import known_folders
from flashsloth_cli.terminal import render, text


def show(model: str, folder: Path, *, json: bool, quiet: bool) -> None:
    """Print the path and size of a written model and how to try it, and note the folder for `list`."""
    known_folders.remember(folder)
    if json:
        document = {
            "schema": "flashsloth.written/1",
            "model": model,
            "path": str(folder),
            "size_bytes": known_folders.size(folder),
        }
        render.write_json(document)
    if not quiet:
        again = f"flashsloth ask -m {render.folder_argument(folder)} photo.jpg -p TEXT"
        render.note(f"wrote {folder}, {text.gigabytes(known_folders.size(folder))}. Try it: {again}")
