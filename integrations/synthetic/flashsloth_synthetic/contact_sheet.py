"""Write a contact sheet of drawn pictures.

python -m flashsloth_synthetic.contact_sheet OUT.png --category text --boxes
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from random import Random
from typing import get_args

from PIL import Image, ImageDraw

from flashsloth_synthetic.pictures import draw
from flashsloth_synthetic.scene import Box, Category, Scene, Split

SIDE, LABEL = 144, 24


def _boxes(scene: Scene) -> Iterator[Box]:
    yield from (thing.box for thing in scene.things)
    yield from (letter.box for line in scene.lines for letter in line.letters)
    yield from (part.box for part in (scene.chart.parts if scene.chart else ()))
    if scene.tag:
        yield scene.tag.box


def _title(scene: Scene) -> str:
    """Return the facts in two short lines."""
    facts = [f"{thing.colour[:6]} {thing.name} {thing.direction}" for thing in scene.things]
    facts += [f"{line.colour} {line.text}" for line in scene.lines]
    if scene.chart:
        facts += [
            f"{part.colour[:6]} {part.share:.2f} {part.value or ''}" for part in scene.chart.parts
        ]
    facts += [f"{scene.tag.colour} {scene.tag.kind}"] if scene.tag else []
    facts += [scene.family] if scene.family else []
    facts += [scene.everyday.details] if scene.everyday else []
    words = f"{scene.background or '-'}: {', '.join(facts)}"
    return f"{words[:25]}\n{words[25:50]}"


def sheet(
    split: Split, category: Category | None, count: int, seed: int, boxes: bool, across: int = 10
) -> Image.Image:
    """Draw pictures as the model sees them, each above its facts."""
    page = Image.new(
        "RGB", (across * (SIDE + 4), -(-count // across) * (SIDE + LABEL + 4)), (60, 60, 70)
    )
    pen = ImageDraw.Draw(page)
    for i in range(count):
        image, scene = draw(Random(f"{seed}-{i}"), split, category)
        x, y = i % across * (SIDE + 4), i // across * (SIDE + LABEL + 4)
        page.paste(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC), (x, y))
        pen.text((x, y + SIDE), _title(scene), (255, 255, 255))
        for left, top, right, bottom in _boxes(scene) if boxes else ():
            pen.rectangle(
                (x + left * SIDE, y + top * SIDE, x + right * SIDE, y + bottom * SIDE),
                None,
                (255, 0, 255),
            )
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a contact sheet of drawn pictures.")
    parser.add_argument("out")
    parser.add_argument("--category", choices=get_args(Category))
    parser.add_argument("--split", choices=get_args(Split), default="train")
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--boxes", action="store_true", help="draw the boxes of things, letters and parts"
    )
    args = parser.parse_args()
    sheet(args.split, args.category, args.count, args.seed, args.boxes).save(args.out)


if __name__ == "__main__":
    main()
