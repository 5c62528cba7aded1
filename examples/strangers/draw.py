"""Draw twenty pictures without the program that draws nano's world.

    python examples/strangers/draw.py [FOLDER]

Some show things that nano knows, drawn by other means; most show things that it has never seen. Five
need matplotlib or its fonts and are skipped without it. No picture was changed, removed or replaced
because of nano's answers.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FOLDER = Path(__file__).parent / "images"
RGB = tuple[int, int, int]
Drawing = Callable[[], Image.Image]

PLAIN: dict[str, Drawing] = {}
PLOTTED: dict[str, Drawing] = {}
"""Drawings by file name; those of PLOTTED need matplotlib or its fonts."""


def picture(drawing: Drawing) -> Drawing:
    PLAIN[f"{drawing.__name__.replace('_', '-')}.png"] = drawing
    return drawing


def plotted(drawing: Drawing) -> Drawing:
    PLOTTED[f"{drawing.__name__.replace('_', '-')}.png"] = drawing
    return drawing


def font(size: float) -> Any:
    """Return Pillow's own font (Aileron)."""
    return ImageFont.load_default(size)


def canvas(
    width: int, height: int, paint: str | RGB = "white"
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a canvas of four times the size, for smooth edges."""
    image = Image.new("RGB", (4 * width, 4 * height), paint)
    return image, ImageDraw.Draw(image)


def smooth(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS)


def ring(
    x: float, y: float, radius: float, corners: int, turn: float = 0.0
) -> list[tuple[float, float]]:
    """Return the corners of a regular polygon, the first one at the top."""
    angles = [2 * math.pi * i / corners + turn - math.pi / 2 for i in range(corners)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


# Things that nano knows, drawn by other means


@picture
def red_disc() -> Image.Image:
    image, draw = canvas(200, 200)
    draw.ellipse((200, 200, 600, 600), fill=(220, 40, 40))
    return smooth(image)


@picture
def two_overlapping_shapes() -> Image.Image:
    image, draw = canvas(220, 180, (245, 245, 240))
    draw.rectangle((120, 200, 480, 560), fill=(40, 70, 200))
    draw.ellipse((340, 120, 740, 520), fill=(250, 205, 40))
    return smooth(image)


@picture
def traffic_stop_sign() -> Image.Image:
    """On a pole, in front of a sky and a meadow."""
    image, draw = canvas(200, 240, (150, 200, 240))
    draw.rectangle((0, 760, 800, 960), fill=(110, 160, 80))
    draw.rectangle((385, 500, 415, 960), fill=(120, 120, 125))
    draw.polygon(ring(400, 340, 290, 8, math.pi / 8), fill="white")
    draw.polygon(ring(400, 340, 268, 8, math.pi / 8), fill=(180, 25, 35))
    draw.text((400, 338), "STOP", "white", font(175), anchor="mm", stroke_width=5)
    return smooth(image)


@picture
def shelf_label() -> Image.Image:
    image, draw = canvas(260, 150, (235, 235, 230))
    draw.rounded_rectangle((60, 60, 980, 540), 40, fill=(255, 230, 60), outline=(60, 60, 60), width=6)
    draw.text((110, 90), "Oat milk 1 l", (40, 40, 40), font(80))
    draw.text((930, 470), "$3.49", (200, 20, 20), font(200), anchor="rs", stroke_width=6)
    bars, x = Random(5), 110
    while x < 350:
        wide = bars.choice((5, 9, 14))
        draw.rectangle((x, 330, x + wide, 460), fill=(20, 20, 20))
        x += wide + bars.choice((6, 10))
    return smooth(image)


@picture
def smiling_face() -> Image.Image:
    """Drawn with a shaky hand and a pencil."""
    image, draw = canvas(200, 200, (252, 250, 244))
    hand = Random(11)

    def line(points: list[tuple[float, float]]) -> None:
        shaken = [(4 * x + hand.gauss(0, 4), 4 * y + hand.gauss(0, 4)) for x, y in points]
        draw.line(shaken, (70, 70, 75), 11, joint="curve")

    def arc(x: float, y: float, a: float, b: float, start: float, end: float) -> None:
        steps = [math.radians(start + (end - start) * i / 40) for i in range(41)]
        line([(x + a * math.cos(t), y + b * math.sin(t)) for t in steps])

    arc(100, 102, 72, 76, -95, 275)
    arc(74, 84, 6, 9, 0, 360)
    arc(128, 82, 6, 9, 0, 360)
    arc(101, 112, 40, 32, 20, 160)
    line([(100, 92), (94, 112), (104, 114)])
    for x in range(52, 150, 9):
        line([(x, 44 - abs(100 - x) / -4), (x + hand.uniform(-8, 8), 18 + abs(100 - x) / 3)])
    return smooth(image)


# Shapes that nano has no names for


@picture
def hexagon() -> Image.Image:
    image, draw = canvas(200, 190)
    draw.polygon(ring(400, 380, 270, 6), fill=(40, 150, 80))
    return smooth(image)


@picture
def crescent() -> Image.Image:
    image, draw = canvas(200, 200)
    draw.ellipse((160, 160, 640, 640), fill=(130, 50, 160))
    draw.ellipse((300, 100, 740, 540), fill="white")
    return smooth(image)


# Signs and symbols


@picture
def flag() -> Image.Image:
    """Three upright stripes."""
    image, draw = canvas(240, 160)
    for i, paint in enumerate(((0, 140, 70), (250, 250, 250), (255, 130, 40))):
        draw.rectangle((320 * i, 0, 320 * (i + 1), 640), fill=paint)
    return smooth(image)


@picture
def code() -> Image.Image:
    """Like a QR code, without content."""
    cells, size = 25, 7
    dots = np.random.default_rng(3).random((cells, cells)) < 0.5
    for y, x in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        dots[max(y - 1, 0) : y + 8, max(x - 1, 0) : x + 8] = False
        dots[y : y + 7, x : x + 7] = True
        dots[y + 1 : y + 6, x + 1 : x + 6] = False
        dots[y + 2 : y + 5, x + 2 : x + 5] = True
    small = Image.fromarray(np.where(np.pad(dots, 2), 0, 255).astype(np.uint8))
    return small.resize((small.width * size, small.height * size), Image.Resampling.NEAREST).convert(
        "RGB"
    )


@picture
def wall_clock() -> Image.Image:
    """At ten past ten."""
    image, draw = canvas(200, 200, (225, 215, 200))
    draw.ellipse((80, 80, 720, 720), fill="white", outline=(50, 50, 55), width=26)
    for hour, (x, y) in enumerate(ring(400, 400, 245, 12)):
        draw.text((x, y), str(hour or 12), (50, 50, 55), font(70), anchor="mm")
    for angle, length, width in ((305, 130, 22), (60, 205, 14)):
        turn = math.radians(angle)
        draw.line(
            (400, 400, 400 + length * math.sin(turn), 400 - length * math.cos(turn)),
            (20, 20, 20),
            width,
        )
    return smooth(image)


@picture
def chessboard() -> Image.Image:
    """With a rook and two pawns."""
    image, draw = canvas(200, 200)
    for y in range(8):
        for x in range(8):
            paint = (240, 217, 181) if (x + y) % 2 == 0 else (181, 136, 99)
            draw.rectangle((100 * x, 100 * y, 100 * x + 99, 100 * y + 99), fill=paint)
    for x, y, paint in ((2, 6, "white"), (5, 1, (30, 30, 30))):
        draw.ellipse(
            (100 * x + 30, 100 * y + 14, 100 * x + 70, 100 * y + 54),
            fill=paint,
            outline="black",
            width=4,
        )
        draw.polygon(
            [(100 * x + 50, 100 * y + 40), (100 * x + 22, 100 * y + 88), (100 * x + 78, 100 * y + 88)],
            paint,
        )
    draw.rectangle((725, 720, 775, 790), fill="white", outline="black", width=4)
    draw.rectangle((715, 710, 785, 735), fill="white", outline="black", width=4)
    return smooth(image)


# Pages


@picture
def receipt() -> Image.Image:
    """Slightly askew on a table."""
    image, draw = canvas(150, 230, (252, 252, 250))
    draw.text((300, 50), "CORNER SHOP", "black", font(60), anchor="mm")
    draw.text((300, 115), "12 High Street", (60, 60, 60), font(40), anchor="mm")
    items = (
        ("Bread", "2.80"),
        ("Milk", "1.20"),
        ("Apples", "3.45"),
        ("Coffee", "6.90"),
        ("Soap", "1.15"),
    )
    for number, (name, price) in enumerate(items):
        draw.text((60, 190 + 70 * number), name, (30, 30, 30), font(48))
        draw.text((540, 190 + 70 * number), price, (30, 30, 30), font(48), anchor="ra")
    draw.line((60, 560, 540, 560), (30, 30, 30), 5)
    draw.text((60, 590), "TOTAL", "black", font(62))
    draw.text((540, 590), "15.50", "black", font(62), anchor="ra")
    draw.text((300, 760), "Thank you!", (60, 60, 60), font(46), anchor="mm")
    table = Image.new("RGB", (840, 1040), (120, 85, 55))
    turned = image.convert("RGBA").rotate(5, Image.Resampling.BICUBIC, expand=True)
    table.paste(turned, ((840 - turned.width) // 2, (1040 - turned.height) // 2), turned)
    return smooth(table).quantize(32)


@picture
def street_map() -> Image.Image:
    image, draw = canvas(240, 200, (236, 232, 224))
    draw.rectangle((520, 60, 880, 330), fill=(190, 222, 170))
    river = [(0, 640), (220, 560), (430, 620), (640, 520), (960, 560)]
    draw.line(river, (150, 195, 235), 80, joint="curve")
    for points, width, paint in (
        ([(0, 200), (960, 400)], 34, "white"),
        ([(300, 0), (360, 800)], 34, "white"),
        ([(0, 420), (960, 700)], 24, "white"),
        ([(480, 0), (500, 800)], 20, "white"),
        ([(700, 340), (860, 800)], 20, "white"),
        ([(0, 60), (500, 30), (960, 20)], 44, (250, 200, 110)),
    ):
        draw.line(points, (200, 195, 185), width + 8, joint="curve")
        draw.line(points, paint, width, joint="curve")
    draw.text((700, 180), "City Park", (70, 110, 60), font(60), anchor="mm")
    draw.text((130, 320), "Main St", (90, 90, 90), font(44), anchor="mm")
    draw.polygon([(400, 470), (340, 360), (460, 360)], fill=(215, 50, 45))
    draw.ellipse((336, 290, 464, 418), fill=(215, 50, 45))
    return smooth(image)


# Without edges


@picture
def evening_sky() -> Image.Image:
    """Nothing but a gradient."""
    y, x = np.mgrid[0:160, 0:220] / 160.0
    stops = np.array([(30, 30, 90), (150, 70, 130), (250, 150, 90), (255, 225, 160)], float)
    level = np.clip(y * 0.9 + 0.1 * np.sin(2 * x), 0, 1) * 3
    low = np.minimum(level.astype(int), 2)
    part = (level - low)[..., None]
    return Image.fromarray((stops[low] * (1 - part) + stops[low + 1] * part).astype(np.uint8))


@picture
def mountains() -> Image.Image:
    """Like a photograph: ridges in haze, a lake, grain; in few colours, as grain makes files large."""
    noise = np.random.default_rng(9)
    high, wide = 150, 210
    pixels = np.empty((high, wide, 3))
    down = np.linspace(0, 1, high)[:, None, None]
    pixels[:] = (1 - down) * np.array((120, 165, 215)) + down * np.array((225, 230, 235))
    for layer in range(4):
        slope = np.cumsum(noise.normal(0, 1.4, wide))
        slope = np.convolve(np.pad(slope, 4, "edge"), np.ones(9) / 9, "valid")
        top = 45 + 18 * layer + slope - slope.mean()
        rock = np.array((150, 165, 185)) * (1 - layer / 4) + np.array((45, 60, 50)) * layer / 4
        pixels[np.arange(high)[:, None] > top] = rock
    lake = slice(118, high)
    pixels[lake] = pixels[117 : 117 - (high - 118) : -1] * 0.75 + np.array((15, 25, 40))
    pixels += noise.normal(0, 5, (high, wide, 1))
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    return image.quantize(32, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


# By matplotlib


def plot(wide: float, high: float) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(wide, high), dpi=80, layout="tight")


def as_image(figure: Any) -> Image.Image:
    from matplotlib import pyplot

    figure.canvas.draw()
    image = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    pyplot.close(figure)
    return image


@plotted
def sales() -> Image.Image:
    """Bars with axes, names and a title."""
    figure, axes = plot(3.2, 2.6)
    axes.bar(
        ["Spring", "Summer", "Autumn", "Winter"],
        [12, 31, 22, 7],
        color=["green", "gold", "chocolate", "navy"],
    )
    axes.set_ylabel("ice creams sold")
    axes.set_title("Sales by season")
    return as_image(figure)


@plotted
def shares() -> Image.Image:
    """A pie with percentages and names."""
    figure, axes = plot(3, 2.6)
    axes.pie(
        [52, 30, 18],
        labels=["Bus", "Bike", "Car"],
        autopct="%d%%",
        colors=["tomato", "skyblue", "limegreen"],
    )
    return as_image(figure)


@plotted
def waves() -> Image.Image:
    """Two lines with a legend and a grid."""
    figure, axes = plot(3.2, 2.4)
    x = np.linspace(0, 10, 200)
    axes.plot(x, np.sin(x), label="sine")
    axes.plot(x, np.exp(-x / 4) * np.cos(2 * x), "--", label="damped")
    axes.grid(alpha=0.3)
    axes.legend()
    return as_image(figure)


# In its fonts


def typeface(name: str, size: float) -> Any:
    import matplotlib

    return ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"), size
    )


@plotted
def terminal() -> Image.Image:
    """A window with a title bar and a shell's output."""
    face = typeface("DejaVuSansMono", 13)
    image = Image.new("RGB", (320, 200), (24, 26, 32))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 320, 20), fill=(60, 63, 72))
    for x, paint in ((10, (255, 95, 86)), (24, (255, 189, 46)), (38, (39, 201, 63))):
        draw.ellipse((x, 6, x + 8, 14), fill=paint)
    lines = (
        ("$ git status", (220, 220, 220)),
        ("On branch main", (180, 180, 180)),
        ("Changes not staged for commit:", (180, 180, 180)),
        ("    modified:   README.md", (235, 110, 100)),
        ("$ python -m pytest -q", (220, 220, 220)),
        ("........................ [100%]", (120, 210, 120)),
        ("24 passed in 3.17s", (120, 210, 120)),
        ("$ _", (220, 220, 220)),
    )
    for number, (line, paint) in enumerate(lines):
        draw.text((8, 30 + 20 * number), line, paint, face)
    return image


@plotted
def slanted_word() -> Image.Image:
    """An italic with serifs, slanted upwards."""
    image, draw = canvas(240, 160, (250, 248, 240))
    draw.text((480, 320), "hello", (30, 60, 140), typeface("cmti10", 330), anchor="mm")
    return smooth(image.rotate(18, Image.Resampling.BICUBIC, fillcolor=(250, 248, 240)))


def draw_all(folder: Path) -> list[str]:
    """Write the pictures; return the names of those that need matplotlib if it is not installed."""
    folder.mkdir(parents=True, exist_ok=True)
    can_plot = importlib.util.find_spec("matplotlib") is not None
    for name, drawing in {**PLAIN, **(PLOTTED if can_plot else {})}.items():
        drawing().save(folder / name, optimize=True)
    return [] if can_plot else list(PLOTTED)


def main() -> None:
    skipped = draw_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    if skipped:
        print(f"skipped, as matplotlib is not installed: {', '.join(skipped)}", file=sys.stderr)


if __name__ == "__main__":
    main()
