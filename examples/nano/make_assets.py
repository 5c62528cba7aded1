"""Make the glyphs of nano's pictures from fonts and pictures of emoji.

python examples/nano/make_assets.py FONT_FOLDER EMOJI.npz [OUT_FOLDER]

The archive holds `chars` (all characters, joined) and `pixels` (characters, 72, 72, RGBA). Writes
things.png, letters.png and letters.json, which flashsloth_synthetic.sprites reads.
"""

from __future__ import annotations

import json
import string
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from flashsloth_synthetic import catalogue

FACES = (
    "DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Lato-Bold.ttf", "Roboto-Bold.ttf", "Roboto-Regular.ttf",
    "OpenSans-Regular.ttf", "LiberationSerif-Bold.ttf", "DejaVuSerif-Bold.ttf", "LiberationMono-Bold.ttf",
    "ComicNeue-Bold.otf",
)  # fmt: skip
SIZE, WIDTH, COLUMNS = 64, 2048, 10
# small letters: for pages of print
PRINTED = string.ascii_uppercase + string.ascii_lowercase + string.digits + "$."
LEVELS = 17  # grey levels are multiples of this, for a smaller file


def things(archive: Path) -> Image.Image:
    """Arrange the glyphs of the catalogue in a grid."""
    with np.load(archive) as data:
        chars, pixels = "".join(data["chars"].reshape(-1).tolist()), data["pixels"]
    glyphs = "".join(kind.glyphs for kind in catalogue.KINDS)
    side = pixels.shape[1]
    atlas = Image.new("RGBA", (COLUMNS * side, -(-len(glyphs) // COLUMNS) * side))
    for i, char in enumerate(glyphs):
        square = pixels[chars.index(char)].copy()
        square[square[..., 3] < 16] = 0  # faint edges would widen the boxes
        atlas.paste(Image.fromarray(square), (i % COLUMNS * side, i // COLUMNS * side))
    return atlas


def letters(folder: Path) -> tuple[Image.Image, dict[str, dict[str, list[float]]]]:
    """Draw the characters of each face. Returns the atlas, and by face and character: x, y, width and
    height in the atlas, the offset of its corner from the pen (y down), and the pen's advance."""
    strips, placed, x, y, line = [], {}, 0, 0, 0
    for face in FACES:
        font = ImageFont.truetype(str(folder / face), SIZE, layout_engine=ImageFont.Layout.BASIC)
        placed[Path(face).stem] = entries = {}
        for char in PRINTED:
            left, top, right, bottom = (round(v) for v in font.getbbox(char, anchor="ls"))
            mask = Image.new("L", (right - left + 4, bottom - top + 4))
            ImageDraw.Draw(mask).text((2 - left, 2 - top), char, 255, font, anchor="ls")
            mask = mask.point([round(v / LEVELS) * LEVELS for v in range(256)])
            ink = mask.point([255 * (v > 48) for v in range(256)]).getbbox()
            if ink is None:
                raise ValueError(f"{face} has no glyph for {char}")
            mask = mask.crop(ink)
            if x + mask.width > WIDTH:
                x, y, line = 0, y + line + 1, 0
            strips.append((mask, x, y))
            entries[char] = [
                x,
                y,
                *mask.size,
                left - 2 + ink[0],
                top - 2 + ink[1],
                round(font.getlength(char), 1),
            ]
            x, line = x + mask.width + 1, max(line, mask.height)
    atlas = Image.new("L", (WIDTH, y + line))
    for mask, left, top in strips:
        atlas.paste(mask, (left, top))
    return atlas, placed


def main() -> None:
    fonts, archive, *out = map(Path, sys.argv[1:])
    folder = out[0] if out else Path(catalogue.__file__).parent / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    things(archive).save(folder / "things.png", optimize=True)
    atlas, placed = letters(fonts)
    atlas.save(folder / "letters.png", optimize=True)
    lines = [
        f'"{face}": {json.dumps(entries, separators=(",", ":"))}' for face, entries in placed.items()
    ]
    (folder / "letters.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
