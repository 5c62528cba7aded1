"""`ask --explain`: a picture of where the model looked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import NoPicture
from flashsloth_cli.answers import models
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from flashsloth.chat import Answer, FlashSloth
    from flashsloth_cli.config.resolved_options import ResolvedOptions


def open_model(images: Sequence[object], options: ResolvedOptions) -> FlashSloth:
    """Open the model here. Raises: NoPicture, and the error of a model whose attention cannot be read."""
    if not images:
        raise NoPicture("no picture was given", hint='As in: flashsloth ask photo.jpg "Why?" --explain where.png')
    model = models.open_here(options)
    from flashsloth.explain.attention import check_readable  # imports torch

    check_readable(model.engine)
    return model


def write(answer: Answer, path: Path, options: ResolvedOptions) -> dict[str, Any]:
    """Write where the model looked to a file, and return its field of the document."""
    explanation, more = answer.explain(), options.explain_panels
    explanation.save(path, tokens=more in ("tokens", "all"), pooling=more in ("pooling", "all"))
    if not options.quiet and not options.json:
        render.note(f"note: written to {path}")
    return {"explanation": {"file": str(path), **explanation.document()}}
