"""`flashsloth man`, which makes docs/flashsloth.1."""

from __future__ import annotations

import typer

from flashsloth_cli.docs import man_page
from flashsloth_cli.terminal import streams


def man(context: typer.Context) -> None:
    """Print the manual page.

    flashsloth man > flashsloth.1
    """
    root = context.find_root().command
    streams.write(man_page.page(root))
