"""The command that tries a trained model."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.utils.paths import shortest
from flashsloth_cli.terminal import render, text

if TYPE_CHECKING:
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.run import Result

QUESTION = "What is this?"
SEARCHED = 100  # rows


def try_line(result: Result, recipe: Recipe) -> str:
    """Return a command that asks about the first picture of the data, or evaluates on drawn pictures."""
    from flashsloth.data.drawn_rows import PREFIX

    model = (
        f"--adapter {shlex.quote(str(result.out))}" if result.adapter else f"-m {render.folder_argument(result.out)}"
    )
    if recipe.stage == "see":
        return f"flashsloth train {recipe.data[0]} --stage instruct --max-steps N {model} -o DIR"
    if recipe.data and recipe.data[0].startswith(PREFIX):
        return f"flashsloth eval {PREFIX}test {model}"
    picture, question = first_picture(recipe) or ("photo.jpg", QUESTION)
    if picture.startswith("-"):
        picture = os.path.join(".", picture)
    needs_flag = " " not in question or "\n" in question or question.startswith("-") or "://" in question
    flag = "-p " if needs_flag else ""
    return f"flashsloth ask {model} {shlex.quote(picture)} {flag}{shlex.quote(question)}"


def first_picture(recipe: Recipe) -> tuple[str, str] | None:
    """Return the first picture of the data, preferably of the evaluation rows, and the first question about it."""
    from flashsloth.data.data_files import open_rows
    from flashsloth.errors import FlashSlothError

    with suppress(FlashSlothError):
        root = Path(recipe.image_root) if recipe.image_root else None
        rows = open_rows(recipe.eval_data or recipe.data, root, captions=True)
        if recipe.eval_split:
            from flashsloth.training.run_plan import split

            rows = split(rows, recipe.eval_split, recipe.seed)[1]
        for row in range(min(len(rows), SEARCHED)):
            with suppress(FlashSlothError):
                sample = rows[row]
                if sample.image is not None and sample.turns:
                    question = text.strip_control_chars(sample.turns[0].question)
                    return shortest(sample.image), question if question.strip() else QUESTION
    return None
