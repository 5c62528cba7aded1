"""A part of a picture on the page: which letters are lost, and asking about what was cut out by mouse
or by numbers."""

from __future__ import annotations

import pytest
from PIL import Image

from server.page.tab import Tab
from server.page.test_conversation import SEE, SIZES, axe_findings, overflows

pytestmark = pytest.mark.slow

WHOLE = (1200, 900)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """A picture whose colors say where each pixel was."""
    across, down = Image.linear_gradient("L").rotate(90), Image.linear_gradient("L")
    return Image.merge("RGB", [across.resize(WHOLE), down.resize(WHOLE), Image.new("L", WHOLE, 90)])


def enter(tab: Tab, **edges: int) -> None:
    for name, value in edges.items():
        tab.page.fill(f"#part-{name}", str(value))
        tab.page.press(f"#part-{name}", "Tab")


def test_a_narrow_picture(tab: Tab) -> None:
    """The chip names no letters that are taller than the picture."""
    tab.drop_image(Image.new("RGB", (3000, 20)), "line.png")
    assert tab.text(".chip") == "its letters are not read reliably"


def test_a_part_by_mouse(tab: Tab, photo: Image.Image) -> None:
    """The chip says what is lost, the part takes the place of the whole, and its pixels are those of
    the file."""
    tab.drop_image(photo, "big.png")
    assert tab.text(".chip") == "letters under 184 pixels are not read reliably"  # 22 * 1200 / 144
    tab.page.click("figcaption button")
    assert axe_findings(tab) == []
    assert tab.page.locator("#crop").is_disabled()
    box = tab.page.locator("#uncropped").bounding_box()
    at = lambda x, y: (box["x"] + box["width"] * x, box["y"] + box["height"] * y)  # noqa: E731
    tab.page.mouse.move(*at(0.75, 0.5))  # from the lower right to the upper left
    tab.page.mouse.down()
    tab.page.mouse.move(*at(0.5, 0.25))
    tab.page.mouse.up()
    tab.page.mouse.move(*at(0.1, 0.1))  # drags nothing any more
    x, y, w, h = (int(tab.page.input_value(f"#part-{name}")) for name in "xywh")
    assert (x, y, w, h) == pytest.approx((600, 225, 300, 225), abs=4)
    tab.page.click("#crop")
    tab.wait_for_text("#shelf", "part of big.png")
    tab.page.locator("#shelf li").nth(1).wait_for(state="detached")
    assert f"{w} × {h}" in tab.text("figcaption")
    assert tab.page.locator(".chip").count() == 0
    assert tab.ask(SEE)
    assert tab.sent_picture().tobytes() == photo.crop((x, y, x + w, y + h)).tobytes()


@SIZES
def test_a_part_by_numbers(tab: Tab, photo: Image.Image) -> None:
    """By keyboard alone; numbers outside become the nearest inside. A part of a picture that was asked
    about begins a conversation."""
    tab.drop_image(photo, "big.png")
    assert tab.ask(SEE)
    tab.page.focus("figcaption button")
    tab.page.keyboard.press("Enter")
    enter(tab, x=1100, y=-5, w=5000, h=0)
    assert [tab.page.input_value(f"#part-{name}") for name in "xywh"] == ["1100", "0", "100", "1"]
    enter(tab, h=80)
    assert not overflows(tab)
    tab.page.focus("#crop")
    tab.page.keyboard.press("Enter")
    tab.wait_for_text("#shelf", "part of big.png")
    assert tab.ask(SEE)
    assert tab.sent_picture().size == (100, 80)
    assert len(tab.sent[-1]["messages"]) == 1


def test_a_part_of_a_photo_that_is_sent_smaller(tab: Tab) -> None:
    """The part is cut from the file while the page has it, and after a reload from what was sent of
    it."""
    tab.drop_image(Image.effect_noise((2400, 1800), 60).convert("RGB"), "photo.png")
    assert "sent as" in tab.text("figcaption")
    tab.page.click("figcaption button")
    enter(tab, x=1500, y=1000, w=400, h=300)
    tab.page.click("#crop")
    tab.wait_for_text("figcaption", "400 × 300")
    tab.page.dblclick("figcaption button")
    tab.page.locator("#cropping").wait_for()
    tab.page.keyboard.press("Escape")
    tab.page.locator("#cropping").wait_for(state="hidden")
    tab.page.reload()
    tab.wait_for_text("#shelf", "part of photo.png")
    tab.page.click("figcaption button")
    enter(tab, w=100)
    tab.page.click("#crop")
    tab.wait_for_text("figcaption", "100 × 300")
    assert tab.text("#shelf li span").startswith("part of photo.png")
