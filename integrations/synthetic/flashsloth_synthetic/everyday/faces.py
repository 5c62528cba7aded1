"""Draw faces: with a pen on paper, or in colour."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from PIL import ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Picture,
    Point,
    any_paint,
    claim,
    counted,
    exists,
    fact,
    fine_canvas,
    grey,
    has,
    scene_of,
)
from flashsloth_synthetic.grammar import article, listing

MOODS = ("happy", "sad", "surprised")
SKINS = ("yellow", "yellow", "pink", "orange", "brown", "green")


@dataclass(frozen=True)
class _Pen:
    """Draws lines around a face's middle, with a shaky hand.

    Args:
        shaky: standard deviation of each point, in pixels.
    """

    rng: Random
    draw: ImageDraw.ImageDraw
    x: float
    y: float
    radius: float
    ink: RGB
    wide: int
    shaky: float

    def stroke(self, *points: Point) -> None:
        """Join points, in radii from the middle."""
        places = [(self.x + self.radius * a, self.y + self.radius * b) for a, b in points]
        shake = self.rng.gauss
        shaken = [(a + shake(0, self.shaky), b + shake(0, self.shaky)) for a, b in places]
        self.draw.line(shaken, self.ink, self.wide, joint="curve")

    def arc(
        self, a: float, b: float, across: float, down: float, start: float = 0, end: float = 360
    ) -> None:
        """Draw a part of an ellipse, in radii and degrees."""
        turns = [(start + (end - start) * i / 30) * pi / 180 for i in range(31)]
        self.stroke(*[(a + across * cos(t), b + down * sin(t)) for t in turns])

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        x, y, r = self.x, self.y, self.radius
        self.draw.rectangle((x + left * r, y + top * r, x + right * r, y + bottom * r), self.ink)


def face(rng: Random) -> Picture:
    """Draw a face that is happy, sad or surprised, with a nose, hair, a hat and glasses or without."""
    side = min(any_size(rng))
    drawn = rng.random() < 0.5
    ground, behind = ("white", grey(rng, 240, 255)) if drawn else any_paint(rng)
    image, draw = fine_canvas((side, side), behind)
    hue, fill = ("white", None) if drawn else any_paint(rng, behind, names=SKINS)
    ink = grey(rng, 10, 90) if fill is None else (25, 20, 20)
    shaky = rng.uniform(0.004, 0.02) * side if drawn else 0.0
    x, y, radius = 1.5 * side, 1.55 * side, rng.uniform(0.85, 1.15) * side
    pen = _Pen(rng, draw, x, y, radius, ink, max(4, round(rng.uniform(0.02, 0.04) * radius)), shaky)
    if fill is not None:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)
    pen.arc(0, 0, 1, 1)
    apart, level, size = rng.uniform(0.3, 0.42), rng.uniform(-0.32, -0.18), rng.uniform(0.06, 0.12)
    glasses, nose, hair, hat = (rng.random() < share for share in (0.3, 0.5, 0.45, 0.3))
    hat = hat and not hair
    for eye in (-apart, apart):
        pen.arc(eye, level, size, size * rng.uniform(0.9, 1.4))
        if glasses:
            pen.arc(eye, level, 0.26, 0.22)
    if glasses:
        pen.stroke((0.26 - apart, level), (apart - 0.26, level))
    if nose:
        pen.stroke((0, -0.12), (-0.09, 0.14), (0.05, 0.17))
    mood = rng.choice(MOODS)
    _mouth(pen, mood, rng.uniform(0.3, 0.58))
    if hair:
        for i in range(-6, 7):
            root = i * 0.11
            top = -(max(0.0, 1 - root * root) ** 0.5)
            pen.stroke((root, top + 0.12), (root + rng.uniform(-0.1, 0.1), top - 0.2))
    if hat:
        pen.box(-1.05, -0.82, 1.05, -0.72)
        pen.box(-0.6, -1.3, 0.6, -0.72)
    asked = mood if rng.random() < 0.5 else rng.choice([other for other in MOODS if other != mood])
    facts = [
        *[fact("mood", f"The face is {mood}.", mood, "word")] * 3,
        claim("is mood", asked == mood, f"the face is {mood}", mood=asked),
        counted(2, "eye"),
        exists("nose", nose),
        exists("hat", hat),
        has("face", "glasses", glasses),
        has("face", "hair", hair),
    ]
    what = "a drawn face" if drawn else f"{article(hue)} face"
    extra = [part for part, there in (("glasses", glasses), ("hair", hair), ("a hat", hat)) if there]
    details = f"{what} that is {mood}{f', with {listing(extra)}' if extra else ''}"
    scene = scene_of(
        "face", f"a {mood} face", details, facts, shown=("face", "mouth"),
        unsure=("circle", "smiley", "hat", "nose", "person", "man", "woman", "child", "moon", "sun", "eye"),
        hues=(("background", ground), *(() if drawn else (("face", hue),))),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _mouth(pen: _Pen, mood: str, wide: float) -> None:
    deep, end = pen.rng.uniform(0.5, 0.85) * wide, pen.rng.uniform(5, 30)
    match mood:
        case "happy":
            pen.arc(0, pen.rng.uniform(0.1, 0.3), wide, deep, end, 180 - end)
        case "sad":
            pen.arc(0, pen.rng.uniform(0.65, 0.8), wide, deep, 180 + end, 360 - end)
        case "surprised":
            pen.arc(0, 0.5, 0.15, 0.2)
