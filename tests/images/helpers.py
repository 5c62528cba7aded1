"""Encoded pictures, and the check of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flashsloth.errors import ImageError
from flashsloth.images.reader import read_image
from messages import record


def gradient(width: int = 60, height: int = 40) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - x], axis=-1).astype(np.uint8))


def noise(side: int = 200) -> Image.Image:
    """Compresses badly, so that half of its file is half of its rows."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8))


def pixel(image: Image.Image, x: int = 0, y: int = 0) -> Any:
    return image.getpixel((x, y))


def refusal(
    error: type[ImageError],
    source: Any,
    *mentions: str,
    read: Callable[..., Any] = read_image,
    **options: Any,
) -> ImageError:
    """Reading raises exactly this error, in one line that names all of `mentions`, with a hint; both
    are recorded."""
    with pytest.raises(error) as caught:
        read(source, **options)
    message = str(caught.value)
    assert type(caught.value) is error
    assert message.isprintable(), message
    assert caught.value.hint
    for mention in mentions:
        assert mention in message
    record(f"{error.code}: {message}\n{caught.value.hint}")
    return caught.value
