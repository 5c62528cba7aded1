"""Open the page of a server in the user's browser."""

from __future__ import annotations

import os
import sys
import threading

from flashsloth_cli.terminal import render


def open_page(page: str) -> threading.Thread:
    """Open the page at an address in a thread, which is returned. Print a note where no browser can be
    opened."""

    def run() -> None:
        import webbrowser

        # without windows only a browser in this terminal is left, where the log of the server goes
        if not (has_windows() and webbrowser.open(page)):
            render.note(f"no browser found; open {page} yourself")

    thread = threading.Thread(target=run, name="browser", daemon=True)
    thread.start()
    return thread


def has_windows() -> bool:
    """Return whether a graphical browser may exist: BROWSER or a display is set, or it is Windows or
    macOS."""
    named = any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
    return named or sys.platform in ("win32", "darwin")
