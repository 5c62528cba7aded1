"""The maps of one answer over its pictures, in times chance, as arrays and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from flashsloth.explain.placement import inside, tile_boxes, times_chance
from flashsloth.generation.text_stream import TextStream

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.attention import Attention

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tiling:
    """How pictures are cut into tiles: fields of the model's configuration, and whether tiles are used."""

    hd: bool
    grid: int = 2
    aspect: str = "square"


@dataclass(frozen=True, slots=True)
class AnswerMaps:
    """Where the model looked for an answer.

    Every map is an array (rows, columns) over one picture. Its unit is times chance: 1 where a patch gets as much
    attention as if all patches of all pictures got the same.

    Attributes:
        images: the pictures, RGB.
        looked: for each picture the decoder's attention from the last prompt token, before the answer begins.
        stood_out: for each picture EmbQ's attention; None for a model without EmbQ.
        kept: for each picture the pooling's weights within their windows; times chance is the weight times w*w.
        words: the words of the answer.
        by_word: for each word and picture the decoder's attention from the positions before the word's tokens.
        share: how much of the attention of the last prompt token goes to the pictures at all, 0 to 1.
        on_padding: how much of that falls on padding, beside the pictures, 0 to 1.
    """

    question: str
    answer: str
    images: tuple[Image.Image, ...]
    looked: tuple[Array, ...]
    stood_out: tuple[Array, ...] | None
    kept: tuple[Array, ...]
    words: tuple[str, ...]
    by_word: tuple[tuple[Array, ...], ...]
    share: float
    on_padding: float

    @classmethod
    def of(
        cls,
        attention: Attention,
        images: Sequence[Image.Image],
        tiling: Tiling,
        question: str,
        answer: Sequence[tuple[str, Sequence[int]]],
    ) -> Self:
        """Place the attention on the pictures. `answer`: words with the numbers of their tokens, of `split_words`."""
        kept, read = attention.kept, attention.read
        boxes = [tile_boxes(*i.size, hd=tiling.hd, grid=tiling.grid, aspect=tiling.aspect) for i in images]
        cells = kept.shape[-1] * (tiling.grid if tiling.hd else 1)

        def maps(patches: Array) -> tuple[Array, ...]:
            patches = patches / max(float(patches.sum()), 1e-12)
            return tuple(
                times_chance(p, b, cells, chance=1 / patches.size) for p, b in zip(patches, boxes, strict=True)
            )

        share = float(read[0].sum())
        placed = sum(inside(p, b) for p, b in zip(read[0], boxes, strict=True))
        return cls(
            question,
            "".join(text for text, _ in answer).strip(),
            tuple(images),
            maps(read[0]),
            None if attention.asked is None else maps(attention.asked),
            maps(kept),
            tuple(text.strip() for text, _ in answer),
            tuple(maps(read[list(tokens)].mean(axis=0)) for _, tokens in answer),
            share,
            max(0.0, 1 - placed / max(share, 1e-12)),
        )

    def document(self) -> dict[str, Any]:
        """Return the maps and numbers as JSON values, maps as lists of rows."""
        asked = self.stood_out or (None,) * len(self.images)
        return {
            "unit": "times chance",
            "share": round(self.share, 4),
            "on_padding": round(self.on_padding, 4),
            "pictures": [
                {"looked": as_lists(looked), "stood_out": None if stood is None else as_lists(stood)}
                for looked, stood in zip(self.looked, asked, strict=True)
            ],
        }


def as_lists(values: Array) -> list[list[float]]:
    return [[round(float(value), 3) for value in row] for row in values]


def split_words(decode: Callable[[list[int]], str], ids: Sequence[int]) -> list[tuple[str, list[int]]]:
    """Return the words of an answer, white space before them included, with the numbers of their tokens."""
    stream = TextStream(decode)
    words: list[tuple[str, list[int]]] = []
    for number, token in enumerate(ids):
        piece = stream.push(token)
        if not words or piece[:1].isspace():
            words.append(("", []))
        text, numbers = words[-1]
        words[-1] = (text + piece, [*numbers, number])
    if words:
        words[-1] = (words[-1][0] + stream.finish(), words[-1][1])
    return words
