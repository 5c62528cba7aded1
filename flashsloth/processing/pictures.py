"""The interface of what prepares pictures for a model, and its implementation for FlashSloth. Models of
transformers have another implementation (flashsloth/vlm/pictures.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from PIL import Image

from flashsloth.processing.pixels import device_input
from flashsloth.processing.resizing import squares
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.sizes.picture_scale import PictureScale


class PictureProcessor(Protocol):
    """Prepares the pictures of a model. A picture has a *block* of ids in the prompt: its placeholders,
    and in some models control tokens around and between them. The length of a block may differ from
    picture to picture. Several threads may call these methods. A picture whose longest side has more
    than `max_side` pixels is first reduced to that, in every method; None is no limit."""

    max_side: int | None

    @property
    def scale(self) -> PictureScale | None:
        """How a picture is scaled to squares; None if it is prepared from its full size."""

    def prepare(self, image: Image.Image, *, hd: bool) -> Any:
        """Convert an RGB picture to the input of `Engine.encode_image`. `hd` asks for several tiles
        instead of one."""

    def block(self, prepared: Any) -> Sequence[int]:
        """Return the ids of a prepared picture in a prompt."""

    def tiles(self, image: Image.Image, *, hd: bool) -> list[Image.Image]:
        """Return the parts of a picture as the model sees them, in their order."""

    def prepare_parts(self, parts: Sequence[Image.Image], *, hd: bool) -> Any:
        """Prepare a picture that another process has read, and scaled to its squares if there is a
        `scale`; otherwise `parts` has the picture alone."""


def update_digest(digest: Any, prepared: Any) -> None:
    """Add everything that the tower reads of a prepared picture to a digest of hashlib. The picture is
    an array, or a mapping of names to arrays."""
    arrays = prepared if isinstance(prepared, Mapping) else {"": prepared}
    for name, array in arrays.items():
        digest.update(repr((name, array.shape, str(array.dtype))).encode())
        digest.update(array.tobytes())


class SquareProcessor:
    """The PictureProcessor of FlashSloth. A picture becomes one square, or five tiles. Its block
    consists of placeholders alone.

    Args:
        device: where the tower computes, such as "cuda:0".
    """

    max_side: int | None = None

    def __init__(self, config: ModelSizes, device: str) -> None:
        self.config = config
        self.device = device

    @property
    def scale(self) -> PictureScale:
        return replace(self.config.picture_scale, max_side=self.max_side)

    def prepare(self, image: Image.Image, *, hd: bool) -> Any:
        return self.prepare_parts(self.tiles(image, hd=hd), hd=hd)

    def block(self, prepared: Any) -> Sequence[int]:
        return [self.config.image_token_id] * self.config.visual_tokens(hd=prepared.ndim == 4)

    def tiles(self, image: Image.Image, *, hd: bool) -> list[Image.Image]:
        return squares(image, self.scale, hd=hd)

    def prepare_parts(self, parts: Sequence[Image.Image], *, hd: bool) -> Any:
        return device_input(parts, self.config, self.device)
