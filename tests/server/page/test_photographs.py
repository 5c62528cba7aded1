"""Real photographs on the page: what is shown, and what is sent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import photos
from flashsloth.images.reader import read_image
from server.page.tab import Tab

pytestmark = pytest.mark.slow

SEE = "Describe the picture."
COLOUR = """async box => {
  const image = document.querySelector("figure img"), canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  await image.decode();
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  pen.drawImage(image, 0, 0);
  const data = pen.getImageData(...box).data, sum = [0, 0, 0];
  data.forEach((value, i) => { if (i % 4 < 3) sum[i % 4] += value / (data.length / 4) });
  return sum }"""


def sent(tab: Tab) -> Image.Image:
    """Return the last picture that was sent, as the server reads it."""
    part: Any = tab.sent[-1]["messages"][0]["content"][1]
    return read_image(part["image_url"]["url"], name="picture").image


@pytest.mark.parametrize("path", photos.PATHS, ids=lambda path: path.name)
def test_every_photograph(tab: Tab, path: Any) -> None:
    tab.drop((path.name, path.read_bytes()), type="image/webp" if path.suffix == ".webp" else "image/jpeg")
    assert tab.ask(SEE)
    assert photos.difference(sent(tab), photos.photo(path.name)) < 0.5


def test_photograph_however_it_is_stored(tab: Tab) -> None:
    """Where the browser shows it, it shows the colors that the server reads."""
    for name, data in photos.variants(photos.photo("macaw.webp")).items():
        if name == "cut.jpg":
            tab.give((name, data), type="image/jpeg")
            tab.wait_for_text("#shelf li", "cut.jpg cannot be read: it is damaged or not a picture.")
            continue
        tab.drop((name, data), type="image/x")
        read = read_image(data).image.crop((450, 250, 520, 330))
        if name.endswith("tiff"):
            assert "the server may read it" in tab.text("figure")
        else:
            shown = tab.page.evaluate(COLOUR, [450, 250, 70, 80])
            np.testing.assert_allclose(shown, np.asarray(read).mean((0, 1)), rtol=0, atol=6)
        tab.page.click(f"#shelf [aria-label='Remove {name}']")


def test_photograph_however_the_camera_was_held(tab: Tab) -> None:
    upright = photos.photo("koala.jpg")
    for orientation in photos.ORIENTATIONS:
        tab.drop((f"{orientation}.jpg", photos.turned(upright, orientation)), type="image/jpeg")
        assert "600 × 800" in tab.text("figcaption")
        tab.page.click(f"#shelf [aria-label='Remove {orientation}.jpg']")
