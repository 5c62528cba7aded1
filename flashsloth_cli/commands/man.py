"""`flashsloth man`: the manual page, and the reference in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli.docs import man_page, markdown
from flashsloth_cli.docs.describe import describe
from flashsloth_cli.terminal import streams


def man(
    context: typer.Context,
    update: Annotated[
        Path | None, o.option(o.OUTPUT, "--update DIR", "Write flashsloth.1 and update cli.md in this folder.")
    ] = None,
) -> None:
    """Print the manual page.

    Examples:
        flashsloth man | man -l -
    """
    root = describe(context.find_root().command, "flashsloth")
    if update is None:
        streams.write(man_page.page(root))
        return
    reference = update / "cli.md"
    text = markdown.updated(reference.read_text(encoding="utf-8"), root)
    reference.write_text(text, encoding="utf-8")
    (update / "flashsloth.1").write_text(man_page.page(root), encoding="ascii")
