"""Label every patch of a picture from its facts, to train the tower: hundreds of labels instead of a
few words."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, pi

import numpy as np
import numpy.typing as npt

from flashsloth_synthetic.catalogue import KINDS
from flashsloth_synthetic.scene import (
    CHARACTERS,
    COLOURS,
    DIRECTIONS,
    SHAPES,
    Box,
    Chart,
    Letter,
    Scene,
)

NO_LABEL = -100  # torch's ignore_index
NAMES = (
    "ground",
    *(shape for shape in SHAPES if shape != "arrow"),
    *(f"arrow {direction}" for direction in DIRECTIONS),
    *(kind.name for kind in KINDS),
    "bar",
    "slice",
    "price tag",
    "sign",
    "stop sign",
    "unlike",
)
NUMBER = {name: i for i, name in enumerate(NAMES)}
COLOUR = {name: i for i, name in enumerate(COLOURS)}
CHARACTER = {char: i for i, char in enumerate(CHARACTERS)}
MIN_HEIGHT = 0.035  # of a character, as a share of the picture: smaller print has no labels
MIN_OVERLAP = 0.25  # of a character or of a patch, for the patch to be labelled with the character

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PatchLabels:
    """The labels of N = side * side patches, row by row.

    Args:
        names: (N,) index into NAMES of the thing at the patch's centre.
        colours: (N,) index into COLOURS of that thing or of the background, NO_LABEL if it has none.
        inks: (N,) index into COLOURS of the print in the patch, or NO_LABEL.
        characters: (N, len(CHARACTERS)) 1 for each character that overlaps the patch by MIN_OVERLAP,
            NaN where it is not known what is printed.
        places: (N, 4) from the patch's centre to the left, top, right and bottom edge of the nearest
            character or of the thing, as shares of the picture; NaN on bare background.
    """

    names: Ints
    colours: Ints
    inks: Ints
    characters: Floats
    places: Floats


def label_patches(scene: Scene, side: int) -> PatchLabels:
    """Label a picture on a grid of side x side patches."""
    grid = _LabelGrid(side)
    if scene.everyday is not None or (scene.wider and scene.category != "unlike"):
        grid.names[:] = NO_LABEL
        if scene.everyday is not None and scene.everyday.letters is not None:
            grid.print(scene.everyday.letters, "")
        else:  # boxes are not exact, or not listed
            grid.characters[:] = np.nan
        return PatchLabels(grid.names, grid.colours, grid.inks, grid.characters, grid.places)
    if scene.category == "unlike" and not scene.blank:
        grid.names[:] = NUMBER["unlike"]
    elif scene.background:
        grid.colours[:] = COLOUR[scene.background]
    for thing in scene.things:
        grid.thing(
            f"arrow {thing.direction}" if thing.direction else thing.name, thing.colour, thing.box
        )
    if scene.tag is not None:
        grid.thing(scene.tag.kind, scene.tag.colour, scene.tag.box)
    if scene.chart is not None and scene.chart.kind == "bar chart":
        for part in scene.chart.parts:
            grid.thing("bar", part.colour, part.box)
            grid.print(part.letters, "black")
    elif scene.chart is not None:
        grid.pie(scene.chart)
    for line in scene.lines:
        grid.print(line.letters, line.colour)
    return PatchLabels(grid.names, grid.colours, grid.inks, grid.characters, grid.places)


class _LabelGrid:
    def __init__(self, side: int) -> None:
        count = side * side
        self.side = side
        middles = (np.arange(side, dtype=np.float32) + 0.5) / side
        self.x, self.y = np.tile(middles, side), np.repeat(middles, side)
        self.names = np.full(count, NUMBER["ground"], np.int64)
        self.colours = np.full(count, NO_LABEL, np.int64)
        self.inks = np.full(count, NO_LABEL, np.int64)
        self.characters = np.zeros((count, len(CHARACTERS)), np.float32)
        self.places = np.full((count, 4), np.nan, np.float32)

    def thing(self, name: str, colour: str, box: Box) -> None:
        inside = (self.x > box[0]) & (self.x < box[2]) & (self.y > box[1]) & (self.y < box[3])
        self._paint(inside, name, colour, box)

    def _paint(self, inside: npt.NDArray[np.bool_], name: str, colour: str, box: Box) -> None:
        self.names[inside] = NUMBER[name]
        self.colours[inside] = COLOUR[colour] if colour else NO_LABEL
        self._place(inside, box)

    def _place(self, inside: npt.NDArray[np.bool_], box: Box) -> None:
        x, y = self.x[inside], self.y[inside]
        self.places[inside] = np.stack((x - box[0], y - box[1], box[2] - x, box[3] - y), axis=1)

    def pie(self, chart: Chart) -> None:
        """Label the slices, clockwise from the top of their circle."""
        boxes = np.array([part.box for part in chart.parts])
        (left, top), (right, bottom) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
        x = (2 * self.x - left - right) / (right - left)
        y = (2 * self.y - top - bottom) / (bottom - top)
        turn = np.array([atan2(a, -b) / (2 * pi) % 1 for a, b in zip(x, y, strict=True)])
        begin = 0.0
        for part in chart.parts:
            inside = (x**2 + y**2 < 1) & (turn >= begin) & (turn < begin + part.share)
            self._paint(inside, "slice", part.colour, part.box)
            begin += part.share

    def print(self, letters: tuple[Letter, ...], colour: str) -> None:
        half = 0.5 / self.side
        nearest = np.full(len(self.x), np.inf, np.float32)
        for letter in letters:
            left, top, right, bottom = letter.box
            wide = np.minimum(self.x + half, right) - np.maximum(self.x - half, left)
            high = np.minimum(self.y + half, bottom) - np.maximum(self.y - half, top)
            shared = np.clip(wide, 0, None) * np.clip(high, 0, None)
            inside = shared > MIN_OVERLAP * min(4 * half * half, (right - left) * (bottom - top))
            if bottom - top < MIN_HEIGHT and letter.char != ".":
                self.characters[inside] = np.nan
                continue
            self.characters[inside, CHARACTER[letter.char]] = 1
            self.inks[inside] = COLOUR[colour] if colour else NO_LABEL
            distance = np.abs(self.x - (left + right) / 2)
            closer = inside & (distance < nearest)
            nearest[closer] = distance[closer]
            self._place(closer, letter.box)
