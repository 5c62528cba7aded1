"""Draw road signs on poles, with what is behind and below them."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Picture,
    claim,
    exists_some,
    fact,
    fine_canvas,
    letters_on,
    scene_of,
    text_width,
    write_words,
)
from flashsloth_synthetic.grammar import article

SKIES: tuple[tuple[str, RGB], ...] = (
    ("blue", (150, 200, 240)), ("blue", (120, 170, 225)), ("blue", (90, 150, 225)), ("grey", (205, 210, 215)),
    ("grey", (180, 185, 190)), ("orange", (250, 180, 110)), ("white", (240, 243, 246)),
)  # fmt: skip
GROUNDS: tuple[tuple[str, str, RGB], ...] = (  # colour, name
    ("green", "grass", (110, 160, 80)), ("green", "grass", (90, 140, 60)), ("green", "grass", (70, 125, 60)),
    ("brown", "soil", (130, 95, 60)), ("brown", "soil", (150, 110, 70)), ("yellow", "sand", (230, 205, 130)),
    ("grey", "road", (115, 115, 118)), ("white", "snow", (240, 244, 250)),
)  # fmt: skip
PAINTS: tuple[tuple[str, RGB], ...] = (
    ("blue", (20, 80, 170)),
    ("green", (20, 110, 60)),
    ("orange", (245, 140, 30)),
)
TEXTS = ("PARK", "EXIT", "TAXI", "BUS", "SLOW", "SCHOOL", "ZOO", "BEACH", "HOTEL", "CITY")
POLES: tuple[tuple[str, RGB], ...] = (
    ("grey", (120, 120, 125)), ("grey", (90, 90, 95)), ("grey", (150, 150, 150)), ("brown", (100, 75, 50)),
    ("brown", (130, 90, 50)), ("black", (35, 35, 35)), ("white", (245, 245, 245)),
)  # fmt: skip
FACES = ("DejaVuSans-Bold", "LiberationSans-Bold", "Lato-Bold", "Roboto-Bold")
NEVER = ("blue", "green")  # sky and ground of examples/strangers


def road_sign(rng: Random) -> Picture:
    """Draw a stop sign, or another sign with a word, on a pole."""
    while True:
        (sky, above), (hue, soil, below) = rng.choice(SKIES), rng.choice(GROUNDS)
        stop = rng.random() < 0.6
        if sky != hue and not (stop and (sky, hue) == NEVER):
            break
    image, draw = fine_canvas(any_size(rng), above)
    width, height = image.size
    short, horizon = min(width, height), rng.uniform(0.68, 0.88) * height
    draw.rectangle((0, horizon, width, height), below)
    radius, x = rng.uniform(0.26, 0.38) * short, rng.uniform(0.42, 0.58) * width
    y, half = radius + rng.uniform(0.03, 0.1) * height, rng.uniform(0.012, 0.025) * short
    pole, metal = rng.choice([(name, paint) for name, paint in POLES if name not in (sky, hue)])
    draw.rectangle((x - half, y, x + half, rng.uniform(0.94, 1.0) * height), metal)
    paint = (rng.randint(170, 215), rng.randint(15, 40), rng.randint(20, 45))
    text, kind, plain = "STOP", "stop sign", "a red stop sign"
    if stop:
        for size, ink in ((radius, (250, 250, 250)), (rng.uniform(0.9, 0.95) * radius, paint)):
            corners = [pi / 8 + pi * i / 4 for i in range(8)]
            draw.polygon([(x + size * cos(t), y + size * sin(t)) for t in corners], ink)
        colour = "red"
    else:
        colour, paint = rng.choice(PAINTS)
        text = rng.choice(TEXTS)
        kind, plain = "sign", f"{article(colour)} sign that says {text}"
        box = (x - radius, y - 0.6 * radius, x + radius, y + 0.6 * radius)
        draw.rounded_rectangle(box, rng.choice((0, 20)), paint, (250, 250, 250), 6)
    face = rng.choice(FACES)
    high = min(rng.uniform(0.45, 0.62) * radius, 1.5 * radius / text_width(text, 1, face))
    write_words(image, text, x, y - high / 2, high, (250, 250, 250), face, "m")
    asked = rng.choice(("grass", "sand", "snow"))
    facts = [
        *[fact("ground at bottom", f"The ground is {hue}.", hue, "word")] * 4,
        *[fact("sky colour", f"The sky is {sky}.", sky, "word")] * 2,
        *[fact("read", f'It says "{text}".', text, "text")] * 2,
        fact("tag colour", f"The sign is {colour}.", colour, "word", tag="sign"),
        fact("colour", f"The pole is {pole}.", pole, "word", the="the pole"),
        exists_some(asked, asked == soil),
        claim("on pole", True, "the sign stands on a pole"),
    ]
    if stop:
        facts.append(fact("sides", "The sign has eight sides.", "8", "number", the="the sign"))
    details = f"{plain} on a pole, {soil} below and {article(sky)} sky behind"
    shown = ("sign", "pole", "text", "sky", *(("stop sign", "octagon") if stop else ()))
    scene = scene_of(
        "road sign", f"a {kind}", details, facts, shown=shown,
        unsure=(
            "circle", "square", "word", "street", "tree", "land", "house", "landscape", "stop sign", "octagon", soil,
            "road", "grass", "price tag", text.lower(),
        ),
        hues=(("sky", sky), ("ground", hue), ("sign", colour), ("text", "white"), ("pole", pole)),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene
