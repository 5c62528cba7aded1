"""A picture as a terminal can show it: by a protocol of its own, or in half-blocks of two colours each.

Knows escape sequences and PIL; knows no stream.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from PIL import Image

Method = Literal["auto", "kitty", "iterm2", "sixel", "blocks", "off"]
METHODS: tuple[Method, ...] = get_args(Method)
WIDEST, HIGHEST = 60, 20  # in characters
CELL = (10, 20)  # pixels of a character, where nobody tells
CHUNK = 4096  # characters of base64 that kitty takes at once
ENDS = "\x1b[0m"


def detect_method(environment: Mapping[str, str] = os.environ) -> Method:
    """What this terminal is known to understand. Inside tmux and screen only half-blocks come through."""
    kind, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if disabled_reason(environment):
        return "off"
    if environment.get("TMUX") or kind.startswith(("screen", "tmux")):
        return "blocks"
    if "kitty" in kind or "ghostty" in kind or environment.get("KITTY_WINDOW_ID") or program == "ghostty":
        return "kitty"
    if program in ("iTerm.app", "WezTerm", "mintty") or environment.get("LC_TERMINAL") == "iTerm2":
        return "iterm2"
    return "sixel" if kind.startswith(("foot", "mlterm", "yaft", "contour")) else "blocks"


def disabled_reason(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return why no picture is drawn unless a way is named; None where one is."""
    if environment.get("NO_COLOR"):
        return "NO_COLOR is set"
    return "TERM is dumb" if environment.get("TERM") == "dumb" else None


def draw(image: Image.Image, how: Method, columns: int, rows: int) -> str:
    """Text that shows the picture in at most so many characters, to be followed by a newline; "" for "off"."""
    how = detect_method() if how == "auto" else how
    wide, high = max(1, min(columns - 1, WIDEST)), max(1, min(rows - 4, HIGHEST))
    if how == "off":
        return ""
    if how == "blocks":
        return _blocks(image, wide, high)
    small = _fitted(image, wide * CELL[0], high * CELL[1])
    return {"kitty": _kitty, "iterm2": _iterm2, "sixel": _sixel}[how](small)


def _fitted(image: Image.Image, wide: int, high: int) -> Image.Image:
    scale = min(wide / image.width, high / image.height, 4)
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))


def _blocks(image: Image.Image, wide: int, high: int) -> str:
    """Two pixels a character, one above the other."""
    scale = min(wide / image.width, 2 * high / image.height)
    across = max(1, round(image.width * scale))
    down = max(2, round(image.height * scale / 2) * 2)
    pixels: Any = image.convert("RGB").resize((across, down)).load()
    lines = []
    for y in range(0, down, 2):
        cells = [
            "\x1b[38;2;{};{};{}m\x1b[48;2;{};{};{}m▀".format(*pixels[x, y], *pixels[x, y + 1]) for x in range(across)
        ]
        lines.append("".join(cells) + ENDS)
    return "\n".join(lines)


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _kitty(image: Image.Image) -> str:
    text = base64.b64encode(_png(image)).decode()
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    last = len(chunks) - 1
    sent = [
        f"\x1b_G{'a=T,f=100,q=2,' if at == 0 else ''}m={0 if at == last else 1};{chunk}\x1b\\"
        for at, chunk in enumerate(chunks)
    ]
    return "".join(sent)


def _iterm2(image: Image.Image) -> str:
    data = _png(image)
    text = base64.b64encode(data).decode()
    return f"\x1b]1337;File=inline=1;size={len(data)};width={image.width}px;height={image.height}px:{text}\x07"


def _sixel(image: Image.Image) -> str:
    """Bands of six rows, each drawn once in every colour that it has."""
    reduced = image.convert("RGB").quantize(64)
    palette = reduced.getpalette() or []
    pixels = list(reduced.tobytes())
    colours = sorted(set(pixels))
    parts = [f'\x1bPq"1;1;{image.width};{image.height}']
    parts += [
        "#{};2;{};{};{}".format(c, *(round(v / 2.55) for v in palette[3 * c : 3 * c + 3])) for c in colours
    ]  # fmt: skip
    for top in range(0, image.height, 6):
        rows = [pixels[y * image.width : (y + 1) * image.width] for y in range(top, min(top + 6, image.height))]
        for colour in sorted({value for row in rows for value in row}):
            bits = [sum((row[x] == colour) << i for i, row in enumerate(rows)) for x in range(image.width)]
            parts.append(f"#{colour}{_runs(bits)}$")
        parts.append("-")
    return "".join(parts) + "\x1b\\"


def _runs(bits: list[int]) -> str:
    """Columns as sixel characters, repetitions counted."""
    out, at = [], 0
    while at < len(bits):
        end = at
        while end < len(bits) and bits[end] == bits[at]:
            end += 1
        char = chr(63 + bits[at])
        out.append(f"!{end - at}{char}" if end - at > 3 else char * (end - at))
        at = end
    return "".join(out)
