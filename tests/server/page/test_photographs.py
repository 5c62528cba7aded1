"""Real photographs on the page: what is shown, and what is sent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import photos
from flashsloth.generation.detail import REFUSALS
from flashsloth.images.reader import read_image
from flashsloth.processing.resizing import squares
from flashsloth.sizes.model_sizes import PictureScale
from flashsloth_cli.asking.models import NANO_LIMITS
from server.page.tab import Tab

pytestmark = pytest.mark.slow

COLOUR = """async box => {
  const image = document.querySelector("figure img"), canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  await image.decode();
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  pen.drawImage(image, 0, 0);
  const data = pen.getImageData(...box).data, sum = [0, 0, 0];
  data.forEach((value, i) => { if (i % 4 < 3) sum[i % 4] += value / (data.length / 4) });
  return sum }"""


@pytest.mark.parametrize(
    "path",
    [
        *photos.PATHS[1::4],
        *(
            pytest.param(p, marks=pytest.mark.nightly)
            for p in photos.PATHS
            if p not in photos.PATHS[1::4]
        ),
    ],
    ids=lambda path: path.name,
)
def test_every_photograph(tab: Tab, path: Path) -> None:
    tab.drop(
        (path.name, path.read_bytes()), type="image/webp" if path.suffix == ".webp" else "image/jpeg"
    )
    assert tab.ask("Describe the picture.")
    assert photos.difference(tab.sent_picture(), photos.photo(path.name)) < 0.5


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


@pytest.mark.parametrize(
    ("size", "sent"),
    [
        ((3072, 4080), "1,024 × 1,360"),
        pytest.param((6144, 8160), "1,229 × 1,632", marks=pytest.mark.nightly),
    ],
    ids=["12", "50"],
)
def test_large_photo_is_scaled_before_it_is_sent(tab: Tab, size: tuple[int, int], sent: str) -> None:
    """12 megapixels become one, 50 two, upright; what the model sees differs by about a rounding."""
    noise = Image.effect_noise(size, 90).convert("RGB")
    data = photos.turned(Image.blend(photos.photo("koala.jpg").resize(size), noise, 0.4), 6, quality=90)
    tab.drop(("photo.jpg", data), type="image/jpeg")
    assert "{:,} × {:,}".format(*size) in tab.text("#shelf li")
    caption = tab.text("figcaption")
    assert f"sent as {sent}" in caption
    tab.ask("Describe the picture.")
    assert len(str(tab.sent)) < 8_000_000
    pictures = read_image(data).image, tab.sent_picture()
    for side, most in ((144, 0.3), (384, 0.7)):
        [whole], [small] = (squares(picture, PictureScale(side, 2, "square")) for picture in pictures)
        assert photos.difference(whole, small) < most


def test_a_refusal_says_what_nano_knows(tab: Tab) -> None:
    """Once in a conversation, and in the saved one; not after an answer about a drawing."""
    tab.page.click("#note-close")
    tab.drop_image(Image.new("RGB", (90, 90), "red"))
    assert not tab.ask("What color is it?").startswith(REFUSALS)
    assert NANO_LIMITS not in tab.text("main")
    tab.drop_image(photos.photo("koala.jpg"))
    for _ in range(2):
        assert tab.ask("What is this?").startswith(REFUSALS)
    assert tab.page.locator(".notes").all_inner_texts() == [NANO_LIMITS, ""]
    with tab.page.expect_download() as download:
        tab.page.click("#save")
    assert NANO_LIMITS in Path(download.value.path()).read_text(encoding="utf-8")
