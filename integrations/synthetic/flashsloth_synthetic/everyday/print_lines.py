"""Draw lines of print of any size, from which the tower learns to read by patch labels alone."""

from __future__ import annotations

from random import Random

from PIL import Image

from flashsloth_synthetic.background import any_background, ground
from flashsloth_synthetic.catalogue import shade, visible
from flashsloth_synthetic.everyday.drawing import (
    SPACE,
    Picture,
    letters_on,
    photographed,
    scene_of,
    text_width,
    write_words,
)
from flashsloth_synthetic.scene import CHARACTERS
from flashsloth_synthetic.sprites import faces
from flashsloth_synthetic.text_rendering import any_number, number_boxes, numbered_letters, words

SIZES = (0.05, 0.2)  # of capitals, as shares of the picture's height
NUMBERED = 254  # characters whose places a turned picture keeps (`number_boxes`)


def print_lines(rng: Random) -> Picture:
    """Draw lines of words, numbers and letters in several sizes and faces; half of them are turned."""
    background = any_background(rng)
    canvas = ground(rng, background)
    image, (width, height) = canvas.image, canvas.image.size
    ink = shade(rng, rng.choice(visible(background, True)), canvas.paint, letters=True)
    face, y = rng.choice(list(faces())), rng.uniform(0.03, 0.12) * height
    while y < 0.9 * height:
        if rng.random() < 0.2:
            face = rng.choice(list(faces()))
        # as many small lines as large ones would leave little of the picture to the large ones
        high = SIZES[0] * (SIZES[1] / SIZES[0]) ** rng.random() * height
        pieces = [_text(rng)]
        wide = text_width(pieces[0], 1, face)  # in heights of capitals
        room = rng.uniform(0.2, 0.9) * width / high
        while wide < room:
            pieces.append(_text(rng))
            wide += SPACE + text_width(pieces[-1], 1, face)
        text, high = " ".join(pieces), min(high, 0.94 * width / wide)
        if y + 1.3 * high > height or len(image.info.get("letters", ())) + len(text) > NUMBERED:
            break
        x = rng.uniform(0.2, 0.8) * (width - wide * high)
        write_words(image, text, x, y, high, ink, face, "l")
        y += rng.uniform(1.4, 2.2) * high
    letters, turned = letters_on(image), rng.random() < 0.5
    if turned and letters:
        degrees, printed = rng.uniform(-20, 20), image.info["letters"]
        numbers = number_boxes(image.size, [box for _, box in printed]).rotate(degrees)
        image = image.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=canvas.paint)
        letters = numbered_letters(numbers, "".join(char for char, _ in printed))
    scene = scene_of("page", "a page of text", "lines of text", [], shown=("text",), letters=letters)
    return photographed(rng, image), scene


def _text(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.25:
        number = any_number(rng)
        return rng.choice((number, f"{number}.{rng.randint(0, 99):02d}"))
    if roll < 0.5:  # what no knowledge of words helps to read
        letters = [char for char in CHARACTERS if char.isalnum()]
        return "".join(rng.choices(letters, k=rng.randint(2, 7)))
    word = rng.choice(words())
    return rng.choice((word.lower(), word.lower(), word.capitalize(), word.upper()))
