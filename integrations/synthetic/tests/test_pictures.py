"""Drawn pictures: repeatable, with facts that match the pixels, and without held-out combinations in
training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from random import Random
from typing import get_args

import numpy as np
import pytest
from PIL import Image

import flashsloth_synthetic as synthetic
from flashsloth_synthetic import out_of_distribution, pictures
from flashsloth_synthetic import shapes as things
from flashsloth_synthetic.background import LARGEST, SMALLEST, ground
from flashsloth_synthetic.catalogue import KIND, KINDS, PAINTS, far_apart, visible
from flashsloth_synthetic.contact_sheet import sheet
from flashsloth_synthetic.holdout import objects_held_out, shape_held_out, text_held_out
from flashsloth_synthetic.pictures import CATEGORIES, COMBINED, draw
from flashsloth_synthetic.scene import (
    CHARACTERS,
    COLOURS,
    DIRECTIONS,
    SHAPES,
    Box,
    Category,
    Scene,
    Split,
)
from flashsloth_synthetic.text_rendering import strip, text, words, write

MANY = 240


@pytest.fixture(scope="module")
def drawn() -> dict[Category, list[tuple[Image.Image, Scene]]]:
    """Training pictures by category."""
    rng = Random(11)
    return {category: [draw(rng, "train", category) for _ in range(MANY)] for category in CATEGORIES}


def boxes(scene: Scene) -> Iterator[Box]:
    yield from (thing.box for thing in scene.things)
    yield from (letter.box for line in scene.lines for letter in line.letters)
    yield from (part.box for part in (scene.chart.parts if scene.chart else ()))
    if scene.tag:
        yield scene.tag.box


def pixel_box(box: Box, image: Image.Image) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left * image.width, top * image.height, right * image.width, bottom * image.height


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) + 1e-6 and min(a[3], b[3]) > max(a[1], b[1]) + 1e-6


@pytest.mark.parametrize("split", get_args(Split))
def test_the_same_state_draws_the_same_picture(split: Split) -> None:
    one, two = Random(5), Random(5)
    for _ in range(12):
        (image, scene), (again, same) = draw(one, split), draw(two, split)
        assert scene == same
        assert image.size == again.size
        assert image.tobytes() == again.tobytes()
    assert one.getstate() == two.getstate()


def test_sizes_and_modes(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    sizes = [image.size for rows in drawn.values() for image, _ in rows]
    assert all(image.mode == "RGB" for rows in drawn.values() for image, _ in rows)
    assert all(SMALLEST <= side <= LARGEST for size in sizes for side in size)
    assert all(0.75 <= width / height <= 1.34 for width, height in sizes)
    assert 0.25 < sum(width == height for width, height in sizes) / len(sizes) < 0.45


def test_boxes_lie_in_the_picture(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    for rows in drawn.values():
        for _, scene in rows:
            for left, top, right, bottom in boxes(scene):
                assert 0 <= left < right <= 1
                assert 0 <= top < bottom <= 1


def test_things_are_disjoint_and_large_enough(
    drawn: dict[Category, list[tuple[Image.Image, Scene]]],
) -> None:
    for category in ("shapes", "objects", "mixed"):
        for image, scene in drawn[category]:
            assert not any(overlap(a.box, b.box) for a, b in combinations(scene.things, 2))
            for thing in scene.things:
                left, top, right, bottom = pixel_box(thing.box, image)
                share = max(right - left, bottom - top) / min(image.size)
                assert share >= (0.2 if category == "shapes" else 0.26)


def test_things_are_in_reading_order_in_clear_rows(
    drawn: dict[Category, list[tuple[Image.Image, Scene]]],
) -> None:
    for category in ("shapes", "objects", "mixed"):
        for _, scene in drawn[category]:
            for a, b in pairwise(scene.things):
                assert b.row - a.row in (0, 1)
                assert (a.box[2] <= b.box[0]) if a.row == b.row else (a.box[3] <= b.box[1])


def test_counts(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    shapes = [scene.things for _, scene in drawn["shapes"]]
    assert {len(row) for row in shapes} == {1, 2, 3}
    assert {len(scene.things) for _, scene in drawn["objects"]} == {1, 2, 3}
    for _, scene in drawn["mixed"]:
        count = Counter(thing.kind for thing in scene.things)
        assert sorted(count.values()) in ([1, 1], [1, 2])
    assert {len(scene.lines) for _, scene in drawn["text"]} == {1, 2}


def test_training_has_more_of_the_hard_categories() -> None:
    drawn = [synthetic.training_sample(number) for number in range(1000)]
    taught = Counter(
        "wider" if one.scene is not None and one.scene.wider else one.category for one in drawn
    )
    assert taught.keys() == {*synthetic.TRAINING_SHARES, "no picture", "wider", "everyday"}
    assert taught["wider"] / 1000 == pytest.approx(synthetic.WIDER_SHARE, abs=0.05)
    assert taught["everyday"] / 1000 == pytest.approx(synthetic.EVERYDAY_SHARE, abs=0.05)
    own = 1 - synthetic.WIDER_SHARE - synthetic.EVERYDAY_SHARE
    for category, share in synthetic.TRAINING_SHARES.items():
        of_all = share / sum(synthetic.TRAINING_SHARES.values()) * (1 - synthetic.WITHOUT_PICTURE) * own
        assert taught[category] / 1000 == pytest.approx(of_all, abs=0.04)
    assert synthetic.TRAINING_SHARES["chart"] > CATEGORIES["chart"]


@pytest.mark.parametrize("name", [*SHAPES])
def test_a_shapes_box_is_exact(name: str) -> None:
    """Nothing outside the box has changed, and the shape reaches all of its edges."""
    rng = Random(3)
    for _ in range(6):
        canvas = ground(rng, "white", plain=True)
        empty = np.asarray(canvas.image).astype(int).copy()
        slot = things.Slot(rng.randint(0, 60), rng.randint(0, 60), rng.randrange(40, 80, 2), 0)
        thing = things.draw_shape(rng, canvas, things.Shape(name, "blue"), slot, rng.choice((0, 2)))
        after = np.asarray(canvas.image).astype(int)
        rows, columns = np.nonzero(np.abs(after - empty).sum(2) > 100)
        left, top, right, bottom = pixel_box(thing.box, canvas.image)
        found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert np.abs(np.array(found) - (left, top, right, bottom)).max() <= 1.5
        assert len(rows) > 0.25 * (right - left) * (bottom - top)
        assert (thing.direction in DIRECTIONS) == (name == "arrow")


@pytest.mark.parametrize("angle", [0.0, 0.15])
def test_an_objects_box_is_exact(angle: float) -> None:
    rng = Random(4)
    for kind in KINDS:
        canvas = ground(rng, "white" if kind.name != "cloud" else "blue", plain=True)
        empty = np.asarray(canvas.image).astype(int).copy()
        thing = things.draw_object(
            rng, canvas, kind.name, things.Slot(20, 30, 90, 0), rng.random() < 0.5, angle
        )
        rows, columns = np.nonzero(np.abs(np.asarray(canvas.image).astype(int) - empty).sum(2) > 30)
        found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert np.abs(np.array(found) - pixel_box(thing.box, canvas.image)).max() <= 5, kind.name
        assert thing.colour == KIND[kind.name].colour


def test_letters_boxes_are_exact_and_disjoint() -> None:
    rng = Random(2)
    for content in ("Queen", "jelly", "TAXI", "$12.99", "4071"):
        canvas = ground(rng, "white", plain=True)
        line = write(
            canvas, content, "word", "black", (0, 0, 0), strip(content, "Lato-Bold"), (10, 20), 0.6
        )
        assert "".join(letter.char for letter in line.letters) == content
        dark = np.asarray(canvas.image.convert("L")) < 128
        inside = np.zeros_like(dark)
        for letter in line.letters:
            left, top, right, bottom = (round(v) for v in pixel_box(letter.box, canvas.image))
            assert dark[top:bottom, left:right].any()
            inside[top - 1 : bottom + 1, left - 1 : right + 1] = True
        assert not (dark & ~inside).any()
        assert not any(overlap(a.box, b.box) for a, b in combinations(line.letters, 2))


def test_lines_are_large_and_contrast(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    for _, scene in drawn["text"]:
        for line in scene.lines:
            left, top, right, bottom = line.box
            assert right - left >= 0.6 or bottom - top >= 0.17
            assert line.colour in visible(scene.background, True)
            assert line.text == line.text.upper()
            assert line.kind == ("number" if line.text.isdigit() else "word")


def test_things_contrast_with_the_background(
    drawn: dict[Category, list[tuple[Image.Image, Scene]]],
) -> None:
    for category in ("shapes", "mixed"):
        for _, scene in drawn[category]:
            shapes = [thing for thing in scene.things if thing.kind == "shape"]
            assert all(far_apart(PAINTS[shape.colour], PAINTS[scene.background]) for shape in shapes)


def test_charts_match_their_facts(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    for image, scene in drawn["chart"]:
        assert scene.chart is not None
        parts, bars = scene.chart.parts, scene.chart.kind == "bar chart"
        assert len({part.colour for part in parts}) == len(parts)
        assert scene.background not in {part.colour for part in parts}
        shares = sorted(part.share for part in parts)
        assert all(b - a >= 0.08 - 1e-9 for a, b in pairwise(shares))
        assert (shares[-1] if bars else sum(shares)) == pytest.approx(1)
        if not bars:
            continue
        highs = [part.box[3] - part.box[1] for part in parts]
        for part, high in zip(parts, highs, strict=True):
            assert high / max(highs) == pytest.approx(part.share, abs=2.5 / (image.height * max(highs)))
        values = [part.value for part in parts if part.value is not None]
        assert len(values) in (0, len(parts))
        if values:
            assert len(parts) <= 4
            assert all(1 <= value <= 99 for value in values)
            assert [value / max(values) for value in values] == pytest.approx(
                [part.share for part in parts]
            )


def test_slices_have_their_colour() -> None:
    """Around a pie's centre, colours change clockwise from the top by their shares."""
    rng, seen = Random(8), 0
    while seen < 25:
        image, scene = pictures.any_chart(rng)
        if scene.chart is None or scene.chart.kind != "pie chart":
            continue
        seen += 1
        all_boxes = np.array([part.box for part in scene.chart.parts])
        left, top = all_boxes[:, :2].min(0)
        right, bottom = all_boxes[:, 2:].max(0)
        start = 0.0
        for part in scene.chart.parts:
            angle = 2 * np.pi * (start + part.share / 2)
            x, y = (
                (left + right) / 2 + 0.3 * (right - left) * np.sin(angle),
                (top + bottom) / 2 - 0.3 * (bottom - top) * np.cos(angle),
            )
            pixel = np.array(image.getpixel((int(x * image.width), int(y * image.height))))
            nearest = min(COLOURS, key=lambda name: int(np.abs(pixel - PAINTS[name]).sum()))
            assert nearest == part.colour or np.abs(pixel - PAINTS[part.colour]).sum() < 190
            assert part.box[0] <= x <= part.box[2]
            assert part.box[1] <= y <= part.box[3]
            start += part.share


def test_tags_contain_their_only_line(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    kinds = set()
    for _, scene in drawn["tag"]:
        assert scene.tag is not None
        (line,) = scene.lines
        assert scene.tag.colour != scene.background
        assert line.colour in visible(scene.tag.colour)
        assert scene.tag.box[0] < line.box[0]
        assert line.box[2] < scene.tag.box[2]
        assert (line.kind == "price") == (scene.tag.kind == "price tag") == line.text.startswith("$")
        assert scene.tag.kind != "stop sign" or (line.text, scene.tag.colour) == ("STOP", "red")
        if line.kind == "price":
            assert 0.5 <= float(line.text[1:]) < 100
        kinds.add(scene.tag.kind)
    assert kinds == {"price tag", "sign", "stop sign"}


def test_unlike_pictures_have_no_facts(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    assert {scene.family for _, scene in drawn["unlike"]} == set(out_of_distribution.TRAIN_FAMILIES)
    for _, scene in drawn["unlike"]:
        assert not any((scene.things, scene.lines, scene.chart, scene.tag))
        assert scene.blank == bool(scene.background) == (scene.family == "blank")
    rng = Random(1)
    families = Counter(draw(rng, "unlike")[1].family for _ in range(150))
    assert set(families) == {
        *out_of_distribution.TRAIN_FAMILIES,
        *out_of_distribution.HELD_OUT_FAMILIES,
    }
    assert 50 < sum(families[name] for name in out_of_distribution.HELD_OUT_FAMILIES) < 100


def scene_held_out(scene: Scene) -> bool:
    """Return whether a picture shows a held-out combination."""
    return (
        any(shape_held_out(thing.colour, thing.name) for thing in scene.things if thing.kind == "shape")
        or objects_held_out(thing.name for thing in scene.things if thing.kind == "object")
        or any(text_held_out(line.kind, line.text) for line in scene.lines)
    )


@pytest.mark.parametrize("split", ["train", "test"])
def test_training_and_test_show_nothing_held_out(split: Split) -> None:
    rng = Random(split)
    assert not any(scene_held_out(draw(rng, split)[1]) for _ in range(500))


@pytest.mark.parametrize("category", COMBINED)
def test_every_combo_picture_shows_a_held_out_combination(category: Category) -> None:
    rng = Random(21)
    assert all(scene_held_out(draw(rng, "combo", category)[1]) for _ in range(60))


def test_a_split_draws_its_own_categories_only() -> None:
    with pytest.raises(ValueError, match="combo"):
        draw(Random(0), "combo", "chart")
    with pytest.raises(ValueError, match="unlike"):
        draw(Random(0), "unlike", "text")
    assert sum(CATEGORIES.values()) == pytest.approx(1)


def test_a_small_part_is_held_out() -> None:
    pairs = [shape_held_out(colour, shape) for colour in COLOURS for shape in SHAPES]
    objects = [objects_held_out(pair) for pair in combinations(KIND, 2)]
    numbers = [text_held_out("number", str(n)) for n in range(100, 10000)]
    assert 0.05 < np.mean(pairs) < 0.1
    assert 0.03 < np.mean(objects) < 0.07
    assert 0.03 < np.mean([text_held_out("word", word) for word in words()]) < 0.07
    assert 0.06 < np.mean(numbers) < 0.1
    assert not any(text_held_out("number", str(n)) for n in range(100))
    assert all(text_held_out("word", word.upper()) == text_held_out("word", word) for word in words())


def test_everything_is_drawn(drawn: dict[Category, list[tuple[Image.Image, Scene]]]) -> None:
    scenes = [scene for rows in drawn.values() for _, scene in rows]
    rng = Random(13)
    scenes += [text(rng, held_out)[1] for _ in range(300) for held_out in (False, True)]
    everything = [thing for scene in scenes for thing in scene.things]
    assert {thing.name for thing in everything if thing.kind == "object"} == set(KIND)
    assert {thing.name for thing in everything if thing.kind == "shape"} == set(SHAPES)
    assert {thing.colour for thing in everything if thing.kind == "shape"} == set(COLOURS)
    assert {thing.direction for thing in everything} == {"", *DIRECTIONS}
    assert {scene.background for scene in scenes} == {"", *COLOURS}
    assert {line.colour for scene in scenes for line in scene.lines} == set(COLOURS)
    assert {letter.char for scene in scenes for line in scene.lines for letter in line.letters} == {
        char for char in CHARACTERS if not char.islower()
    }


def test_the_catalogue_is_complete() -> None:
    assert len(KIND) == len(KINDS) == 50
    assert all(kind.colour in ("", *COLOURS) for kind in KINDS)
    assert all(len(visible(colour, True)) >= 2 for colour in COLOURS)


def test_a_sheet_shows_pictures_with_their_boxes() -> None:
    assert sheet("train", None, 7, seed=0, boxes=True, across=4).size == (4 * 148, 2 * 172)
