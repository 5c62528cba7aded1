"""The decoders of transformers that are tested whole with FlashSloth's compression, by `model_type`; the heads of their
attention, and the size of their KV cache.

A config.json chooses classes of transformers by these names, so that a stranger's may name only what stands here.
Imports no torch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flashsloth.errors import UnsupportedModel
from flashsloth.utils.text import printable

PHI = "phi"  # the released model's decoder, and the one that a configuration without a model_type means
# blocks of attention and a gated MLP, one after the other: the engine joins their products
GATED = ("llama", "mistral", "qwen2", "qwen3", "smollm3")
PACKED = (PHI, *GATED)
OWN_FORWARD = ("gemma2", "gemma3_text", "gpt_neox", "granite", "olmo2", "phi3")
FAMILIES = (*PACKED, *OWN_FORWARD)
HINT = 'docs/models.md describes them; CONTRIBUTING.md says under "A new decoder or tower" how to add one.'


def check_family(model_type: object) -> str:
    """Return the name of a decoder that fits. Raises: UnsupportedModel."""
    if isinstance(model_type, str) and model_type in FAMILIES:
        return model_type
    name = printable(str(model_type))
    raise UnsupportedModel(
        f"text_config: a {name} model is not among the decoders that fit: {', '.join(FAMILIES)}", hint=HINT
    )


def uses_paper_frame(model_type: str) -> bool:
    """Return whether a decoder's base models get the paper's chat frame, with `</s>`, as the released model has it."""
    return model_type == PHI


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
