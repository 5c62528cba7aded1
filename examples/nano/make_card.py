"""Write what quotes nano's accuracy, from what `flashsloth eval --json` measured: its card, README's
sentence, and results/kinds.md, a table of all kinds of questions.

    python examples/nano/make_card.py

regenerate.py measures. `results/before-*.json` are the same measurements of the previous nano, on the
same pictures.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flashsloth.utils.paths import NANO_FOLDER

FOLDER = Path(__file__).parent
README = FOLDER.parents[1] / "README.md"
SHARES = re.compile(r"\d+% in the words of its training and\s+\d+% in words that it never saw")
NAMES = {
    "shapes": "shapes",
    "objects": "everyday things",
    "mixed": "both mixed",
    "text": "printed words and numbers",
    "chart": "charts",
    "tag": "price tags and signs",
    "unlike": "unknown things",
}
JUDGED = "own-words.jsonl"  # what a stranger asked this nano

TEXT = """# nano, the built-in model

A FlashSloth in miniature: the same classes and file format as the 3.2 B model with {millions} million parameters,
trained on pictures that a program draws (`integrations/synthetic`). It is there to try FlashSloth without a download.
Of its answers about the world it was first trained on {share} of 100 are exactly right; of those about everyday
pictures, which came last, {everyday}.

It was trained on one to three of nine simple shapes in eleven colours; one to three of fifty everyday things in the
style of an emoji font; their places and counts; one or two printed words in capitals, or numbers of up to four digits;
bar and pie charts of up to four parts; price tags and short signs. Then, for less time, on pictures close to these and
on drawn everyday pictures: clocks, chessboards, faces, flags, polygons, landscapes, receipts, street maps, windows and
pages of text, charts and price tags with names, words in small letters. About anything else it should answer that it
cannot make it out. It reads neither small print nor clocks, and says so. It does not know photographs, long text or
facts about the world, speaks English only, and was not trained with five tiles per picture. It was trained on dialogues
of four to six short turns.

Accuracy: exactly right answers in percent about 1,000 new pictures, which it was not trained on ({answers:,} answers in
each column), with its own earlier answers in the context. "Original wordings" are few and plain; "people's" are some
22,000 written in the manner of many people, and "unseen" one in eight of these, which were kept out of training.
"Combinations" are pairs, words and numbers that never occur in training, in the original wordings. The last two columns
are the previous nano.

| | original wordings | people's | unseen | combinations | previous: original | previous: people's |
|---|---|---|---|---|---|---|
{rows}

On noise, scribbles, textures and the like, half of them of kinds that never occur in training, {unlike} of its
answers are right, that is, it says that it cannot make out what they show, or what was asked for (previous nano:
{before_unlike}). Of pictures that are close to these, such as charts with captions, shapes without a name and flags,
{wider} are right (previous nano: {before_wider}), of everyday pictures {everyday} ({before_everyday}).

No list has all the ways in which people ask. So one person, who knew only the 28 pictures in examples/, wrote 60
questions, many of which ask for small print, and another person judged the answers.
nano answered {own} about the eight pictures of its world, and {others}
about the twenty others.

Picture: resized to {size} x {size} pixels, {side} x {side} patches, pooled to {tokens} visual tokens. Capitals are
read from a height of about {letters} of these pixels on. Tower: width {vision}, {blocks} blocks. Text: width {width},
{layers} layers, vocabulary {vocabulary:,}. EmbQ before layer {embq}, {queries} query tokens. examples/nano in the
repository describes its training.

Licence: Apache-2.0. The things are drawn from Noto Color Emoji (SIL Open Font License 1.1).
"""


KINDS = """Exactly right answers about 1,000 new pictures, worded as in training but without slips. A kind that refers
to the question before it counts all answers of its rows. Written by make_card.py."""


def read(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((FOLDER / "results" / f"{name}.json").read_text())
    return values


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f}"


def row(words: str, category: str | None, columns: list[dict[str, Any]]) -> str:
    """Return a line of the card's table, of one category or of all."""
    found = [each if category is None else each["by_category"].get(category, {}) for each in columns]
    return f"| {words} | {' | '.join(percent(each.get('accuracy')) for each in found)} |"


def strangers_words(known: bool) -> str:
    """Return how many questions of JUDGED this nano answered correctly.

    Args:
        known: count the questions about pictures of nano's world, or those about the other pictures.
    """
    lines = (FOLDER / "results" / JUDGED).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    world = FOLDER.parent / "images"
    right = [row["right"] for row in rows if (world / row["picture"]).exists() == known]
    return f"{sum(right)} of {len(right)} questions correctly"


def kinds_table() -> str:
    """Return a Markdown table of all kinds of questions, the worst first."""
    now, before = read("kinds")["by_category"], read("before-kinds")["by_category"]
    lines = []
    for kind, found in sorted(now.items(), key=lambda item: (item[1]["accuracy"], item[0])):
        shares = [percent(each.get("accuracy")) for each in (found, before.get(kind, {}))]
        lines.append(f"| {kind} | {found['count']} | {' | '.join(shares)} |")
    head = "| kind | answers | right, % | previous nano, % |\n|---|---|---|---|\n"
    return f"# Each kind of question\n\n{KINDS}\n\n{head}{chr(10).join(lines)}\n"


def main() -> None:
    old, new, unseen, combo, unlike = (
        read(name) for name in ("old", "new", "unseen", "combo", "unlike")
    )
    columns = [old, new, unseen, combo, read("before-old"), read("before-new")]
    rows = [row(words, name, columns) for name, words in NAMES.items()]
    rows.append(row("all", None, columns))
    config = json.loads((NANO_FOLDER / "config.json").read_text())
    vision, text = config["vision_config"], config["text_config"]
    side = vision["image_size"] // vision["patch_size"]
    from flashsloth.checkpoints.safetensors_reader import read_headers

    card = TEXT.format(
        millions=f"{sum(_count(info.shape) for info in read_headers(NANO_FOLDER).values()) / 1e6:.1f}",
        share=percent(new["accuracy"]),
        answers=old["count"],
        rows="\n".join(rows),
        unlike=f"{100 * unlike['accuracy']:.1f}%",
        before_unlike=f"{100 * read('before-unlike')['accuracy']:.1f}%",
        wider=f"{100 * read('wider')['accuracy']:.1f}%",
        before_wider=f"{100 * read('before-wider')['accuracy']:.1f}%",
        everyday=f"{100 * read('everyday')['accuracy']:.1f}%",
        before_everyday=f"{100 * read('before-everyday')['accuracy']:.1f}%",
        own=strangers_words(known=True),
        others=strangers_words(known=False),
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
    (FOLDER / "results" / "kinds.md").write_text(kinds_table(), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    shares = f"{old['accuracy']:.0%} in the words of its training and "
    shares += f"{unseen['accuracy']:.0%} in words that it never saw"
    README.write_text(SHARES.sub(shares, readme), encoding="utf-8")


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


if __name__ == "__main__":
    main()
