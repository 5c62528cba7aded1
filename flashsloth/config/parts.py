"""The parts of a model by the names of their tensors. Imports no torch."""

from __future__ import annotations

COMPRESSION = ("pooling", "projector", "embq", "query_tokens")  # what a new model lacks: these have no base model
MODULES = {
    "vision_tower": "model.vision_tower.",
    "pooling": "model.pooling.",
    "projector": "model.projector.",
    "embq": "model.language_model.embq.",
    "query_tokens": "model.query_tokens.",
    "text": "",  # everything else: words, layers, last norm, head
}


def part_of(name: str) -> str:
    """Return the part that a tensor belongs to, by its native name."""
    return next(part for part, prefix in MODULES.items() if name.startswith(prefix))
