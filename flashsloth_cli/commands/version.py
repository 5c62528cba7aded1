"""`flashsloth version`."""

from __future__ import annotations

from flashsloth import __version__
from flashsloth_cli.terminal import streams


def version() -> None:
    """Show the version.

    Examples:
        flashsloth version
    """
    streams.write(f"flashsloth {__version__}\n")
