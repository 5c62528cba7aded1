"""What `quantize`, `merge` and `convert` say of the model folder that they wrote."""

from __future__ import annotations

from pathlib import Path

from flashsloth_cli.runs import known_folders
from flashsloth_cli.terminal import render, text


def show(model: str, folder: Path, *, json: bool, quiet: bool) -> None:
    """Print where the model is, how large it is and how to try it; `list` names it from now on."""
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
