"""The explanation of an answer: its attention maps, with the pictures and texts to draw them and to
save the drawing."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from PIL import Image

from flashsloth.errors import OptionError
from flashsloth.explain import drawing
from flashsloth.explain.drawing import TOP, Panel
from flashsloth.explain.maps import Array, Attention, Maps, Placement
from flashsloth.generation.answer_record import TextStream
from flashsloth.sizes.picture_scale import PictureScale
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors

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
        scale: PictureScale,
        question: str,
        answer: Sequence[tuple[str, Sequence[int]]],
        *,
        hd: bool,
    ) -> Self:
        """Map the attention onto the pictures. `answer` is a result of `split_words`: words with the
        indices of their tokens."""
        sizes = [image.size for image in images]
        placement = Placement(attention.kept.shape[-1], sizes, scale, hd=hd)
        texts = [text for text, _ in answer]
        reads = [attention.read[list(tokens)].mean(axis=0) for _, tokens in answer]
        by_word = tuple(map(placement.maps, reads))
        words = tuple(map(str.strip, texts))
        return cls.placed(
            attention,
            sizes,
            scale,
            hd=hd,
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
            if pooling:
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
        for SAP's weights."""
        return drawing.draw(self.heading(tokens=tokens), self.panels(tokens=tokens, pooling=pooling))

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
