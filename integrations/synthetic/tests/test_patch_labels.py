"""Patch labels, against hand-made scenes and drawn pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from flashsloth_synthetic import picture
from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.patch_labels import (
    CHARACTER,
    COLOUR,
    NAMES,
    NO_LABEL,
    NUMBER,
    PatchLabels,
    label_patches,
)
from flashsloth_synthetic.scene import (
    CHARACTERS,
    COLOURS,
    DIRECTIONS,
    SHAPES,
    Box,
    Chart,
    Everyday,
    Letter,
    Line,
    Part,
    Scene,
    Tag,
    Thing,
)

SIDE = 12
STAR = Thing("shape", "star", "red", (0.25, 0.25, 0.75, 0.5))


def middle(patch: int, side: int = SIDE) -> tuple[float, float]:
    """The box of a patch, as shares of the picture."""
    return (patch % side + 0.5) / side, (patch // side + 0.5) / side


def where(condition: Callable[[float, float], bool], side: int = SIDE) -> set[int]:
    """The patches whose centre fulfils a condition."""
    return {patch for patch in range(side * side) if condition(*middle(patch, side))}


def told(values: np.ndarray, value: int) -> set[int]:
    return set(np.flatnonzero(values == value).tolist())


def printed(told: PatchLabels, char: str) -> set[int]:
    return set(np.flatnonzero(told.characters[:, CHARACTER[char]]).tolist())


def word(*letters: tuple[str, Box], colour: str = "blue") -> Line:
    text = "".join(char for char, _ in letters)
    return Line("word", text, colour, tuple(Letter(char, box) for char, box in letters))


def test_names_cover_everything_drawn() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert NAMES[0] == "ground"
    shown = {
        *SHAPES,
        *(kind.name for kind in KINDS),
        *(f"arrow {direction}" for direction in DIRECTIONS),
    } - {"arrow"}
    assert shown | {"bar", "slice", "price tag", "sign", "stop sign", "unlike", "ground"} == set(NAMES)


def test_every_patch_of_a_things_box() -> None:
    found = label_patches(Scene("shapes", "white", (STAR,)), SIDE)
    inside = where(lambda x, y: 0.25 < x < 0.75 and 0.25 < y < 0.5)
    assert len(inside) == 6 * 3
    assert told(found.names, NUMBER["star"]) == inside
    assert told(found.colours, COLOUR["red"]) == inside
    outside = set(range(SIDE * SIDE)) - inside
    assert told(found.names, NUMBER["ground"]) == outside
    assert told(found.colours, COLOUR["white"]) == outside
    assert told(found.inks, NO_LABEL) == inside | outside
    assert not found.characters.any()
    for patch in range(SIDE * SIDE):
        x, y = middle(patch)
        if patch in inside:
            assert found.places[patch] == pytest.approx(
                [x - 0.25, y - 0.25, 0.75 - x, 0.5 - y], abs=1e-6
            )
        else:
            assert np.isnan(found.places[patch]).all()


def test_kinds_and_shapes() -> None:
    found = label_patches(Scene("shapes", "white", (STAR,)), 5)
    assert [value.shape for value in (found.names, found.colours, found.inks)] == [(25,)] * 3
    assert (found.characters.shape, found.places.shape) == ((25, len(CHARACTERS)), (25, 4))
    assert {value.dtype for value in (found.names, found.colours, found.inks)} == {np.dtype(np.int64)}
    assert {value.dtype for value in (found.characters, found.places)} == {np.dtype(np.float32)}


def test_arrows_colourless_things_and_overlaps() -> None:
    arrow = Thing("shape", "arrow", "blue", (0.0, 0.0, 0.5, 0.5), direction="left")
    dog = Thing("object", "dog", "", (0.25, 0.25, 1.0, 1.0))
    found = label_patches(Scene("mixed", "grey", (arrow, dog)), SIDE)
    over = where(lambda x, y: x > 0.25 and y > 0.25)
    assert told(found.names, NUMBER["dog"]) == over
    assert told(found.colours, NO_LABEL) == over
    assert told(found.names, NUMBER["arrow left"]) == where(lambda x, y: x < 0.5 and y < 0.5) - over
    assert told(found.colours, COLOUR["blue"]) == where(lambda x, y: x < 0.5 and y < 0.5) - over


def test_bars_with_their_numbers() -> None:
    digits = (Letter("4", (0.1, 0.3, 0.18, 0.42)), Letter("2", (0.2, 0.3, 0.28, 0.42)))
    bars = (
        Part("red", 0.5, (0.1, 0.5, 0.4, 0.9), 42, digits),
        Part("green", 1.0, (0.6, 0.1, 0.9, 0.9)),
    )
    found = label_patches(Scene("chart", "white", chart=Chart("bar chart", bars)), SIDE)
    red = where(lambda x, y: 0.1 < x < 0.4 and 0.5 < y < 0.9)
    green = where(lambda x, y: 0.6 < x < 0.9 and 0.1 < y < 0.9)
    assert told(found.names, NUMBER["bar"]) == red | green
    assert told(found.colours, COLOUR["red"]) == red
    assert told(found.colours, COLOUR["green"]) == green
    assert printed(found, "4")
    assert printed(found, "2")
    assert told(found.inks, COLOUR["black"]) == printed(found, "4") | printed(found, "2")


def test_slices_by_their_angle() -> None:
    """Clockwise from the top: a quarter, a half, a quarter."""
    slices = (
        Part("red", 0.25, (0.5, 0.0, 1.0, 0.5)),
        Part("green", 0.5, (0.0, 0.5, 1.0, 1.0)),
        Part("blue", 0.25, (0.0, 0.0, 0.5, 0.5)),
    )
    found = label_patches(Scene("chart", "white", chart=Chart("pie chart", slices)), SIDE)

    def disc(x: float, y: float) -> bool:
        return (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.25

    assert told(found.names, NUMBER["slice"]) == where(disc)
    assert told(found.colours, COLOUR["red"]) == where(lambda x, y: disc(x, y) and x > 0.5 and y < 0.5)
    assert told(found.colours, COLOUR["green"]) == where(lambda x, y: disc(x, y) and y > 0.5)
    assert told(found.colours, COLOUR["blue"]) == where(lambda x, y: disc(x, y) and x < 0.5 and y < 0.5)
    assert told(found.colours, COLOUR["white"]) == where(lambda x, y: not disc(x, y))
    below = next(iter(told(found.colours, COLOUR["green"])))
    x, y = middle(below)
    assert found.places[below] == pytest.approx([x, y - 0.5, 1 - x, 1 - y], abs=1e-6)


def test_a_small_pie_off_centre() -> None:
    slices = (Part("red", 0.5, (0.7, 0.1, 0.9, 0.5)), Part("blue", 0.5, (0.5, 0.1, 0.7, 0.5)))
    found = label_patches(Scene("chart", "white", chart=Chart("pie chart", slices)), 40)
    assert told(found.colours, COLOUR["red"]) == where(
        lambda x, y: ((x - 0.7) / 0.2) ** 2 + ((y - 0.3) / 0.2) ** 2 < 1 and x > 0.7, 40
    )


def test_letters_that_overlap_a_patch() -> None:
    """With 12 patches a side, `A` covers four, `B` lies within one, `C` only touches its neighbour."""
    line = word(
        ("A", (2 / 12, 2 / 12, 4 / 12, 4 / 12)),
        ("B", (6.1 / 12, 2.1 / 12, 6.9 / 12, 2.9 / 12)),
        ("C", (8 / 12, 2 / 12, 9.1 / 12, 3 / 12)),
    )
    found = label_patches(Scene("text", "white", lines=(line,)), SIDE)
    assert printed(found, "A") == {26, 27, 38, 39}
    assert printed(found, "B") == {30}
    assert printed(found, "C") == {32}
    assert found.characters.sum() == 6
    assert told(found.inks, COLOUR["blue"]) == {26, 27, 38, 39, 30, 32}
    assert set(found.names.tolist()) == {NUMBER["ground"]}
    assert told(found.colours, COLOUR["white"]) == set(range(SIDE * SIDE))
    x, y = middle(26)
    assert found.places[26] == pytest.approx([x - 2 / 12, y - 2 / 12, 4 / 12 - x, 4 / 12 - y], abs=1e-6)
    assert np.isnan(found.places[0]).all()


def test_print_that_is_too_small_has_no_labels() -> None:
    line = word(("A", (0.1, 0.1, 0.13, 0.13)), (".", (0.6, 0.6, 0.61, 0.61)))
    found = label_patches(Scene("text", "white", lines=(line,)), SIDE)
    unknown = np.isnan(found.characters).all(axis=1)
    assert unknown.any()
    assert not np.isnan(found.characters[~unknown]).any()
    assert printed(found, ".") - set(np.flatnonzero(unknown).tolist())


def test_two_letters_in_one_patch() -> None:
    """Both are labelled; the place is that of the nearer one."""
    line = word(("1", (0.26, 0.26, 0.33, 0.45)), ("7", (0.34, 0.26, 0.49, 0.45)))
    found = label_patches(Scene("text", "white", lines=(line,)), 4)
    assert printed(found, "1") == printed(found, "7") == {5}
    x, y = middle(5, 4)
    assert found.places[5] == pytest.approx([x - 0.34, y - 0.26, 0.49 - x, 0.45 - y], abs=1e-6)


def test_print_on_a_sign_keeps_the_sign() -> None:
    sign = Tag("sign", "yellow", (0.0, 0.25, 1.0, 0.75))
    line = word(("G", (0.26, 0.4, 0.49, 0.6)), ("O", (0.51, 0.4, 0.74, 0.6)), colour="black")
    found = label_patches(Scene("tag", "white", lines=(line,), tag=sign), SIDE)
    board = where(lambda x, y: 0.25 < y < 0.75)
    assert told(found.names, NUMBER["sign"]) == told(found.colours, COLOUR["yellow"]) == board
    letters = printed(found, "G") | printed(found, "O")
    assert letters < board
    assert told(found.inks, COLOUR["black"]) == letters
    wide = found.places[sorted(letters)]
    # the letter's width, not the sign's
    assert (wide[:, 0] + wide[:, 2]) == pytest.approx(0.23, abs=1e-6)


@pytest.mark.parametrize("char", CHARACTERS)
def test_every_character_has_a_label(char: str) -> None:
    found = label_patches(Scene("text", "white", lines=(word((char, (0.2, 0.2, 0.8, 0.8))),)), 3)
    assert found.characters[4, CHARACTER[char]] == 1


def test_an_unlike_picture() -> None:
    found = label_patches(Scene("unlike", "", family="noise"), SIDE)
    assert set(found.names.tolist()) == {NUMBER["unlike"]}
    assert set(found.colours.tolist()) == set(found.inks.tolist()) == {NO_LABEL}
    assert np.isnan(found.places).all()


def test_a_blank_picture() -> None:
    found = label_patches(Scene("unlike", "green", blank=True), SIDE)
    assert set(found.names.tolist()) == {NUMBER["ground"]}
    assert set(found.colours.tolist()) == {COLOUR["green"]}
    assert np.isnan(found.places).all()


def test_everyday_pictures_have_labels_of_their_print_alone() -> None:
    found = Everyday("word", "", "", (), (), letters=(Letter("a", (0.25, 0.25, 0.5, 0.5)),))
    told_of = label_patches(Scene("everyday", "", everyday=found), SIDE)
    assert printed(told_of, "a") == where(lambda x, y: 0.25 < x < 0.5 and 0.25 < y < 0.5)
    assert told_of.characters.sum() == len(printed(told_of, "a"))
    for labels in (told_of.names, told_of.colours, told_of.inks):
        assert set(labels.tolist()) == {NO_LABEL}


@pytest.mark.parametrize(
    "scene",
    [
        Scene("everyday", "", everyday=Everyday("page", "", "", (), (), letters=None)),
        Scene("chart", "white", chart=Chart("bar chart", ()), wider="captioned chart"),
    ],
    ids=["page", "captioned chart"],
)
def test_print_that_is_not_listed(scene: Scene) -> None:
    assert np.isnan(label_patches(scene, SIDE).characters).all()


def test_drawn_pictures() -> None:
    """Every picture has labels, and the patch at the centre of a thing has its name."""
    for number in range(150):
        _, scene = picture("train", number)
        found = label_patches(scene, 48)
        assert set(found.names.tolist()) <= set(range(len(NAMES)))
        assert set(found.colours.tolist()) | set(found.inks.tolist()) <= {
            NO_LABEL,
            *range(len(COLOURS)),
        }
        for thing in scene.things:
            x, y = (thing.box[0] + thing.box[2]) / 2, (thing.box[1] + thing.box[3]) / 2
            patch = int(y * 48) * 48 + int(x * 48)
            name = f"arrow {thing.direction}" if thing.direction else thing.name
            assert NAMES[found.names[patch]] == name
        for letter in (letter for line in scene.lines for letter in line.letters):
            assert printed(found, letter.char)
        assert np.isnan(found.places).any(axis=1).sum() == np.isnan(found.places).all(axis=1).sum()
