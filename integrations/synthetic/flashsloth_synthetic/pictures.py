"""Draw a picture, and return it with its facts."""

from __future__ import annotations

from random import Random

from PIL import Image

from flashsloth_synthetic.background import wear
from flashsloth_synthetic.charts import any_chart
from flashsloth_synthetic.everyday import any_everyday
from flashsloth_synthetic.out_of_distribution import HELD_OUT_FAMILIES, TRAIN_FAMILIES, any_unlike
from flashsloth_synthetic.scene import Category, Scene, Split
from flashsloth_synthetic.shapes import mixed, objects, shapes
from flashsloth_synthetic.signs import any_tag
from flashsloth_synthetic.text_rendering import text
from flashsloth_synthetic.wider_pictures import any_wider

# The share of each category.
CATEGORIES: dict[Category, float] = {
    "shapes": 0.2,
    "objects": 0.2,
    "mixed": 0.12,
    "text": 0.18,
    "chart": 0.12,
    "tag": 0.12,
    "unlike": 0.06,
}
# The categories that have held-out combinations.
COMBINED: tuple[Category, ...] = ("shapes", "objects", "mixed", "text", "tag")


def draw(rng: Random, split: Split, category: Category | None = None) -> tuple[Image.Image, Scene]:
    """Draw one picture. The same state of `rng` gives the same picture.

    Splits "train" and "test" show no held-out combination, every picture of "combo" shows one, and
    "unlike" shows nothing recognisable, half of it of families that training never shows; "wider" is
    close to the world, but not of it (`wider_pictures`), "everyday" of other kinds
    (`everyday`).
    """
    if split == "wider":
        if category is not None:
            raise ValueError("split wider has no categories to choose from")
        image, scene = any_wider(rng)
        return wear(rng, image), scene
    categories = _categories(split)
    if category is None:
        category = rng.choices(categories, [CATEGORIES.get(name, 1.0) for name in categories])[0]
    elif category not in categories:
        raise ValueError(
            f"split {split} has no pictures of category {category}, only {', '.join(categories)}"
        )
    image, scene = _draw(rng, split, category)
    return wear(rng, image), scene


def _categories(split: Split) -> tuple[Category, ...]:
    if split in ("unlike", "everyday"):
        return (split,)
    return COMBINED if split == "combo" else tuple(CATEGORIES)


def _draw(rng: Random, split: Split, category: Category) -> tuple[Image.Image, Scene]:
    held_out = split == "combo"
    match category:
        case "shapes":
            return shapes(rng, held_out)
        case "objects":
            return objects(rng, held_out)
        case "mixed":
            return mixed(rng, held_out)
        case "text":
            return text(rng, held_out)
        case "tag":
            return any_tag(rng, held_out)
        case "chart":
            return any_chart(rng)
        case "everyday":
            return any_everyday(rng)
        case "unlike":
            return any_unlike(
                rng, HELD_OUT_FAMILIES if split == "unlike" and rng.random() < 0.5 else TRAIN_FAMILIES
            )
