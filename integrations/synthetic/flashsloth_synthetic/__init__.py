"""nano's world: draw pictures, and write questions and answers from the facts of each.

    sample("test", 17)  # always the same picture and dialogue

Splits: "train"; "test", the same distribution with other numbers; "combo", combinations that training
never shows; "unlike", pictures without anything to recognise, half of them of families that training
never shows; "wider", pictures that are close to this world but not of it (`wider_pictures`);
"everyday", clocks, receipts, maps, landscapes and more (`everyday`).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import get_args

from PIL import Image

from flashsloth_synthetic.dialogues import Turn, dialogue, without_picture
from flashsloth_synthetic.pictures import draw
from flashsloth_synthetic.question_templates import Words
from flashsloth_synthetic.scene import Category, Scene, Split

SPLITS: tuple[Split, ...] = get_args(Split)
EDITION = 18  # of the training rows: another one where the same number draws another row
WITHOUT_PICTURE = 0.02  # share of training rows
WIDER_SHARE = 0.16  # of those with a picture: pictures that are close to the world, but not of it
EVERYDAY_SHARE = 0.38  # the same for everyday pictures
# The weight of each category among the other training pictures, which is higher for those that take
# longest to learn.
TRAINING_SHARES: dict[Category, float] = {
    "shapes": 0.18,
    "objects": 0.15,
    "mixed": 0.17,
    "text": 0.16,
    "chart": 0.17,
    "tag": 0.11,
    "unlike": 0.3,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, its facts, and a dialogue about it; picture and scene are None for a dialogue without
    a picture."""

    image: Image.Image | None
    scene: Scene | None
    turns: tuple[Turn, ...]

    @property
    def category(self) -> str:
        """The category in the results of `flashsloth eval`."""
        return self.scene.category if self.scene is not None else "no picture"


def sample(
    split: Split, number: int, category: Category | None = None, words: Words | None = None
) -> Sample:
    """Draw sample `number` (from 0) of a split. The picture is RGB, 144 to 320 pixels wide and high.

    `words` chooses the wordings of its questions (`dialogues.dialogue`), never its picture.
    """
    image, scene = picture(split, number, category)
    return Sample(
        image, scene, dialogue(Random(f"talk/{split}/{category}/{number}"), scene, words=words)
    )


def training_sample(number: int) -> Sample:
    """Draw training row `number`: hard categories and questions come more often, and a few rows have no
    picture."""
    return training_samples(number, 1)[0]


def training_samples(number: int, dialogues: int) -> tuple[Sample, ...]:
    """Draw a training picture once, with several dialogues about it; the first is that of
    `training_sample`.

    Drawing the picture takes longer than writing a dialogue.
    """
    random = Random(f"lesson/{number}")
    if random.random() < WITHOUT_PICTURE:
        return tuple(Sample(None, None, without_picture(random)) for _ in range(dialogues))
    roll = random.random()
    if roll < WIDER_SHARE + EVERYDAY_SHARE:
        split: Split = "wider" if roll < WIDER_SHARE else "everyday"
        image, scene = draw(Random(f"picture/train/{split}/{number}"), split)
    else:
        category = random.choices(list(TRAINING_SHARES), list(TRAINING_SHARES.values()))[0]
        image, scene = picture("train", number, category)
    return tuple(
        Sample(image, scene, dialogue(random, scene, for_training=True)) for _ in range(dialogues)
    )


def picture(split: Split, number: int, category: Category | None = None) -> tuple[Image.Image, Scene]:
    """Draw the picture of `sample` without its dialogue."""
    return draw(Random(f"picture/{split}/{category}/{number}"), split, category)
