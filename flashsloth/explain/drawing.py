"""Draw maps over pictures with Pillow: panels in rows, a heading above, the scale of the colors
below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Array = npt.NDArray[np.float32]
Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

# The color map cividis (Nuñez, Anderton, Renslow 2018), which is readable with any color vision, at
# equal steps. Colors between the steps are interpolated.
CIVIDIS = (
    (0, 34, 78),
    (18, 53, 112),
    (59, 73, 108),
    (87, 93, 109),
    (112, 113, 115),
    (138, 134, 120),
    (165, 156, 116),
    (195, 179, 105),
    (225, 204, 85),
    (254, 232, 56),
)
# All values of a map that are at least TOP, in times chance (see maps.py), get the last color. TOP is
# the same for every picture and model, so that drawings can be compared.
TOP = 6.0
TICKS = ((0, "0"), (1, "chance"), (2, "2"), (4, "4"), (TOP, "6 times chance or more"))
OPACITY = 0.7  # the opacity of the colors over the grey picture
INK = "#222222"
GAP = 12
LINE = 20
BAR = (240, 12)


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture with or without a map over it. Its longer side is drawn with `longest` pixels."""

    title: str
    image: Image.Image
    values: Array | None
    longest: int = 300

    @property
    def size(self) -> tuple[int, int]:
        scale = self.longest / max(self.image.size)
        return max(1, round(self.image.width * scale)), max(1, round(self.image.height * scale))

    def draw(self) -> Image.Image:
        """Draw the picture in grey with the map's cells over it, or in color if there is no map."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        if self.values is None:
            return small
        # cells keep sharp edges: a smoothed map would suggest a higher resolution than the map has
        cells = Image.fromarray(color(self.values)).resize(self.size, Image.Resampling.NEAREST)
        return Image.blend(small.convert("L").convert("RGB"), cells, OPACITY)


def draw(heading: Sequence[str], rows: Sequence[Sequence[Panel]]) -> Image.Image:
    """Draw all panels in rows, the heading above and the legend below."""
    row_widths = [sum(panel.size[0] + GAP for panel in row) for row in rows]
    width = max(max(row_widths) + GAP, BAR[0] + 14 * GAP)  # the legend needs this width
    panels = sum(row[0].size[1] + LINE + GAP for row in rows)
    height = len(heading) * LINE + panels + 3 * LINE
    out = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(out)
    font = ImageFont.load_default(13)
    y = GAP // 2
    for text in heading:
        pen.text((GAP, y), fitted(text, width - 2 * GAP, font), INK, font)
        y += LINE
    for row in rows:
        x = GAP
        for panel in row:
            pen.text((x, y + 2), fitted(panel.title, panel.size[0], font), INK, font)
            out.paste(panel.draw(), (x, y + LINE))
            x += panel.size[0] + GAP
        y += row[0].size[1] + LINE + GAP
    _legend(out, pen, font, y)
    return out


def _legend(out: Image.Image, pen: ImageDraw.ImageDraw, font: Font, y: int) -> None:
    """Draw the scale of the colors, as they look over a medium grey."""
    scale = np.linspace(0, TOP, BAR[0], dtype=np.float32)
    bar = Image.fromarray(color(scale[None].repeat(BAR[1], axis=0)))
    out.paste(Image.blend(Image.new("RGB", BAR, "grey"), bar, OPACITY), (GAP, y))
    for value, text in TICKS:
        x = GAP + round(BAR[0] * value / TOP)
        pen.line([x, y + BAR[1], x, y + BAR[1] + 4], INK)
        # the first and the last label begin at their tick, because centered labels would exceed the
        # scale
        anchor = "la" if value in (0, TOP) else "ma"
        left = x - 3 if value == TOP else x
        pen.text((left, y + BAR[1] + 5), text, INK, font, anchor=anchor)


def fitted(text: str, width: int, font: Font) -> str:
    """Return the text, shortened to this width in pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def color(values: Array) -> npt.NDArray[np.uint8]:
    """Return the RGB colors (..., 3) of values in times chance."""
    steps = np.linspace(0, TOP, len(CIVIDIS))
    # np.interp returns the last color for all values beyond TOP
    channels = [np.interp(values, steps, channel) for channel in np.array(CIVIDIS).T]
    return np.stack(channels, axis=-1).round().astype(np.uint8)
