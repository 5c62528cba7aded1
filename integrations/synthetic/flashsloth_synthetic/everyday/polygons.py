"""Draw regular polygons that have a name beyond the shapes of the world, and circles and crescents,
for which they are easily taken."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_background, ground
from flashsloth_synthetic.catalogue import shade, visible
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Picture,
    background_fact,
    claim,
    fact,
    scene_of,
)
from flashsloth_synthetic.grammar import article, number

ROUND = 0  # sides of a circle
CRESCENT = 1
POLYGONS = {ROUND: "circle", CRESCENT: "crescent", 5: "pentagon", 6: "hexagon", 8: "octagon"}
# As examples/strangers.
NEVER = (("green", "white", 6), ("purple", "white", CRESCENT))


def polygon(rng: Random) -> Picture:
    background = any_background(rng)
    canvas = ground(rng, background)
    sides = rng.choice((5, 6, 6, 6, 8, 8, ROUND, ROUND, CRESCENT, CRESCENT))
    hue = rng.choice([hue for hue in visible(background) if (hue, background, sides) not in NEVER])
    size = [FINE * span for span in canvas.image.size]
    mask = Image.new("L", (size[0], size[1]))
    radius = rng.uniform(0.22, 0.46) * FINE * canvas.short
    x, y = (span / 2 + rng.uniform(-0.5, 0.5) * max(0.0, span - 2 * radius) for span in size)
    draw = ImageDraw.Draw(mask)
    if sides in (ROUND, CRESCENT):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), 255)
        if sides == CRESCENT:
            turn, far, bite = rng.uniform(0, 2 * pi), rng.uniform(0.35, 0.8), rng.uniform(0.75, 1.0)
            a, b, bite = x + far * radius * cos(turn), y + far * radius * sin(turn), bite * radius
            draw.ellipse((a - bite, b - bite, a + bite, b + bite), 0)
    else:
        turn = rng.choice((-pi / 2, -pi / 2 + pi / sides, rng.uniform(0, 2 * pi)))
        corners = [turn + 2 * pi * i / sides for i in range(sides)]
        draw.polygon([(x + radius * cos(t), y + radius * sin(t)) for t in corners], 255)
    canvas.image.paste(shade(rng, hue, canvas.paint), (0, 0), mask.reduce(FINE))
    name = POLYGONS[sides]
    asked = rng.choice((*POLYGONS.values(), "circle", "square", "triangle", "star", "diamond"))
    if rng.random() < 0.4:
        asked = name
    the = rng.choice(("it", "the shape"))
    facts = [
        *[fact("which shape", f"It is {article(name)}.", name, "word")] * 3,
        *[claim("is it", asked == name, f"it is {article(name)}", a=article(asked))] * 2,
        fact("whole colour", f"It is {hue}.", hue, "word"),
        background_fact(background),
    ]
    if sides not in (ROUND, CRESCENT):
        facts.append(
            fact("sides", f"The {name} has {number(sides)} sides.", str(sides), "number", the=the)
        )
    named = article(f"{hue} {name}")
    alike = {ROUND: ("ball", "sun", "moon", "ring"), CRESCENT: ("moon", "banana", "circle", "ring")}
    unsure = ("stop sign", "sign", *alike.get(sides, ()))
    scene = scene_of(
        name, named, f"{named} on {article(background)} background", facts, shown=(name, "shape"),
        unsure=unsure, hues=((name, hue), ("shape", hue)),
    )  # fmt: skip
    return canvas.image, scene
