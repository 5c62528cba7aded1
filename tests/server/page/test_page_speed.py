"""What the page leaves undone: drawing turns that do not change, sending more pixels than a model sees."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from flashsloth.config.picture_scale import PictureScale
from flashsloth.images.reader import read_image
from flashsloth.processing.image_processor import stacked
from flashsloth.processing.resizing import squares
from server.page.held_server import stream_of
from server.page.tab import Tab

pytestmark = pytest.mark.slow


def test_500_turns(tab: Tab) -> None:
    """Typing and a streamed answer draw only what changes."""
    answer = "The picture shows **bars**.\n\n- red\n- blue\n\n| a | b |\n|---|---|\n| 1 | 2 |\n" * 2
    turn = {"pictures": [], "answer": answer, "state": "done", "tokens": 40, "model": "nano", "first": 30, "speed": 90}
    turns = [{**turn, "question": f"Question {number}?"} for number in range(499)]
    talk = json.dumps({"turns": turns, "shelf": [], "chosen": None, "forgotten": 0, "draft": ""})
    tab.page.add_init_script(f"sessionStorage.talk ??= {json.dumps(talk)}")
    tab.page.evaluate("talk => { turns = JSON.parse(talk).turns; sessionStorage.talk = talk }", talk)
    tab.page.reload()
    tab.page.locator(".turn").nth(498).wait_for()
    pieces = ["word "] * 400
    tab.page.route("**/v1/chat/completions", lambda route: route.fulfill(body=stream_of(*pieces)))
    tab.value("[...document.querySelectorAll('.turn')].slice(0, 490).forEach(node => { node.mark = 1 })")
    tab.page.type("#question", "One more question about the picture?")
    tab.page.press("#question", "Enter")
    assert tab.finished().split() == ["word"] * 400
    assert tab.page.locator(".turn").count() == 500
    assert tab.value("[...document.querySelectorAll('.turn')].filter(node => node.mark).length") == 490
    assert tab.value("talk.scrollHeight - talk.scrollTop - talk.clientHeight") < 2


def photo(width: int, height: int) -> Image.Image:
    """Draw a picture with details of all sizes, as a camera gives."""
    random = np.random.default_rng(1)
    image = Image.new("RGB", (width, height), (128, 128, 128))
    for grid in (3, 16, 128, 1024):
        noise = random.integers(0, 256, (grid * height // width + 1, grid, 3), np.uint8)
        image = Image.blend(image, Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC), 0.4)
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, side = (int(random.integers(0, limit)) for limit in (width, height, 400))
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        pen.rectangle((x, y, x + side, y + side), fill=colour)
        pen.text((x, y), "STOP 1234", fill="black", font_size=side // 2 + 10)
    return image


def test_large_photo_is_scaled_before_it_is_sent(tab: Tab) -> None:
    """50 megapixels become two, upright; what the model then sees differs by about a rounding."""
    image, file = photo(8160, 6144), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    image.save(file, "JPEG", quality=90, exif=exif)
    tab.drop(("photo.jpg", file.getvalue()), type="image/jpeg")
    assert "6,144 × 8,160" in tab.text("#shelf li")
    caption = tab.text("figcaption")
    assert "sent as 1,229 × 1,632" in caption
    tab.ask("Describe the picture.")
    [_, part] = tab.sent[-1]["messages"][0]["content"]
    url: str = part["image_url"]["url"]
    assert len(url) < 8_000_000
    of_144, of_384 = (differences(file.getvalue(), url, side) for side in (144, 384))
    assert of_144 < 0.3
    assert of_384 < 0.7


def differences(data: bytes, url: str, side: int) -> float:
    """Return the mean difference, of 255, between what a model sees of two pictures."""
    scale, images = PictureScale(side, 2, "square"), [read_image(each, name="picture").image for each in (data, url)]
    seen: list[Any] = [stacked(squares(image, scale)) for image in images]
    return float(np.abs(seen[0] - seen[1]).mean() * 127.5)
