"""Pictures in a terminal: each protocol gets the picture, and it fits."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from flashsloth_cli.terminal import image_preview


@pytest.fixture
def image() -> Image.Image:
    """Left half red, right half blue."""
    made = Image.new("RGB", (80, 40), "red")
    made.paste((0, 0, 255), (40, 0, 80, 40))
    return made


def test_which_terminals_know_kitty_s_protocol() -> None:
    assert image_preview.shows_kitty({"TERM": "xterm-kitty"})
    assert image_preview.shows_kitty({"TERM": "xterm-ghostty"})
    assert not image_preview.shows_kitty({"TERM": "xterm-256color"})
    assert not image_preview.shows_kitty({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"})
    assert not image_preview.shows_kitty({"TERM": "xterm-kitty", "TMUX": "/tmp/x"})


def test_half_blocks_need_an_encoding_that_has_them(monkeypatch) -> None:
    monkeypatch.setattr(image_preview, "shows_kitty", lambda: False)
    for encoding, drawable in (("utf-8", True), ("cp437", True), ("ascii", False), ("latin-1", False)):
        stream = io.TextIOWrapper(io.BytesIO(), encoding)
        assert image_preview.is_drawable(stream) == drawable
    monkeypatch.setattr(image_preview, "shows_kitty", lambda: True)
    assert image_preview.is_drawable(io.TextIOWrapper(io.BytesIO(), "ascii"))


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (10, 5), (200, 60)])
def test_half_blocks_fit_and_have_the_colors(
    image: Image.Image, columns: int, rows: int, monkeypatch
) -> None:
    monkeypatch.setattr(image_preview, "shows_kitty", lambda: False)
    lines = image_preview.draw(image, columns, rows).split("\n")
    cells = [re.findall(r"\x1b\[38;2;(\d+;\d+;\d+)m\x1b\[48;2;(\d+;\d+;\d+)m▀", line) for line in lines]
    assert len(lines) <= max(1, rows - 4)
    assert {len(row) for row in cells} == {len(cells[0])}
    assert len(cells[0]) < columns
    assert (cells[0][0], cells[0][-1]) == (("255;0;0",) * 2, ("0;0;255",) * 2)
    assert all(line.endswith("\x1b[0m") for line in lines)


@pytest.mark.parametrize("kitty", [False, True])
@pytest.mark.parametrize("size", [(1, 900), (900, 1), (1, 1)])
def test_extreme_sizes(size: tuple[int, int], kitty: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_preview, "shows_kitty", lambda: kitty)
    assert len(image_preview.draw(Image.new("RGB", size, "green"), 80, 24).split("\n")) <= 20


def test_kitty(image: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_preview, "shows_kitty", lambda: True)
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    noise.paste(image.resize((400, 200)), (0, 0))
    parts = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", image_preview.draw(noise, 80, 24))
    assert [head for head, _ in parts] == ["a=T,f=100,q=2,m=1", *["m=1"] * (len(parts) - 2), "m=0"]
    assert all(len(body) <= 4096 for _, body in parts)
    Image.open(io.BytesIO(base64.b64decode("".join(body for _, body in parts)))).load()
    ((head, body),) = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", image_preview.draw(image, 80, 24))
    assert head.endswith("m=0")
    shown = Image.open(io.BytesIO(base64.b64decode(body))).convert("RGB")
    assert shown.getpixel((1, 1)) == (255, 0, 0)
    assert shown.getpixel((shown.width - 2, shown.height - 2)) == (0, 0, 255)
    assert abs(shown.width / shown.height - image.width / image.height) < 0.1
