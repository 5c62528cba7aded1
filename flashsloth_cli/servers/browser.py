"""Open the page of a server in the user's browser."""

from __future__ import annotations

import os
import sys
import threading

from flashsloth_cli.terminal import render


def open_page(page: str) -> threading.Thread:
    """Open the page at an address, in a thread, and return the thread. Print a note if no browser can
    be opened."""

    def run() -> None:
        import webbrowser

        # A graphical browser may exist if BROWSER or a display is set, and on Windows and macOS.
        # Otherwise there could only be a text browser in this terminal, to which the server writes its
        # log.
        has_windows = sys.platform in ("win32", "darwin") or any(
            os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
        )
        if not (has_windows and webbrowser.open(page)):
            render.note(f"no browser found; open {page} yourself")

    thread = threading.Thread(target=run, name="browser", daemon=True)
    thread.start()
    return thread
