"""The memory that the largest picture of a model of transformers takes, as an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flashsloth.sizes.families import cached_values
from flashsloth.vlm.image_settings import most_tiles
from flashsloth.vlm.sizes import VlmSizes

PIXEL_BYTES = 4  # preparing a picture computes in float32
# Preparing a picture took at most 4.3 times its prepared pixels, with tiles (measured: 1600 x 1200
# pixels as 13 tiles of InternVL, 21 of LLaVA-NeXT and one picture of Pixtral). The tower has further
# copies.
PIXEL_COPIES = 6
STATE_COPIES = 4  # of the states between two blocks: of all tiles, joined, and beside the next
# Models whose connector may choose a block, so that transformers keeps the output of every block.
KEEP_ALL = ("llava", "llava_next", "llava_onevision")


def working_space(config: VlmSizes, images: Mapping[str, Any], item: int, positions: int) -> int:
    """Return the bytes that the largest picture takes, in all its tiles, beside the weights.

    Args:
        images: settings that `image_settings` has returned.
        item: the bytes of a number of the model.
        positions: the positions of the KV cache for which memory is reserved already.
    """
    vision = config.vision_config
    text = config.text_config
    # 1. Its sizes. Pixtral reads a picture of any shape as one tile.
    is_whole = vision.model_type == "pixtral"
    side = config.image_side
    tiles = most_tiles(images, side)
    patches = (side // config.patch_side) ** 2
    tokens = min(tiles * config.tokens_per_tile, int(text.max_position_embeddings))
    # 2. The pixels, and the states of all tiles between two blocks.
    pixels = tiles * 3 * side**2 * PIXEL_BYTES * PIXEL_COPIES
    kept = STATE_COPIES
    if config.whole.model_type in KEEP_ALL:
        kept += vision.num_hidden_layers
    states = tiles * patches * vision.hidden_size * item * kept
    # 3. A block computes one tile at a time: its MLP in float32, before and after the activation. With
    #    a mask between pictures, as Pixtral has it, there are two numbers for each pair of patches.
    block = patches * vision.intermediate_size * 4 * 2
    mask = 2 * patches**2 * item if is_whole else 0
    # 4. The decoder's KV cache beyond what is reserved, and the MLP of its widest layer.
    cache = max(0, tokens - positions) * cached_values(text) * item
    prefill = tokens * (3 * text.intermediate_size + 4 * text.hidden_size) * item
    return int(pixels + states + block + mask + cache + prefill)
