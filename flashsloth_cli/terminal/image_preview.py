"""Draw pictures with escape sequences of terminals. They use the protocol of kitty, or half-block
characters with two colors each."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Mapping
from typing import Any, TextIO

from PIL import Image

MAX_COLUMNS = 60
MAX_ROWS = 20
CELL = (10, 20)  # assumed width and height of a character in pixels
CHUNK = 4096  # maximum number of base64 characters in one kitty sequence
HALF_BLOCK = "▀"
RESET = "\x1b[0m"


def shows_kitty(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this terminal understands kitty's protocol. tmux and screen do not pass it on."""
    kind = environment.get("TERM", "")
    if environment.get("TMUX") or kind.startswith(("screen", "tmux")):
        return False
    is_named = "kitty" in kind or "ghostty" in kind or environment.get("TERM_PROGRAM") == "ghostty"
    return is_named or "KITTY_WINDOW_ID" in environment


def is_drawable(stream: TextIO) -> bool:
    """Return whether `draw` can draw in the encoding of a terminal. Half blocks would otherwise become
    a screen of escapes."""
    return shows_kitty() or bool(HALF_BLOCK.encode(stream.encoding or "ascii", "ignore"))


def draw(image: Image.Image, columns: int, rows: int) -> str:
    """Return text that draws the picture in a terminal of that size, without the last newline."""
    wide = max(1, min(columns - 1, MAX_COLUMNS))
    high = max(1, min(rows - 4, MAX_ROWS))
    if not shows_kitty():
        return _blocks(image, wide, high)
    scale = min(wide * CELL[0] / image.width, high * CELL[1] / image.height, 4)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return _kitty(image.resize(size))


def _blocks(image: Image.Image, wide: int, high: int) -> str:
    """Draw two pixels in each character, one above the other."""
    # A half block shows its own color in the upper half of the cell, and the background in the lower.
    scale = min(wide / image.width, 2 * high / image.height)
    across = max(1, round(image.width * scale))
    down = max(2, round(image.height * scale / 2) * 2)
    pixels: Any = image.convert("RGB").resize((across, down)).load()
    cell = ("\x1b[38;2;{};{};{}m\x1b[48;2;{};{};{}m" + HALF_BLOCK).format
    return "\n".join(
        "".join(cell(*pixels[x, y], *pixels[x, y + 1]) for x in range(across)) + RESET
        for y in range(0, down, 2)
    )


def _kitty(image: Image.Image) -> str:
    data = io.BytesIO()
    image.save(data, "PNG")
    text = base64.b64encode(data.getvalue()).decode()
    # The first sequence says that a PNG follows (f=100), which is to be shown (a=T) without a reply
    # (q=2).
    drawn = ""
    for at in range(0, len(text), CHUNK):
        keys = "" if at else "a=T,f=100,q=2,"
        drawn += f"\x1b_G{keys}m={int(at + CHUNK < len(text))};{text[at : at + CHUNK]}\x1b\\"
    return drawn
