"""Pictures as escape sequences of terminals: kitty, iTerm2, sixel, or half-blocks of two colors each."""

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
MAX_COLUMNS, MAX_ROWS = 60, 20
CELL = (10, 20)  # assumed pixels of a character
CHUNK = 4096  # characters of base64 in one kitty sequence
RESET = "\x1b[0m"


def detect_method(environment: Mapping[str, str] = os.environ) -> Method:
    """Return the best method of this terminal. tmux and screen pass only half-blocks on."""
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
    """Return why pictures are drawn only on request, or None."""
    if environment.get("NO_COLOR"):
        return "NO_COLOR is set"
    return "TERM is dumb" if environment.get("TERM") == "dumb" else None


def draw(image: Image.Image, method: Method, columns: int, rows: int) -> str:
    """Return text that draws the picture in a terminal of that size, without the last newline; "" for "off"."""
    method = detect_method() if method == "auto" else method
    wide, high = max(1, min(columns - 1, MAX_COLUMNS)), max(1, min(rows - 4, MAX_ROWS))
    if method == "off":
        return ""
    if method == "blocks":
        return _blocks(image, wide, high)
    small = _fitted(image, wide * CELL[0], high * CELL[1])
    return {"kitty": _kitty, "iterm2": _iterm2, "sixel": _sixel}[method](small)


def _fitted(image: Image.Image, wide: int, high: int) -> Image.Image:
    scale = min(wide / image.width, high / image.height, 4)
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))


def _blocks(image: Image.Image, wide: int, high: int) -> str:
    """Draw two pixels in each character, one above the other."""
    scale = min(wide / image.width, 2 * high / image.height)
    across = max(1, round(image.width * scale))
    down = max(2, round(image.height * scale / 2) * 2)
    pixels: Any = image.convert("RGB").resize((across, down)).load()
    lines = []
    for y in range(0, down, 2):
        cells = [
            "\x1b[38;2;{};{};{}m\x1b[48;2;{};{};{}m▀".format(*pixels[x, y], *pixels[x, y + 1]) for x in range(across)
        ]
        lines.append("".join(cells) + RESET)
    return "\n".join(lines)


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _kitty(image: Image.Image) -> str:
    text = base64.b64encode(_png(image)).decode()
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    last = len(chunks) - 1
    sequences = [
        f"\x1b_G{'a=T,f=100,q=2,' if at == 0 else ''}m={0 if at == last else 1};{chunk}\x1b\\"
        for at, chunk in enumerate(chunks)
    ]
    return "".join(sequences)


def _iterm2(image: Image.Image) -> str:
    data = _png(image)
    text = base64.b64encode(data).decode()
    return f"\x1b]1337;File=inline=1;size={len(data)};width={image.width}px;height={image.height}px:{text}\x07"


def _sixel(image: Image.Image) -> str:
    """Draw bands of six rows, once in each of their colors."""
    reduced = image.convert("RGB").quantize(64)
    palette = reduced.getpalette() or []
    pixels = list(reduced.tobytes())
    colors = sorted(set(pixels))
    parts = [f'\x1bPq"1;1;{image.width};{image.height}']
    parts += [
        "#{};2;{};{};{}".format(c, *(round(v / 2.55) for v in palette[3 * c : 3 * c + 3])) for c in colors
    ]  # fmt: skip
    for top in range(0, image.height, 6):
        rows = [pixels[y * image.width : (y + 1) * image.width] for y in range(top, min(top + 6, image.height))]
        for color in sorted({value for row in rows for value in row}):
            bits = [sum((row[x] == color) << i for i, row in enumerate(rows)) for x in range(image.width)]
            parts.append(f"#{color}{_runs(bits)}$")
        parts.append("-")
    return "".join(parts) + "\x1b\\"


def _runs(bits: list[int]) -> str:
    """Return columns as sixel characters, run-length encoded."""
    out, at = [], 0
    while at < len(bits):
        end = at
        while end < len(bits) and bits[end] == bits[at]:
            end += 1
        char = chr(63 + bits[at])
        out.append(f"!{end - at}{char}" if end - at > 3 else char * (end - at))
        at = end
    return "".join(out)
