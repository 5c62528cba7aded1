"""Draw a sheet of panels as SVG: each cell a rectangle with its value as a tooltip."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np

from flashsloth.explain.panels import OPACITY, TICKS, TOP, Panel, Sheet, color

GAP, LINE, BAR, STEPS = 12, 20, (240, 12), 48
GREY = '<filter id="grey"><feColorMatrix type="saturate" values="0"/></filter>'
QUALITY = 85  # of the pictures, JPEGs


def draw(sheet: Sheet) -> str:
    """Return an SVG document that needs no other file."""
    width = max(max(sum(panel.size[0] + GAP for panel in row) for row in sheet.rows) + GAP, 408)
    parts, y = [], GAP // 2
    for text in sheet.heading:
        parts.append(_text(GAP, y + 14, text))
        y += LINE
    for row in sheet.rows:
        x = GAP
        for panel in row:
            parts += [_text(x, y + 15, panel.title), f'<g transform="translate({x} {y + LINE})">{_panel(panel)}</g>']
            x += panel.size[0] + GAP
        y += row[0].size[1] + LINE + GAP
    parts += _legend(y)
    height = y + 3 * LINE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222222">'
        f"<title>{escape(sheet.heading[0])}</title>"
        f"<defs>{''.join(_pictures(sheet))}{GREY}</defs>"
        f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _pictures(sheet: Sheet) -> list[str]:
    """Return each picture once, as wide and high as 1; the panels scale it."""
    largest = {panel.picture: panel.size for row in reversed(sheet.rows) for panel in row}
    found = []
    for number, size in largest.items():
        data = io.BytesIO()
        sheet.images[number].resize(size).save(data, "JPEG", quality=QUALITY)
        url = f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
        found.append(f'<image id="p{number}" width="1" height="1" preserveAspectRatio="none" href="{url}"/>')
    return found


def _panel(panel: Panel) -> str:
    wide, high = panel.size
    grey = "" if panel.values is None else ' filter="url(#grey)"'
    shown = f'<g{grey}><use href="#p{panel.picture}" transform="scale({wide} {high})"/></g>'
    if panel.values is None:
        return shown
    rows, columns = panel.values.shape
    colors, cells = color(panel.values), []
    for y in range(rows):
        for x in range(columns):
            box = f'x="{wide * x / columns:.2f}" y="{high * y / rows:.2f}"'
            size = f'width="{wide / columns:.2f}" height="{high / rows:.2f}"'
            title = f"<title>{panel.values[y, x]:.2f} times chance</title>"
            cells.append(f"<rect {box} {size} {_fill(*colors[y, x])}>{title}</rect>")
    return f'{shown}<g shape-rendering="crispEdges">{"".join(cells)}</g>'


def _legend(y: int) -> list[str]:
    wide, high = BAR[0] / STEPS, BAR[1]
    colors = color(np.linspace(0, TOP, STEPS, dtype=np.float32))
    box = f'y="{y}" width="{wide:g}" height="{high}"'
    parts = [f'<rect x="{GAP}" y="{y}" width="{BAR[0]}" height="{high}" fill="grey"/>']
    parts += [f'<rect x="{GAP + wide * i:g}" {box} {_fill(*each)}/>' for i, each in enumerate(colors)]
    for value, text in TICKS:
        anchor = "start" if value in (0, TOP) else "middle"
        x = GAP + BAR[0] * value / TOP
        parts.append(f'<text x="{x:g}" y="{y + high + 16}" text-anchor="{anchor}">{escape(text)}</text>')
    return parts


def _fill(red: int, green: int, blue: int) -> str:
    return f'fill="#{red:02x}{green:02x}{blue:02x}" fill-opacity="{OPACITY}"'


def _text(x: int, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}">{escape(text)}</text>'
