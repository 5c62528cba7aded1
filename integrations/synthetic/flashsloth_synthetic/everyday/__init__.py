"""Draw everyday pictures, of which nano's world has nothing else: clocks, boards of games, faces,
flags, polygons with a name, landscapes, receipts, maps, windows of text, charts and labels to be read.

Each kind has a drawing that returns the picture with its own facts (`scene.Everyday`);
`question_builders.everyday_facts` asks for them.
"""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.everyday.boards import board
from flashsloth_synthetic.everyday.clocks import clock
from flashsloth_synthetic.everyday.drawing import Drawing, Picture
from flashsloth_synthetic.everyday.faces import face
from flashsloth_synthetic.everyday.flags import flag
from flashsloth_synthetic.everyday.labelled import labelled_chart, product_label, small_letters
from flashsloth_synthetic.everyday.maps import street_map
from flashsloth_synthetic.everyday.outdoors import landscape, sky
from flashsloth_synthetic.everyday.pages import page, receipt, terminal
from flashsloth_synthetic.everyday.plots import line_plot
from flashsloth_synthetic.everyday.polygons import POLYGONS, polygon
from flashsloth_synthetic.everyday.print_lines import print_lines
from flashsloth_synthetic.everyday.road_signs import road_sign

# The kinds of `Everyday`, which are also what questions take one kind of picture for.
KINDS = (
    "clock", "chessboard", "checkerboard", "face", "flag", "landscape", "sky", "receipt", "map", "terminal", "page",
    "bar chart", "pie chart", "line chart", "price tag", "word", "road sign",
)  # fmt: skip
# Every drawing with its weight.
EVERYDAY: dict[Drawing, float] = {
    clock: 12, board: 13, face: 22, flag: 6, polygon: 20, landscape: 13, sky: 9, receipt: 11, street_map: 11,
    terminal: 4, page: 3, labelled_chart: 26, line_plot: 20, product_label: 20, small_letters: 40, road_sign: 9,
}  # fmt: skip

# What the tower alone learns to read from (`rows.SyntheticRows.print_share`), with its weight.
PRINTED: dict[Drawing, float] = {print_lines: 60, small_letters: 30, product_label: 10}


def any_everyday(rng: Random) -> Picture:
    """Draw a picture of any kind."""
    return rng.choices(list(EVERYDAY), list(EVERYDAY.values()))[0](rng)


def any_print(rng: Random) -> Picture:
    """Draw a picture of print."""
    return rng.choices(list(PRINTED), list(PRINTED.values()))[0](rng)


__all__ = ["EVERYDAY", "KINDS", "POLYGONS", "any_everyday", "any_print"]
