"""The explanation of an answer: its attention maps, drawn over the pictures with Pillow. A drawing has
panels in rows, a heading above, and the scale of the colors below."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from flashsloth.errors import OptionError
from flashsloth.explain.maps import Array, Attention, Maps, chance_maps
from flashsloth.generation.answer_record import TextStream
from flashsloth.processing.resizing import Layout
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

# The color map cividis (Nuñez, Anderton, Renslow 2018), which is readable with any color vision, at
# equal steps. Colors between the steps are interpolated.
CIVIDIS = (
    (0, 34, 78),
    (18, 53, 112),
    (59, 73, 108),
    (87, 93, 109),
    (112, 113, 115),
    (138, 134, 120),
    (165, 156, 116),
    (195, 179, 105),
    (225, 204, 85),
    (254, 232, 56),
)
# All values of a map that are at least TOP, in times chance (see maps.py), get the last color. TOP is
# the same for every picture and model, so that drawings can be compared.
TOP = 6.0
TICKS = ((0, "0"), (1, "chance"), (2, "2"), (4, "4"), (TOP, "6 times chance or more"))
OPACITY = 0.7  # the opacity of the colors over the grey picture
INK = "#222222"
GAP = 12
LINE = 20
BAR = (240, 12)


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture with or without a map over it. Its longer side is drawn with `longest` pixels."""

    title: str
    image: Image.Image
    values: Array | None
    longest: int = 300

    @property
    def size(self) -> tuple[int, int]:
        scale = self.longest / max(self.image.size)
        return max(1, round(self.image.width * scale)), max(1, round(self.image.height * scale))

    def draw(self) -> Image.Image:
        """Draw the picture in grey with the map's cells over it, or in color if there is no map."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        if self.values is None:
            return small
        # cells keep sharp edges: a smoothed map would suggest a higher resolution than the map has
        cells = Image.fromarray(color(self.values)).resize(self.size, Image.Resampling.NEAREST)
        return Image.blend(small.convert("L").convert("RGB"), cells, OPACITY)


def draw(heading: Sequence[str], rows: Sequence[Sequence[Panel]]) -> Image.Image:
    """Draw all panels in rows, the heading above and the legend below."""
    row_widths = [sum(panel.size[0] + GAP for panel in row) for row in rows]
    width = max(max(row_widths) + GAP, BAR[0] + 14 * GAP)  # the legend needs this width
    panels = sum(row[0].size[1] + LINE + GAP for row in rows)
    height = len(heading) * LINE + panels + 3 * LINE
    out = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(out)
    font = ImageFont.load_default(13)
    y = GAP // 2
    for text in heading:
        pen.text((GAP, y), fitted(text, width - 2 * GAP, font), INK, font)
        y += LINE
    for row in rows:
        x = GAP
        for panel in row:
            pen.text((x, y + 2), fitted(panel.title, panel.size[0], font), INK, font)
            out.paste(panel.draw(), (x, y + LINE))
            x += panel.size[0] + GAP
        y += row[0].size[1] + LINE + GAP
    _legend(out, pen, font, y)
    return out


def _legend(out: Image.Image, pen: ImageDraw.ImageDraw, font: Font, y: int) -> None:
    """Draw the scale of the colors, as they look over a medium grey."""
    scale = np.linspace(0, TOP, BAR[0], dtype=np.float32)
    bar = Image.fromarray(color(scale[None].repeat(BAR[1], axis=0)))
    out.paste(Image.blend(Image.new("RGB", BAR, "grey"), bar, OPACITY), (GAP, y))
    for value, text in TICKS:
        x = GAP + round(BAR[0] * value / TOP)
        pen.line([x, y + BAR[1], x, y + BAR[1] + 4], INK)
        # the first and the last label begin at their tick, because centered labels would exceed the
        # scale
        anchor = "la" if value in (0, TOP) else "ma"
        left = x - 3 if value == TOP else x
        pen.text((left, y + BAR[1] + 5), text, INK, font, anchor=anchor)


def fitted(text: str, width: int, font: Font) -> str:
    """Return the text, shortened to this width in pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def color(values: Array) -> np.typing.NDArray[np.uint8]:
    """Return the RGB colors (..., 3) of values in times chance."""
    steps = np.linspace(0, TOP, len(CIVIDIS))
    # np.interp returns the last color for all values beyond TOP
    channels = [np.interp(values, steps, channel) for channel in np.array(CIVIDIS).T]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


LOOKED = "where it looked"
STOOD_OUT = "what stood out"
KEPT = "what pooling kept"
HELD = "in few layers (dark) or in all (bright)"
SMALL = 150  # pixels of the longer side of a panel of a word
MAX_WORDS = 24
PER_ROW = 6  # panels of words


@dataclass(frozen=True, slots=True)
class Explanation(Maps):
    """Where the model looked for an answer.

    Attributes, besides those of `Maps`:
        images: the pictures, RGB.
        words: the words of the answer.
        by_word: for each word and each picture a map of the decoder's attention from the positions
            before the word's tokens, at which these tokens were computed.
    """

    question: str
    answer: str
    images: tuple[Image.Image, ...]
    words: tuple[str, ...]
    by_word: tuple[tuple[Array, ...], ...]

    @classmethod
    def of(
        cls,
        attention: Attention,
        images: Sequence[Image.Image],
        layouts: Sequence[Layout],
        question: str,
        answer: Sequence[tuple[str, Sequence[int]]],
    ) -> Self:
        """Map the attention onto the pictures. `answer` is a result of `split_words`: words with the
        indices of their tokens."""
        texts = [text for text, _ in answer]
        reads = [attention.read[list(tokens)].mean(axis=0) for _, tokens in answer]
        by_word = tuple(chance_maps(read, layouts) for read in reads)
        words = tuple(map(str.strip, texts))
        return cls.placed(
            attention,
            layouts,
            question=question,
            answer="".join(texts).strip(),
            images=tuple(images),
            words=words,
            by_word=by_word,
        )

    def overlay(self, number: int = 0) -> Image.Image:
        """Draw the map of the decoder's attention over the picture with this index."""
        return Panel(LOOKED, self.images[number], self.looked[number]).draw()

    def panels(self, *, tokens: bool = False, pooling: bool = False) -> list[list[Panel]]:
        """Return the rows of panels that `picture` draws: first one row for each picture, then the rows
        of the words."""
        rows = []
        for number, image in enumerate(self.images):
            maps = {"the picture": None, LOOKED: self.looked[number]}
            if self.stood_out is not None:
                maps[STOOD_OUT] = self.stood_out[number]
            if self.held is not None:
                maps[HELD] = self.held[number] * TOP  # a share, scaled to the range of the colors
            if pooling and self.kept is not None:
                maps[KEPT] = self.kept[number]
            rows.append([Panel(title, image, values) for title, values in maps.items()])
        return rows + self._rows_of_words() if tokens else rows

    def _rows_of_words(self) -> list[list[Panel]]:
        rows = []
        words = list(zip(self.words, self.by_word, strict=True))[:MAX_WORDS]
        # all words over the first picture, then over the next, so that a picture's panels stay together
        for number, image in enumerate(self.images):
            panels = [Panel(one_line(word), image, maps[number], SMALL) for word, maps in words]
            rows += [panels[at : at + PER_ROW] for at in range(0, len(panels), PER_ROW)]
        return rows

    def heading(self, *, tokens: bool = False) -> tuple[str, str]:
        """Return the two lines above the drawing."""
        cut = len(self.words) - MAX_WORDS
        more = f" (the last {cut} words have no panel)" if tokens and cut > 0 else ""
        return (
            f"{one_line(self.question)} -> {one_line(self.answer)}",
            f"{self.share:.0%} of the attention before the answer goes to the pictures{more}",
        )

    def picture(self, *, tokens: bool = False, pooling: bool = False) -> Image.Image:
        """Draw the maps over the pictures. `tokens` adds a panel for each word, `pooling` adds a panel
        for SAP's weights if the model has SAP."""
        return draw(self.heading(tokens=tokens), self.panels(tokens=tokens, pooling=pooling))

    def save(
        self, path: str | os.PathLike[str], *, tokens: bool = False, pooling: bool = False
    ) -> None:
        """Write the drawing of `picture` as PNG. An existing file is replaced.

        Raises: OptionError for another suffix, InputError or DiskFull if the file cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".png":
            raise OptionError(f"{target.name} does not end in .png", hint="As in: name.png")
        picture = self.picture(tokens=tokens, pooling=pooling)
        with convert_os_errors(target), atomic_write(target) as file:
            picture.save(file, "PNG", optimize=True)


def one_line(text: str) -> str:
    """Return the text on one line: white space and characters that are not printable become single
    spaces."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def split_words(tokenizer: Any, ids: Sequence[int]) -> list[tuple[str, list[int]]]:
    """Return the words of an answer, each with the white space before it, and with the indices of its
    tokens."""
    stream = TextStream(tokenizer)
    words: list[tuple[str, list[int]]] = [("", [])]
    # The stream holds back bytes until they are whole characters, so a piece may be empty, and may
    # begin with the end of the word before.
    for number, token in enumerate(ids):
        end, *begin = re.split(r"(?=\s)", stream.push(token), maxsplit=1)
        words[-1] = (words[-1][0] + end, words[-1][1])
        words += [(text, []) for text in begin]
        words[-1][1].append(number)
    # what the stream still holds back belongs to the last word
    words[-1] = (words[-1][0] + stream.finish(), words[-1][1])
    return words if ids else []
