"""Where patches lie on the picture: stretched, padded, and in overlapping tiles."""

from __future__ import annotations

import numpy as np
import pytest

from flashsloth.explain.maps import cell_means, inside
from flashsloth.processing.resizing import tile_boxes
from flashsloth.sizes.model_sizes import PictureScale

SQUARE, PADDED = (PictureScale(384, 2, aspect) for aspect in ("square", "pad"))


def test_a_stretched_picture_is_covered_exactly() -> None:
    patches = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    boxes = tile_boxes(300, 100, SQUARE, hd=False)
    np.testing.assert_allclose(cell_means(patches, boxes, (4, 4)), patches[0], rtol=1e-6)
    assert inside(patches, boxes) == pytest.approx(patches.sum())


def test_padding_lies_outside() -> None:
    """Of a picture twice as wide as high, the upper and the lower quarter of the square are padding."""
    boxes = tile_boxes(200, 100, PADDED, hd=False)
    assert boxes == [(0, -0.5, 1, 1.5)]
    patches = np.zeros((1, 4, 4), np.float32)
    patches[0, 0] = 1  # all padding
    patches[0, 1, 0] = 4  # the upper left quarter of the picture's left half
    assert inside(patches, boxes) == pytest.approx(4)
    placed = cell_means(patches, boxes, (4, 4))
    assert placed[:2, 0] == pytest.approx(4)
    assert placed.sum() == pytest.approx(8)


def test_even_attention_is_chance_everywhere() -> None:
    for *size, scale, hd in (
        (100, 100, SQUARE, True),
        (333, 100, PADDED, False),
        (90, 400, PADDED, True),
    ):
        boxes = tile_boxes(*size, scale, hd=hd)
        patches = np.full((len(boxes), 9, 9), 0.25, np.float32)
        np.testing.assert_allclose(cell_means(patches, boxes, (18, 18)), 0.25, rtol=1e-4)


def test_tiles_add_up() -> None:
    """The lower right tile alone is attended to: nothing elsewhere, and there half of what covers it,
    four to one."""
    boxes = tile_boxes(100, 100, SQUARE, hd=True)
    assert boxes[0] == (0, 0, 1, 1)
    assert boxes[4] == (0.5, 0.5, 1, 1)
    patches = np.zeros((5, 4, 4), np.float32)
    patches[4] = 1
    placed = cell_means(patches, boxes, (8, 8))
    assert placed[:4].max() == placed[:, :4].max() == 0
    # 4 of the 5 patches' worth of attention there belongs to this tile
    assert placed[4:, 4:] == pytest.approx(0.8)


def test_a_tall_picture_in_tiles() -> None:
    boxes = tile_boxes(100, 200, SQUARE, hd=True)
    assert boxes[1] == (-0.5, 0, 0.5, 0.5)
    assert boxes[4] == (0.5, 0.5, 1.5, 1)
