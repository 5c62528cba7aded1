"""The parts of a model by the names of their tensors. This module does not import torch."""

from __future__ import annotations

import re

# the parts that a new model cannot take from a base model
COMPRESSION = ("pooling", "projector", "embq", "query_tokens")
PIA = "pia"  # adapters that replace attentions
ROUTER = "router"  # chooses the visual tokens that skip a layer
MODULES = {  # patterns for the beginnings of names
    "vision_tower": r"model\.vision_tower\.",
    "pooling": r"model\.pooling\.",
    "projector": r"model\.projector\.",
    "embq": r"model\.language_model\.embq\.",
    "query_tokens": r"model\.query_tokens\.",
    ROUTER: r"model\.language_model\.router\.",
    PIA: r"model\.language_model\.layers\.\d+\.pia\.",
    "text": "",  # everything else: words, layers, last norm, head
}


def part_of(name: str) -> str:
    """Return the part that a tensor belongs to, by its native name."""
    return next(part for part, start in MODULES.items() if re.match(start, name))
