"""A world for nano: a program that draws pictures, knows the truth about each, and asks and answers.

    sample("test", 17)  # always the same picture and dialogue

Splits: "train"; "test", the same world with other numbers; "combo", pictures that hold pairs, words or numbers which
training never shows; "unlike", pictures in which there is nothing to recognise, half of them of families unseen in
training.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import get_args

from PIL import Image

from flashsloth.synthetic.dialogues import Turn, dialogue, nothing
from flashsloth.synthetic.pictures import draw
from flashsloth.synthetic.scene import Category, Scene, Split

SPLITS: tuple[Split, ...] = get_args(Split)
WITHOUT_PICTURE = 0.02  # of the rows of training
# Of the others, by shares: what takes longest to learn is taught more often than it is asked about.
LESSONS: dict[Category, float] = {
    "shapes": 0.2,
    "objects": 0.16,
    "mixed": 0.18,
    "text": 0.13,
    "chart": 0.18,
    "tag": 0.11,
    "unlike": 0.04,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, what it shows, and a dialogue about it. `scene` None: a dialogue about a picture that is not there."""

    image: Image.Image | None
    scene: Scene | None
    turns: tuple[Turn, ...]

    @property
    def category(self) -> str:
        """What `flashsloth eval` counts it under."""
        return self.scene.category if self.scene is not None else "no picture"


def sample(split: Split, number: int, category: Category | None = None) -> Sample:
    """Sample `number` (from 0) of a split. The picture is RGB, 144 to 320 pixels wide and high."""
    image, scene = picture(split, number, category)
    return Sample(image, scene, dialogue(Random(f"talk/{split}/{category}/{number}"), scene))


def lesson(number: int) -> Sample:
    """Row `number` of training: a sample of "train", more often of what is hard to learn than others are, and now and
    then a dialogue without a picture."""
    random = Random(f"lesson/{number}")
    if random.random() < WITHOUT_PICTURE:
        return Sample(None, None, nothing(random))
    category = random.choices(list(LESSONS), list(LESSONS.values()))[0]
    image, scene = picture("train", number, category)
    return Sample(image, scene, dialogue(random, scene, lesson=True))


def picture(split: Split, number: int, category: Category | None = None) -> tuple[Image.Image, Scene]:
    """The picture of `sample`, without its dialogue."""
    return draw(Random(f"picture/{split}/{category}/{number}"), split, category)
