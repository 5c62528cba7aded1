"""The decoders of transformers that are tested whole with FlashSloth's compression, by `model_type`.

A config.json chooses classes of transformers by these names, so that a stranger's may name only what stands here.
Imports no torch.
"""

from __future__ import annotations

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
