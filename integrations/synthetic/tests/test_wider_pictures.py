"""Pictures that are close to the world but not of it: their facts against their pixels, and what they
never show."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from PIL import Image

from flashsloth_synthetic import dialogues, sample
from flashsloth_synthetic import wider_pictures as wider
from flashsloth_synthetic.catalogue import PAINTS, RGB, VARIANTS
from flashsloth_synthetic.forms import NATURAL, WEIGHTS
from flashsloth_synthetic.pictures import draw
from flashsloth_synthetic.scene import COLOURS, Scene

PLACES = {
    "on the left": (0.03, 0.5), "on the right": (0.97, 0.5), "at the top": (0.5, 0.03), "at the bottom": (0.5, 0.97),
    "in the middle": (0.5, 0.5),
}  # fmt: skip


def drawn(kind: str, count: int = 60) -> list[tuple[Image.Image, Scene]]:
    rng = Random(kind)
    return [wider.WIDER[kind][0](rng) for _ in range(count)]


def at(image: Image.Image, x: float, y: float) -> RGB:
    r, g, b = np.asarray(image)[int(y * image.height), int(x * image.width)].tolist()
    return r, g, b


def around(image: Image.Image, x: float, y: float) -> RGB:
    """Return the mean colour of five pixels square, as backgrounds may have grain."""
    left, top = int(x * image.width) - 2, int(y * image.height) - 2
    r, g, b = np.asarray(image)[top : top + 5, left : left + 5].mean((0, 1)).tolist()
    return r, g, b


def far_from(paint: RGB, hue: str) -> int:
    """Return how far a colour is from the nearest shade of this name."""
    shades = (PAINTS[hue], *VARIANTS[hue], *wider.SHADES[hue])
    return min(sum(abs(a - b) for a, b in zip(paint, shade, strict=True)) for shade in shades)


def test_every_kind_is_drawn_and_has_questions() -> None:
    rng = Random(3)
    scenes = [draw(rng, "wider")[1] for _ in range(400)]
    kinds = Counter(scene.wider for scene in scenes)
    own = {
        "captioned chart",
        "shelf label",
        "posted sign",
        "unnamed shape",
        "overlapping",
        "areas",
        "illegible",
        "twins",
        "blend",
        "curves",
        "QR code",
        "bar code",
        "crescent",
    }
    assert set(kinds) == own | {"silhouettes", "other print", "blank"}
    assert own <= set(WEIGHTS)
    assert own <= set(NATURAL)
    for number, scene in enumerate(scenes[:120]):
        assert len(dialogues.dialogue(Random(number), scene, for_training=True)) >= 4, scene
    with pytest.raises(ValueError, match="wider"):
        draw(rng, "wider", "text")
    assert sample("wider", 4).turns == sample("wider", 4).turns


def test_areas_have_their_colours_at_their_places() -> None:
    for image, scene in drawn("areas"):
        assert len({*scene.areas}) == len(scene.areas)
        for where, hue in scene.area_places:
            paint = at(image, *PLACES[where])
            assert far_from(paint, hue) == 0, (where, hue, paint)


@pytest.mark.parametrize("kind", ["crescent", "twins"])
def test_moons_and_shapes_of_one_colour_are_seen_in_it(kind: str) -> None:
    for image, scene in drawn(kind, 40):
        pixels = np.asarray(image).reshape(-1, 3)
        hues = [thing.colour for thing in scene.things]
        assert len(hues) == 1 or len({*hues}) < len(hues)
        for thing in scene.things:
            nearest = [far_from(paint, thing.colour) for paint in np.unique(pixels, axis=0).tolist()]
            assert min(nearest) <= 27, thing


def test_a_blend_has_its_colours_at_its_ends() -> None:
    for image, scene in drawn("blend", 40):
        for where, hue in scene.area_places:
            assert far_from(at(image, *PLACES[where]), hue) < 60, (where, hue)


def test_the_shape_in_front_is_whole_and_covers_the_other() -> None:
    for image, scene in drawn("overlapping"):
        front = scene.front
        assert front is not None
        assert front in scene.things
        (behind,) = [thing for thing in scene.things if thing is not front]
        left, top, right, bottom = front.box
        paint = at(image, (left + right) / 2, (top + bottom) / 2)
        assert far_from(paint, front.colour) <= 27  # a random shade: nine levels in each channel
        shared = [
            min(front.box[i + 2], behind.box[i + 2]) - max(front.box[i], behind.box[i]) for i in (0, 1)
        ]
        assert min(shared) > 0


def test_a_pole_is_under_its_sign() -> None:
    poles = 0
    for image, scene in drawn("posted sign"):
        assert scene.tag is not None
        left, _, right, bottom = scene.tag.box
        if bottom < 0.94:
            y = bottom + 0.03
            middle, beside = around(image, (left + right) / 2, y), around(image, left, y)
            unlike = sum(abs(a - b) for a, b in zip(middle, beside, strict=True)) > 45
            assert unlike == scene.tag.pole
        poles += scene.tag.pole
    assert 15 < poles < 45


def test_charts_and_labels_have_print_that_is_not_among_their_lines() -> None:
    for kind in ("captioned bars", "labelled slices", "shelf label"):
        for _, scene in drawn(kind, 20):
            assert scene.fine_print
            assert [line.kind for line in scene.lines] == (["price"] if scene.tag else [])
            assert all(part.value is None for part in (scene.chart.parts if scene.chart else ()))


def test_what_the_strangers_show_is_never_drawn() -> None:
    for _, scene in drawn("overlapping", 400):
        assert {(t.name, t.colour) for t in scene.things} != {("circle", "yellow"), ("square", "blue")}
    assert all({*scene.areas} != {"green", "white", "orange"} for _, scene in drawn("areas", 300))
    assert all(scene.area_places[1] != ("at the bottom", "orange") for _, scene in drawn("blend", 200))
    assert all(scene.things[0].colour != "purple" for _, scene in drawn("crescent", 200))
    silhouettes = [scene for _, scene in drawn("silhouettes", 300)]
    found = {(thing.name, thing.colour) for scene in silhouettes for thing in scene.things}
    assert ("moon", "purple") not in found
    assert {hue for _, hue in found} == set(COLOURS)
    assert {name for name, _ in found} == set(wider.SILHOUETTES)
