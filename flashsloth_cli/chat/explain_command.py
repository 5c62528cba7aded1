"""`/explain`: where the model looked for the last answer, in the terminal or in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth.utils.output_path import check_output_path
from flashsloth.utils.paths import expand
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from flashsloth_cli.chat.command_context import CommandContext

LEGEND = "where it looked: from dark to bright 0 to {:g} times chance; /explain FILE writes all maps"
NO_PREVIEW = "this terminal cannot show pictures; /explain FILE writes a .png or .svg"


def explain(context: CommandContext, rest: str) -> None:
    """Write the maps of the last answer to a file, or draw the main one in the terminal.

    Raises: OptionError without an answer about a picture, or for a file of another format; InputError for one that
    exists or cannot be written.
    """
    from flashsloth.explain import panels
    from flashsloth.explain.explanation import check_suffix

    path = None if not rest else check_suffix(expand(image_mentions.argument(rest)))
    if path is not None:
        check_output_path(path, force=False, hint="Choose another name.")
    explanation = context.chat.explain()
    if path is not None:
        explanation.save(path)
        render.note(f"written to {path}")
        return
    method = context.preview if context.preview != "off" else "auto"
    shown = context.show_preview(method, *(explanation.overlay(n) for n in range(len(explanation.images))))
    render.note(LEGEND.format(panels.TOP) if shown else NO_PREVIEW)
