"""Draw the pictures of docs/answers.md.

python docs/pictures/make_explanations.py docs/pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

import flashsloth

IMAGES = Path(__file__).parents[2] / "examples/images"
COLORS = 256  # of the palette, which makes the files small
PICTURES = {  # by name: picture, question, whether each word of the answer has a panel
    "fish": ("car-fish-star", "Where is the fish?", False),
    "star": ("car-fish-star", "What color is the star?", False),
    "sign": ("stop-sign", "What does the sign say?", False),
    "words": ("rabbit-balloon-watermelon", "What is in the picture?", True),
    "circle": ("heart-arrow-triangle", "Is there a circle?", False),
    "pie": ("pie-chart", "Which part is the largest?", False),
}


def main(folder: Path) -> None:
    model = flashsloth.open("nano", device="cpu", dtype="float32")
    for name, (picture, question, tokens) in PICTURES.items():
        chat = model.chat(IMAGES / f"{picture}.png")
        chat.ask(question, temperature=0).text()
        drawn = chat.explain().picture(tokens=tokens)
        small = drawn.quantize(COLORS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
        small.save(folder / f"explain-{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
