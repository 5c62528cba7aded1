"""Open the page of a server in the user's browser."""

from __future__ import annotations

import os
import sys
import threading

from flashsloth_cli.terminal import render

EVERYWHERE = {"//0.0.0.0:": "//127.0.0.1:", "//[::]:": "//[::1]:"}  # a browser cannot open these


def address(url: str) -> str:
    """Return the address of a server's page for a browser on this machine."""
    for each, local in EVERYWHERE.items():
        url = url.replace(each, local)
    return f"{url}/"


def open_page(url: str) -> None:
    """Open a server's page, without waiting for the browser. Print a note where none can be opened."""
    page = address(url)
    if not has_windows():  # only a browser in this terminal is left, where the log of the server goes
        render.note(f"no browser found; open {page} yourself")
        return

    def run() -> None:
        import webbrowser

        if not webbrowser.open(page):
            render.note(f"no browser found; open {page} yourself")

    threading.Thread(target=run, name="browser", daemon=True).start()


def has_windows() -> bool:
    """Return whether a browser with windows may be there: BROWSER names one, or the session has a display."""
    if os.environ.get("BROWSER") or sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
