"""Draw boards of chess and checkers."""

from __future__ import annotations

from random import Random

from PIL import ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    Box,
    Picture,
    Point,
    counted,
    exists,
    fact,
    fine_canvas,
    scene_of,
)
from flashsloth_synthetic.grammar import article, number
from flashsloth_synthetic.scene import Fact

PIECES = ("pawn", "pawn", "rook", "bishop", "knight", "queen", "king")
# The colours of light and dark cells.
BOARDS: tuple[tuple[RGB, RGB], ...] = (
    ((240, 217, 181), (181, 136, 99)), ((238, 238, 210), (118, 150, 86)), ((235, 235, 235), (110, 110, 115)),
    ((255, 255, 255), (30, 30, 30)), ((222, 227, 230), (140, 162, 173)), ((250, 230, 180), (150, 75, 40)),
    ((250, 245, 235), (190, 40, 40)),
)  # fmt: skip
CROWN = ((0.2, 0.5), (0.14, 0.12), (0.36, 0.34), (0.5, 0.08), (0.64, 0.34), (0.86, 0.12), (0.8, 0.5))
HORSE = ((0.28, 0.9), (0.3, 0.5), (0.16, 0.44), (0.4, 0.14), (0.7, 0.24), (0.76, 0.9))


def board(rng: Random) -> Picture:
    """Draw a board of chess or checkers with up to six pieces."""
    side = min(any_size(rng))
    light, dark = rng.choice(BOARDS)
    image, draw = fine_canvas((side, side), rng.choice((light, dark, (90, 60, 40))))
    margin = rng.choice((0.0, 0.0, 0.12)) * side
    cell = (FINE * side - 2 * margin) / 8
    for row in range(8):
        for column in range(8):
            x, y = margin + column * cell, margin + row * cell
            draw.rectangle((x, y, x + cell, y + cell), light if (row + column) % 2 == 0 else dark)
    chess = rng.random() < 0.7
    cells = [(r, c) for r in range(8) for c in range(8) if chess or (r + c) % 2]
    count = rng.choices(range(7), (2, 2, 3, 3, 3, 2, 2))[0]
    white = [rng.random() < 0.5 for _ in range(count)]
    other = "red" if not chess and rng.random() < 0.5 else "black"
    kinds = list[str]()
    at = rng.sample(cells, count)
    for (row, column), is_white in zip(at, white, strict=True):
        kinds.append(rng.choice(PIECES) if chess else "disc")
        paint = (250, 250, 250) if is_white else {"red": (200, 30, 30), "black": (30, 30, 30)}[other]
        edge = (120, 120, 120) if not is_white and other == "black" else (0, 0, 0)
        _piece(draw, margin + column * cell, margin + row * cell, cell, kinds[-1], paint, edge)
    # an empty board may be of either game
    name = "chessboard" if chess or not count else "checkerboard"
    facts = _facts("chess" if chess else "checkers", kinds, sum(white), other)
    if chess and count:
        facts += _piece_facts(rng, kinds, white, at)
        named = {f"{'white' if w else 'black'} {kind}" for kind, w in zip(kinds, white, strict=True)}
        facts += [_whether(rng, named | {*kinds}) for _ in range(2)]
    details = f"{article(name)} with {number(count)} piece{'s' * (count != 1)}"
    scene = scene_of(
        name, article(name), details, facts, shown=("board", *(("piece",) if count else ())),
        unsure=("square", "circle", "triangle", "chessboard", "checkerboard", "game", "house", "hat", *PIECES),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _facts(game: str, kinds: list[str], white: int, other: str) -> list[Fact]:
    count = len(kinds)
    named = fact("which game", f"It is {game}.", game, "word")
    if not count:
        named = fact("which game", "It is a chessboard.", "chess", "word")
    facts = [
        named,
        counted(count, "piece"),
        counted(count, "piece"),
        counted(white, "white piece"),
        counted(count - white, f"{other} piece"),
    ]
    if count == 1 and game == "chess":
        facts.append(fact("which piece", f"It is a {kinds[0]}.", kinds[0], "word"))
    return facts


def _piece_facts(
    rng: Random, kinds: list[str], white: list[bool], at: list[tuple[int, int]]
) -> list[Fact]:
    """Ask for the colour of a piece that is the only one of its kind, or the outermost on a side."""
    facts = list[Fact]()
    hues = ["white" if is_white else "black" for is_white in white]
    for kind, hue in zip(kinds, hues, strict=True):
        if kinds.count(kind) == 1:
            facts.append(fact("colour", f"The {kind} is {hue}.", hue, "word", the=f"the {kind}"))
    rows, columns = [row for row, _ in at], [column for _, column in at]
    for where, places, best in (
        ("at the top", rows, min(rows)),
        ("at the bottom", rows, max(rows)),
        ("on the left", columns, min(columns)),
        ("on the right", columns, max(columns)),
    ):
        if len(at) > 1 and places.count(best) == 1:
            i = places.index(best)
            hue = hues[i]
            facts.append(fact("piece colour", f"The piece {where} is {hue}.", hue, "word", where=where))
            facts.append(
                fact("piece at", f"A {hue} {kinds[i]} is {where}.", kinds[i], "word", where=where)
            )
    return rng.sample(facts, min(3, len(facts)))


def _whether(rng: Random, there: set[str]) -> Fact:
    """Ask for a piece, at times of one colour: half of them are there."""
    if rng.random() < 0.5:
        return exists(rng.choice(sorted(there)), True)
    every = {*PIECES} | {f"{hue} {kind}" for hue in ("white", "black") for kind in PIECES}
    return exists(rng.choice(sorted(every - there)), False)


def _piece(
    draw: ImageDraw.ImageDraw, x: float, y: float, cell: float, kind: str, paint: RGB, edge: RGB
) -> None:
    """Draw a piece into the cell whose left top corner is (x, y)."""

    def at(*points: Point) -> list[Point]:
        return [(x + a * cell, y + b * cell) for a, b in points]

    def box(left: float, top: float, right: float, bottom: float) -> Box:
        return x + left * cell, y + top * cell, x + right * cell, y + bottom * cell

    line = max(2, round(0.04 * cell))
    if kind == "disc":
        draw.ellipse(box(0.12, 0.12, 0.88, 0.88), paint, edge, line)
        draw.ellipse(box(0.28, 0.28, 0.72, 0.72), None, edge, line)
        return
    draw.polygon(at((0.5, 0.3), (0.22, 0.9), (0.78, 0.9)), paint, edge, line)
    match kind:
        case "rook":
            draw.rectangle(box(0.26, 0.22, 0.74, 0.9), paint, edge, line)
            draw.rectangle(box(0.18, 0.12, 0.82, 0.34), paint, edge, line)
        case "pawn":
            draw.ellipse(box(0.3, 0.12, 0.7, 0.52), paint, edge, line)
        case "bishop":
            draw.ellipse(box(0.34, 0.1, 0.66, 0.6), paint, edge, line)
        case "queen":
            draw.polygon(at(*CROWN), paint, edge, line)
        case "king":
            draw.ellipse(box(0.28, 0.28, 0.72, 0.6), paint, edge, line)
            draw.line(at((0.5, 0.04), (0.5, 0.3)), edge, 2 * line)
            draw.line(at((0.4, 0.13), (0.6, 0.13)), edge, 2 * line)
        case "knight":
            draw.polygon(at(*HORSE), paint, edge, line)
