"""Draw the receipts: images/, train.jsonl, test.jsonl and the same as JSON, json-train.jsonl and
json-test.jsonl.

    python examples/finetune-receipts/make_receipts.py [--seed 0] [--train 200] [--test 100]
                                                        [--out FOLDER]

The repository has the rows and six of the pictures. The same seed draws the same receipts. No picture
is in both sets.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

WIDTH, HEIGHT, FINE = 192, 256, 3  # drawn FINE times as large, then reduced for smooth edges

Color = tuple[int, int, int]
INK: Color = (52, 50, 56)
BROWN: Color = (122, 84, 54)
RED, ORANGE, YELLOW, GREEN = (205, 42, 46), (236, 122, 20), (238, 190, 30), (36, 144, 70)
CYAN, BLUE, PURPLE, PINK = (30, 180, 205), (40, 86, 196), (128, 56, 166), (238, 120, 170)

# Every answer is a word or a number that nano can already say: new word pieces would need a trained
# output layer.
SHOPS: dict[str, Color] = {
    "tulip": PINK,
    "balloon": RED,
    "tree": GREEN,
    "kiwi": BROWN,
    "moon": BLUE,
    "fish": CYAN,
    "crown": ORANGE,
    "bell": PURPLE,
}
GOODS = [
    "Apples",
    "Bread",
    "Butter",
    "Candles",
    "Cards",
    "Cheese",
    "Coffee",
    "Eggs",
    "Honey",
    "Jam",
    "Milk",
    "Pens",
]
GOODS += ["Rice", "Soap", "Socks", "Tea"]
DESKS: list[Color] = [
    (150, 111, 78),
    (112, 82, 60),
    (92, 108, 122),
    (64, 78, 88),
    (128, 138, 118),
    (158, 142, 132),
]
PAPERS: list[Color] = [(253, 252, 248), (250, 246, 234), (244, 246, 248), (252, 248, 242)]
PAYMENTS = ["cash", "card", "phone"]
DISCOUNTS: dict[int, Color | None] = {0: None, 10: YELLOW, 20: GREEN, 50: RED}

QUESTIONS: dict[str, list[str]] = {
    "shop": ["Which shop is this from?", "What is the name of the shop?", "Whose receipt is this?"],
    "payment": [
        "How was it paid? Answer in one word.",
        "How did they pay? One word.",
        "What was it paid with?",
    ],
    "discount": ["What is the discount in percent? Digits only.", "How many percent off? Digits only."],
}


@dataclass(frozen=True)
class Receipt:
    """The text of a receipt."""

    shop: str
    prices: dict[str, float]
    total: int
    payment: str
    discount: int

    def answers(self) -> dict[str, str]:
        return {
            "shop": self.shop,
            "payment": self.payment,
            "discount": str(self.discount),
        }


def invent(rng: Random, number: int) -> Receipt:
    """Invent receipt `number` of a set. Its prices add up to its total."""
    total = rng.randint(2, 9)
    goods = rng.sample(GOODS, 1 + number % 5)
    cuts = sorted(rng.sample(range(2, 10 * total, 2), len(goods) - 1))
    dimes = [b - a for a, b in zip([0, *cuts], [*cuts, 10 * total], strict=True)]
    prices = {name: dime / 10 for name, dime in zip(goods, dimes, strict=True)}
    return Receipt(
        rng.choice(list(SHOPS)), prices, total, rng.choice(PAYMENTS), rng.choice(list(DISCOUNTS))
    )


class Pen:
    """Draws on a picture FINE times as large, in units of the final one."""

    def __init__(self, image: Image.Image) -> None:
        self.draw = ImageDraw.Draw(image)

    def polygon(self, points: list[tuple[float, float]], fill: Color) -> None:
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Color, radius: float = 0) -> None:
        self.draw.rounded_rectangle([v * FINE for v in (x0, y0, x1, y1)], radius * FINE, fill)

    def disc(self, x: float, y: float, r: float, fill: Color) -> None:
        self.draw.ellipse([v * FINE for v in (x - r, y - r, x + r, y + r)], fill)

    def text(
        self, x: float, y: float, text: str, size: float, fill: Color = INK, anchor: str = "lm"
    ) -> None:
        font = ImageFont.load_default(size * FINE)
        bold = min(size * FINE / 24, 1.8)
        self.draw.text((x * FINE, y * FINE), text, fill, font, anchor, stroke_width=bold)

    def dashes(self, x0: float, x1: float, y: float) -> None:
        x = x0
        while x < x1:
            self.box(x, y, min(x + 4, x1), y + 1, INK)
            x += 7


def draw_logo(pen: Pen, shop: str, x: float, y: float, paper: Color) -> None:
    """Draw a logo of 36 x 36 around (x, y)."""
    color = SHOPS[shop]
    if shop == "tulip":
        pen.box(x - 2, y, x + 2, y + 18, GREEN)
        pen.box(x - 13, y - 12, x + 13, y + 8, color, 9)
        pen.polygon(
            [(x - 13, y - 3), (x - 13, y - 18), (x - 6, y - 10), (x, y - 18), (x + 6, y - 10)], color
        )
        pen.polygon(
            [(x - 6, y - 10), (x, y - 18), (x + 6, y - 10), (x + 13, y - 18), (x + 13, y - 3)], color
        )
    elif shop == "balloon":
        pen.box(x - 0.7, y + 8, x + 0.7, y + 18, INK)
        pen.polygon([(x, y + 8), (x - 4, y + 13), (x + 4, y + 13)], color)
        pen.disc(x, y - 4, 14, color)
        pen.disc(x - 5, y - 9, 3, paper)
    elif shop == "tree":
        pen.box(x - 3, y + 10, x + 3, y + 18, BROWN)
        for top, half in ((-18, 10), (-10, 14), (-2, 18)):
            pen.polygon([(x, y + top), (x - half, y + top + 14), (x + half, y + top + 14)], color)
    elif shop == "kiwi":
        pen.disc(x, y, 18, BROWN)
        pen.disc(x, y, 15, GREEN)
        pen.disc(x, y, 5, paper)
        for angle in range(0, 360, 45):
            dx, dy = math.sin(math.radians(angle)), math.cos(math.radians(angle))
            pen.disc(x + 9 * dx, y + 9 * dy, 1.5, INK)
    elif shop == "moon":
        pen.disc(x, y, 18, color)
        pen.disc(x + 9, y - 4, 14.5, paper)
    elif shop == "fish":
        for side in (-1, 1):
            pen.polygon(
                [(x - 14, y), (x - 4, y + 11 * side), (x + 8, y + 9 * side), (x + 18, y)], color
            )
        pen.polygon([(x - 8, y), (x - 18, y - 12), (x - 18, y + 12)], color)
        pen.disc(x + 9, y - 3, 2, paper)
    elif shop == "crown":
        spikes = [(x - 18, y - 12), (x - 9, y), (x, y - 17), (x + 9, y), (x + 18, y - 12)]
        pen.polygon([(x - 15, y + 15), *spikes, (x + 15, y + 15)], color)
        pen.box(x - 15, y + 8, x + 15, y + 10, paper)
    elif shop == "bell":
        pen.disc(x, y + 14, 4, INK)
        pen.disc(x, y - 5, 11, color)
        pen.polygon([(x - 11, y - 5), (x + 11, y - 5), (x + 16, y + 12), (x - 16, y + 12)], color)
        pen.disc(x, y - 16, 2.5, color)


def draw_payment(pen: Pen, kind: str, x: float, y: float, paper: Color) -> None:
    """Draw a payment sign of 34 x 22 with its left side at x."""
    if kind == "cash":
        pen.box(x, y - 10, x + 34, y + 10, GREEN, 1)
        pen.disc(x + 17, y, 6.5, paper)
    elif kind == "card":
        pen.box(x, y - 11, x + 34, y + 11, BLUE, 3)
        pen.box(x, y - 6, x + 34, y - 1, INK)
    elif kind == "phone":
        pen.box(x, y - 11, x + 34, y + 11, INK, 3)
        pen.box(x + 4, y - 8, x + 28, y + 8, ORANGE)


def draw_desk(rng: Random) -> Image.Image:
    color = rng.choice(DESKS)
    picture = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), color)
    pen, y = Pen(picture), rng.uniform(10, 60)
    while y < HEIGHT:  # the joints of its planks
        pen.box(0, y, WIDTH, y + 1.5, mix(color, (0, 0, 0), 0.8))
        y += 64
    return picture


def draw_receipt(receipt: Receipt, rng: Random) -> Image.Image:
    paper = rng.choice(PAPERS)
    slip = Image.new("RGBA", (WIDTH * FINE, HEIGHT * FINE))
    pen = Pen(slip)
    left, right, top, bottom = 20.0, 172.0, 6.0, 246.0
    teeth = [(right - i * (right - left) / 38, bottom + 4 * (i % 2)) for i in range(39)]
    pen.polygon([(left, top), (right, top), *teeth], paper)
    x0, x1 = left + 9, right - 9

    draw_logo(pen, receipt.shop, x0 + 18, 31, paper)
    pen.text(x0 + 42, 31, receipt.shop, 27, SHOPS[receipt.shop])
    pen.dashes(x0, x1, 56)
    for i, (name, price) in enumerate(receipt.prices.items()):
        pen.text(x0, 66 + 15 * i, name, 11)
        pen.text(x1, 66 + 15 * i, f"{price:.2f}", 11, anchor="rm")
    pen.dashes(x0, x1, 143)
    pen.text(x1 - 22, 167, str(receipt.total), 58, anchor="rm")
    pen.text(x1, 180, ".00", 14, anchor="rm")
    pen.text(x1 - 60, 182, "TOTAL", 9, anchor="rm")
    sticker = DISCOUNTS[receipt.discount]
    if sticker:
        pen.disc(x0 + 20, 167, 20, sticker)
        pen.text(x0 + 20, 167, f"{receipt.discount}%", 17, paper, "mm")
    draw_payment(pen, receipt.payment, x0, 206, paper)
    pen.text(x0 + 44, 206, receipt.payment.upper(), 16)
    x = x0  # the barcode
    while x < x1 - 3:
        width = rng.choice([1, 1, 2, 3])
        pen.box(x, 224, x + width, 240, INK)
        x += width + rng.choice([1.5, 2, 3])

    picture = draw_desk(rng)
    slip = ImageChops.offset(slip, rng.randint(-4, 4) * FINE, rng.randint(-1, 1) * FINE)
    shadow = Image.new("RGBA", slip.size, (0, 0, 0, 70))
    picture.paste(shadow, (2 * FINE, 2 * FINE), slip.getchannel("A").point(lambda a: a * 70 // 255))
    picture.paste(slip, (0, 0), slip)
    return with_palette(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def mix(a: Color, b: Color, share: float) -> Color:
    """Mix a share of a with b."""
    return tuple(round(share * x + (1 - share) * y) for x, y in zip(a, b, strict=True))


def with_palette(image: Image.Image) -> Image.Image:
    """Reduce the picture to the colours that it is drawn in, for a small file."""
    inks = [INK, BROWN, RED, ORANGE, YELLOW, GREEN, CYAN, BLUE, PURPLE, PINK]
    colors = [*PAPERS, *inks, *(mix(ink, PAPERS[0], 0.5) for ink in inks), mix(INK, PAPERS[0], 0.25)]
    colors += [mix(desk, (0, 0, 0), share) for desk in DESKS for share in (1, 0.8, 0.65)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for color in colors for value in color])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def conversation(receipt: Receipt, image: str, rng: Random) -> list[dict]:
    """Return one row: every question once, in random order, the first with the picture."""
    answers = receipt.answers()
    messages: list[dict] = []
    for category in rng.sample(list(QUESTIONS), len(QUESTIONS)):
        content: list[dict] = [{"type": "text", "text": rng.choice(QUESTIONS[category])}]
        if not messages:
            content.insert(0, {"type": "image", "image": image})
        messages += [
            {"role": "user", "content": content},
            {"role": "assistant", "content": answers[category]},
        ]
    return [{"messages": messages}]


def single_questions(receipt: Receipt, image: str, rng: Random) -> list[dict]:
    """Return one row per question."""
    return [
        {
            "image": image,
            "question": rng.choice(QUESTIONS[category]),
            "answer": answer,
            "category": category,
        }
        for category, answer in receipt.answers().items()
    ]


def as_json(receipt: Receipt, image: str) -> dict:
    """Return one row whose answer is the whole receipt as JSON, in the form of receipt.json."""
    answers = receipt.answers()
    fields = {
        "shop": answers["shop"],
        "payment": answers["payment"],
        "discount": int(answers["discount"]),
    }
    return {"image": image, "question": "Read the receipt.", "answer": json.dumps(fields)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train", type=int, default=200, metavar="N", help="training receipts")
    parser.add_argument("--test", type=int, default=100, metavar="N", help="test receipts")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="FOLDER")
    args = parser.parse_args()
    (args.out / "images").mkdir(parents=True, exist_ok=True)
    for split, count, rows in (
        ("train", args.train, conversation),
        ("test", args.test, single_questions),
    ):
        lines, json_lines = [], []
        for number in range(count):
            rng = Random(f"{args.seed}/{split}/{number}")
            receipt, name = invent(rng, number), f"images/{split}-{number:03}.png"
            draw_receipt(receipt, rng).save(args.out / name, optimize=True)
            lines += [json.dumps(row) + "\n" for row in rows(receipt, name, rng)]
            json_lines.append(json.dumps(as_json(receipt, name)) + "\n")
        (args.out / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")
        (args.out / f"json-{split}.jsonl").write_text("".join(json_lines), encoding="utf-8")


if __name__ == "__main__":
    main()
