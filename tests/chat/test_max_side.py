"""Pictures that are reduced before the model scales them: `max_side`."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from flashsloth.benchmark import Job
from flashsloth.benchmark.measurement import make_task
from flashsloth.chat import FlashSloth
from flashsloth.processing.resizing import reduced
from flashsloth.utils.paths import NANO_FOLDER
from server.command_server import command_server
from server.helpers import serving, user

SIDE = 40
QUESTION = "What is in the picture?"


@pytest.fixture
def small(nano: FlashSloth) -> FlashSloth:
    return FlashSloth(nano.loaded, max_side=SIDE)


def test_size() -> None:
    image = Image.effect_mandelbrot((90, 31), (-3, -2.5, 2, 2.5), 50).convert("RGB")
    assert reduced(image, 45).size == (45, 16)
    assert reduced(image, 90) is reduced(image, None) is image
    assert reduced(Image.new("RGB", (1000, 1)), 16).size == (16, 1)


@pytest.mark.parametrize("hd", [False, True])
def test_it_is_as_if_the_picture_were_small(
    nano: FlashSloth, small: FlashSloth, pictures: list[Image.Image], hd: bool
) -> None:
    wanted = nano.pictures.prepare(reduced(pictures[0], SIDE), hd=hd)
    assert np.array_equal(small.pictures.prepare(pictures[0], hd=hd), wanted)
    assert not np.array_equal(nano.pictures.prepare(pictures[0], hd=hd), wanted)
    scale = small.facts.scale_of(hd=hd)
    usual = nano.facts.scale_of(hd=hd)
    assert scale is not None
    assert usual is not None
    letters = [each.seen(900, 600, hd=hd).smallest_letters for each in (scale, usual)]
    assert letters[0] > letters[1]


def test_on_a_server(small: FlashSloth, pictures: list[Image.Image]) -> None:
    """For commands, which send the squares, and for other programs, which send the picture."""
    here = small.chat(pictures[0]).ask(QUESTION, max_tokens=16).text()
    with command_server(small) as own:
        assert own.model.facts.max_side == SIDE
        assert own.model.chat(pictures[0]).ask(QUESTION, max_tokens=16).text() == here
    with serving(lambda: small) as running:
        asked = {"messages": [user(QUESTION, pictures[0])], "max_tokens": 16}
        status, found = running.ask(asked)
        assert (status, found["choices"][0]["message"]["content"]) == (200, here)
        (model,) = json.loads(running.request("GET", "/v1/models")[2])["data"]
        assert model["flashsloth"]["picture"]["side"] == SIDE  # the page computes letters with it


def test_in_a_benchmark() -> None:
    """The picture of a benchmark is reduced, too."""
    nano_job = Job("flashsloth", "nano", folder=str(NANO_FOLDER))
    whole = make_task(nano_job)
    part = make_task(replace(nano_job, max_side=SIDE))
    wanted = part.pictures("cpu").prepare(reduced(whole.picture, SIDE), hd=False)
    assert np.array_equal(part.pixels(), wanted)
    assert not np.array_equal(whole.pixels(), wanted)
