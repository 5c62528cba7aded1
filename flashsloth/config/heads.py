"""The heads of a decoder's attention, and the size of its KV cache. Imports no torch."""

from __future__ import annotations

from typing import Any, NamedTuple


class Heads(NamedTuple):
    """How many heads of queries, and of keys and values, and how wide they are."""

    queries: int
    keys: int
    width: int


def attention_heads(text: Any) -> Heads:
    """Return the heads of a decoder's configuration."""
    queries = int(text.num_attention_heads)
    keys = int(getattr(text, "num_key_value_heads", None) or queries)
    return Heads(queries, keys, int(getattr(text, "head_dim", None) or text.hidden_size // queries))


def cached_values(text: Any) -> int:
    """Return how many numbers a position takes in the KV cache, in all layers."""
    heads = attention_heads(text)
    return 2 * int(text.num_hidden_layers) * heads.keys * heads.width
