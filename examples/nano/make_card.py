"""Write nano's card, flashsloth/nano/README.md, from the results of `flashsloth eval --json`.

    cd examples/nano/results
    for split in test combo unlike; do flashsloth eval synth:$split -m nano --json > $split.json; done
    python ../make_card.py

`first-*.json` are the results of the first nano, of version 0.1.
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
    "unlike": "nothing it knows",
}
TEXT = """# nano, the built-in model

A real FlashSloth in miniature: the same classes and file format as the 3.2 B model, {millions} million parameters,
trained on pictures that a program draws (`flashsloth/synthetic`). It makes the first minute work without a network.
{judgement}

What it was shown: one to three of nine simple shapes in eleven colours, one to three of fifty everyday things in the
style of an emoji font, their places and counts; one or two printed words in capitals, or numbers of up to four digits;
bar and pie charts of up to four parts; price tags and short signs. Of anything else it is meant to say that it cannot
make it out. It does not know photographs, small letters, long text or the world, speaks English only, and was never
trained with five tiles a picture. Dialogues of four to six short turns are its measure.

How often it is right: answers that are exactly the right one, in percent, with its own earlier answers in the context,
1,000 dialogues of each kind ({answers:,} answers about new pictures). "New" are pictures it has not seen;
"combinations" hold pairs, words and numbers that training never showed. The last column is the first nano on the same
new pictures.

| | new: first question | later | all | combinations | first nano, new |
|---|---|---|---|---|---|
{rows}

On noise, scribbles, textures, pages and the like, half of them of kinds that training never showed, {unlike} of its
answers are right, which means that it says so; the first nano: {first_unlike}.

Picture: squashed to {size} x {size} pixels, {side} x {side} patches, pooled to {tokens} visual tokens. Tower: width
{vision}, {blocks} blocks. Text: width {width}, {layers} layers, vocabulary {vocabulary:,}. EmbQ before layer {embq},
{queries} query tokens. How it was trained, on what and how long: examples/nano in the repository.

Licence: Apache-2.0. The things it was shown are drawn from Noto Color Emoji (SIL Open Font License 1.1).
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
        return "In that world it is right nine times out of ten."
    return f"In that world it is right {percent(share)} times out of a hundred: look before you believe it."


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
