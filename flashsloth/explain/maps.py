"""The maps of one answer over its pictures, in times chance, as arrays and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from flashsloth.config.picture_scale import PictureScale
from flashsloth.explain.placement import cell_means, inside, tile_boxes
from flashsloth.generation.answer_record import TextStream

if TYPE_CHECKING:
    from PIL import Image

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Attention:
    """The attention of one answer to the patches of its M pictures, of I tiles each with `side` patches along a side.

    read: (R, M, I, side, side), the decoder's attention from the position before each of R tokens of the answer to the
        visual tokens, mean of heads and layers, spread over the patches of each token by SAP's weights. The sum of a
        row is the share of attention that goes to the pictures, at most 1.
    asked: (M, I, side, side), EmbQ's attention, mean of heads and query tokens; sums to one. None without EmbQ.
    kept: (M, I, side, side), SAP's weight of each patch; each window sums to one.
    held: (M, I, side, side), the share of layers that hold a patch's visual token; None if none leaves any out.
    """

    read: Array
    asked: Array | None
    kept: Array
    held: Array | None = None


class Placement:
    """Places values of patches on pictures of these sizes (width, height). `side`: patches along a side of a tile."""

    def __init__(self, side: int, sizes: Sequence[tuple[int, int]], scale: PictureScale, *, hd: bool) -> None:
        self.boxes = [tile_boxes(*size, scale, hd=hd) for size in sizes]
        self.cells = side * (scale.grid if hd else 1)

    def means(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture, of the mean of values (M, I, side, side) of its patches."""
        pairs = zip(patches, self.boxes, strict=True)
        return tuple(cell_means(each, boxes, self.cells) for each, boxes in pairs)

    def maps(self, patches: Array) -> tuple[Array, ...]:
        """Return a map of each picture in times chance, of the attention (M, I, side, side) to its patches."""
        return self.means(patches * (patches.size / max(float(patches.sum()), 1e-12)))


@dataclass(frozen=True, slots=True)
class Maps:
    """Where the model looked before it answered.

    Every map is an array (rows, columns) over one picture. Its unit is times chance: 1 where a patch gets as much
    attention as if all patches of all pictures got the same.

    Attributes:
        looked: for each picture the decoder's attention from the last prompt token, before the answer begins.
        stood_out: for each picture EmbQ's attention; None for a model without EmbQ.
        kept: for each picture the pooling's weights within their windows; times chance is the weight times w*w.
        held: for each picture the share of layers, 0 to 1, that hold the visual token of a place; None without a recipe
            that leaves tokens out.
        share: how much of the attention of the last prompt token goes to the pictures at all, 0 to 1.
        on_padding: how much of that falls on padding, beside the pictures, 0 to 1.
    """

    looked: tuple[Array, ...]
    stood_out: tuple[Array, ...] | None
    kept: tuple[Array, ...]
    held: tuple[Array, ...] | None
    share: float
    on_padding: float

    @classmethod
    def placed(
        cls, attention: Attention, sizes: Sequence[tuple[int, int]], scale: PictureScale, *, hd: bool, **more: Any
    ) -> Self:
        """Place the attention on pictures of these sizes (width, height). `more`: fields of a subclass."""
        placement = Placement(attention.kept.shape[-1], sizes, scale, hd=hd)
        read, asked, held = attention.read[0], attention.asked, attention.held
        share = float(read.sum())
        placed = sum(inside(each, boxes) for each, boxes in zip(read, placement.boxes, strict=True))
        return cls(
            looked=placement.maps(read),
            stood_out=None if asked is None else placement.maps(asked),
            kept=placement.maps(attention.kept),
            held=None if held is None else placement.means(held),
            share=share,
            on_padding=max(0.0, 1 - placed / max(share, 1e-12)),
            **more,
        )

    def document(self) -> dict[str, Any]:
        """Return the maps and numbers as JSON values, maps as lists of rows."""
        asked = self.stood_out or (None,) * len(self.looked)
        return {
            "unit": "times chance",
            "share": round(self.share, 4),
            "on_padding": round(self.on_padding, 4),
            "pictures": [
                {
                    "looked": as_lists(looked),
                    "stood_out": None if stood is None else as_lists(stood),
                    **({} if self.held is None else {"held": as_lists(self.held[number])}),
                }
                for number, (looked, stood) in enumerate(zip(self.looked, asked, strict=True))
            ],
        }


@dataclass(frozen=True, slots=True)
class AnswerMaps(Maps):
    """Where the model looked for an answer.

    Attributes, besides those of `Maps`:
        images: the pictures, RGB.
        words: the words of the answer.
        by_word: for each word and picture the decoder's attention from the positions before the word's tokens.
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
        """Place the attention on the pictures. `answer`: words with the numbers of their tokens, of `split_words`."""
        sizes = [image.size for image in images]
        placement = Placement(attention.kept.shape[-1], sizes, scale, hd=hd)
        return cls.placed(
            attention,
            sizes,
            scale,
            hd=hd,
            question=question,
            answer="".join(text for text, _ in answer).strip(),
            images=tuple(images),
            words=tuple(text.strip() for text, _ in answer),
            by_word=tuple(placement.maps(attention.read[list(tokens)].mean(axis=0)) for _, tokens in answer),
        )


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
