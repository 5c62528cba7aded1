"""Bound the numbers of a configuration, before anything is built of them. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flashsloth.errors import InvalidConfiguration
from flashsloth.utils.text import printable_repr

MAX_WIDTH = 2**17  # of every size that LARGEST does not list
POSITIONS = 2**24  # Llama 3 was trained on 2**22
LARGEST: dict[str, float] = {  # of any real model
    "vocab_size": 2**22,
    **dict.fromkeys(("max_position_embeddings", "original_max_position_embeddings", "sliding_window"), POSITIONS),
    "num_hidden_layers": 2**9,
    "image_size": 2**14,
    "tile_grid": 64,
    # no sizes, but factors that are written as whole numbers
    **dict.fromkeys(("rope_theta", "rope_local_base_freq", "rotary_emb_base", "factor"), 1e30),
}


def check_numbers(values: Mapping[str, Any], where: str) -> None:
    """Raise InvalidConfiguration for a number, also in lists and objects, that is not finite or larger than in any real
    model. transformers builds lists of some when it makes a configuration."""
    for name, value in values.items():
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, Mapping):
                check_numbers(part, f"{where}.{name}")
            elif isinstance(part, float) and not math.isfinite(part):
                raise InvalidConfiguration(f"{where}.{name} must be a finite number, not {part!r}")
            elif isinstance(part, int) and part > largest(name):
                raise InvalidConfiguration(
                    f"{where}.{name} must be at most {largest(name)}, not {printable_repr(part)}"
                )


def largest(name: str) -> float:
    """Return the largest whole number that a configuration may have under a name."""
    return LARGEST["vocab_size"] if str(name).endswith("_token_id") else LARGEST.get(name, MAX_WIDTH)


def check_size(name: str, size: object, least: int = 1) -> None:
    """Raise InvalidConfiguration for a size that is not a whole number or is larger than in any real model."""
    if isinstance(size, bool) or not isinstance(size, int) or size < least:
        kind = "a positive whole number" if least else "0 or a positive whole number"
        raise InvalidConfiguration(f"{name} must be {kind}, not {printable_repr(size)}")
    most = largest(name.rpartition(".")[2])
    if size > most:
        raise InvalidConfiguration(f"{name} must be at most {most}, not {printable_repr(size)}")


def check_share(name: str, share: object) -> None:
    """Raise InvalidConfiguration unless the value lies between 0 and 1."""
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InvalidConfiguration(f"{name} must be 0 to 1, not {printable_repr(share)}")
