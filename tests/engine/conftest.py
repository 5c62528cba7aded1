"""Two models to hold against themselves: a random one with hardly any size, and nano; and pictures to show them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw

import flashsloth


@pytest.fixture(scope="session")
def tiny_sloth(native_folder):
    return flashsloth.open(native_folder, device="cpu", dtype="float32")


@pytest.fixture(params=["tiny", "nano"])
def sloth(request: pytest.FixtureRequest) -> Iterator[flashsloth.FlashSloth]:
    """Each of the two, opened as users open them."""
    return request.getfixturevalue({"tiny": "tiny_sloth", "nano": "nano"}[request.param])


def draw(number: int) -> Image.Image:
    """A picture of nano's world, a different one for each number."""
    colours = ["red", "blue", "green", "orange", "purple", "black"]
    image = Image.new("RGB", (200, 150 + 20 * number), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 90, 90), fill=colours[number % 6])
    pen.rectangle((110, 40 + 5 * number, 180, 110), fill=colours[(number + 2) % 6])
    if number % 2:
        pen.polygon([(60, 100), (20, 145), (100, 145)], fill=colours[(number + 4) % 6])
    return image


@pytest.fixture(scope="session")
def pictures() -> list[Image.Image]:
    return [draw(number) for number in range(4)]
