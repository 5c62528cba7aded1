"""`flashsloth man`, which makes docs/flashsloth.1."""

from __future__ import annotations

import typer

from flashsloth_cli import manual, streams


def man(context: typer.Context) -> None:
    """Print the manual page.

    flashsloth man > flashsloth.1
    """
    root = context.find_root().command
    streams.write(manual.page(root))
