"""Write nano's card, flashsloth/nano/README.md, from what `flashsloth eval --json` measured.

    cd examples/nano/results
    for split in test combo unlike; do
        python -m flashsloth_synthetic write $split 1000 $split
        flashsloth eval $split/rows.jsonl -m nano --json > results/$split.json; done
    python ../make_card.py

`first-*.json` are the same measurements of the first nano, which version 0.1 of this folder held.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flashsloth.utils.paths import NANO_FOLDER

FOLDER = Path(__file__).parent
NAMES = {
    "shapes": "shapes",
    "objects": "everyday things",
    "mixed": "both mixed",
    "text": "printed words and numbers",
    "chart": "charts",
    "tag": "price tags and signs",
    "unlike": "unknown things",
}
TEXT = """# nano, the built-in model

A FlashSloth in miniature: the same classes and file format as the 3.2 B model with {millions} million parameters,
trained on pictures that a program draws (`integrations/synthetic`). It is there to try FlashSloth without a download.
{judgement}

It was trained on one to three of nine simple shapes in eleven colours; one to three of fifty everyday things in the
style of an emoji font; their places and counts; one or two printed words in capitals, or numbers of up to four digits;
bar and pie charts of up to four parts; price tags and short signs. About anything else it should answer that it cannot
make it out. It does not know photographs, small letters, long text or facts about the world, speaks English only, and
was not trained with five tiles per picture. It was trained on dialogues of four to six short turns.

Accuracy: exactly right answers in percent, with its own earlier answers in the context, over 1,000 dialogues of each
kind ({answers:,} answers about new pictures). "New" are pictures it was not trained on; "combinations" are pairs, words
and numbers that never occur in training. The last column is the first nano, an earlier model, on the same new pictures.

| | new: first question | later | all | combinations | first nano, new |
|---|---|---|---|---|---|
{rows}

On noise, scribbles, textures, pages and the like, half of them of kinds that never occur in training, {unlike} of its
answers are right, that is, it says that it cannot make them out (first nano: {first_unlike}).

Picture: resized to {size} x {size} pixels, {side} x {side} patches, pooled to {tokens} visual tokens. Capitals are
read from a height of about {letters} of these pixels on. Tower: width {vision}, {blocks} blocks. Text: width {width},
{layers} layers, vocabulary {vocabulary:,}. EmbQ before layer {embq}, {queries} query tokens. examples/nano in the
repository describes its training.

Licence: Apache-2.0. The things are drawn from Noto Color Emoji (SIL Open Font License 1.1).
"""


def read(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((FOLDER / "results" / f"{name}.json").read_text())
    return values


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}"


def row(name: str, test: dict[str, Any], combo: dict[str, Any], first: dict[str, Any]) -> str:
    cells = (test["first_turn_accuracy"], test["later_turn_accuracy"], test["accuracy"])
    return f"| {name} | {' | '.join(map(percent, (*cells, combo.get('accuracy'), first.get('accuracy'))))} |"


def judgement(share: float) -> str:
    if share >= 0.9:
        return "On such pictures nine of ten answers are exactly right."
    return f"On such pictures {percent(share)} of 100 answers are exactly right: check them."


def main() -> None:
    test, combo, unlike = (read(name) for name in ("test", "combo", "unlike"))
    first, first_unlike = read("first-test"), read("first-unlike")
    rows = [
        row(
            words,
            test["by_category"][name],
            combo["by_category"].get(name, {}),
            first["by_category"].get(name, {}),
        )
        for name, words in NAMES.items()
    ]
    rows.append(row("all", test, combo, first))
    config = json.loads((NANO_FOLDER / "config.json").read_text())
    vision, text = config["vision_config"], config["text_config"]
    side = vision["image_size"] // vision["patch_size"]
    from flashsloth.checkpoints.safetensors_reader import read_headers

    card = TEXT.format(
        millions=f"{sum(_count(info.shape) for info in read_headers(NANO_FOLDER).values()) / 1e6:.1f}",
        judgement=judgement(test["accuracy"]),
        answers=test["count"],
        rows="\n".join(rows),
        unlike=f"{100 * unlike['accuracy']:.1f}%",
        first_unlike=f"{100 * first_unlike['accuracy']:.1f}%",
        size=vision["image_size"],
        side=side,
        letters=config["readable_letters"],
        tokens=(-(-side // config["pooling_window"])) ** 2,
        vision=vision["hidden_size"],
        blocks=vision["num_hidden_layers"],
        width=text["hidden_size"],
        layers=text["num_hidden_layers"],
        vocabulary=text["vocab_size"],
        embq=config["embq_layer"],
        queries=config["num_query_tokens"],
    )
    (NANO_FOLDER / "README.md").write_text(card, encoding="utf-8")


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


if __name__ == "__main__":
    main()
