"""Draw a sheet of panels with Pillow."""

from __future__ import annotations

import io
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from flashsloth.explain.panels import OPACITY, TICKS, TOP, Panel, Sheet, color

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

INK, GAP, LINE, BAR = "#222222", 12, 20, (240, 12)


def draw(sheet: Sheet) -> Image.Image:
    """Draw all panels in rows, a heading above and the legend below."""
    width = max(sum(panel.size[0] + GAP for panel in row) for row in sheet.rows) + GAP
    width = max(width, BAR[0] + 14 * GAP)
    height = len(sheet.heading) * LINE + sum(row[0].size[1] + LINE + GAP for row in sheet.rows) + 3 * LINE
    out = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(out), ImageFont.load_default(13)
    y = GAP // 2
    for text in sheet.heading:
        pen.text((GAP, y), fitted(text, width - 2 * GAP, font), INK, font)
        y += LINE
    for row in sheet.rows:
        x = GAP
        for panel in row:
            pen.text((x, y + 2), fitted(panel.title, panel.size[0], font), INK, font)
            out.paste(overlay(panel, sheet.images[panel.picture]), (x, y + LINE))
            x += panel.size[0] + GAP
        y += row[0].size[1] + LINE + GAP
    _legend(out, pen, font, y)
    return out


def overlay(panel: Panel, image: Image.Image) -> Image.Image:
    """Return a panel: the picture in grey with the map's cells over it, or in color without a map."""
    small = image.resize(panel.size, Image.Resampling.LANCZOS)
    if panel.values is None:
        return small
    cells = Image.fromarray(color(panel.values)).resize(panel.size, Image.Resampling.NEAREST)
    return Image.blend(small.convert("L").convert("RGB"), cells, OPACITY)


def _legend(out: Image.Image, pen: ImageDraw.ImageDraw, font: Font, y: int) -> None:
    """Draw the scale, as it looks over middle grey."""
    bar = Image.fromarray(color(np.linspace(0, TOP, BAR[0], dtype=np.float32)[None].repeat(BAR[1], axis=0)))
    out.paste(Image.blend(Image.new("RGB", BAR, "grey"), bar, OPACITY), (GAP, y))
    for value, text in TICKS:
        x = GAP + round(BAR[0] * value / TOP)
        pen.line([x, y + BAR[1], x, y + BAR[1] + 4], INK)
        anchor = "la" if value in (0, TOP) else "ma"
        pen.text((x - 3 * (value == TOP), y + BAR[1] + 5), text, INK, font, anchor=anchor)


def fitted(text: str, width: int, font: Font) -> str:
    """Return the text, cut to this width in pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def encoded(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()
