"""The families of decoders and vision towers that FlashSloth supports, by transformers' `model_type`.
The parts of a model are listed here too, by the names of their tensors.

Every decoder here is tested in a whole model with FlashSloth's compression. The towers are SigLIP,
CLIP, and SigLIP with a ConvNeXt beside it; the blocks of all three have the same layout as SigLIP's
blocks.

This is the allow-list of the classes of transformers that an untrusted config.json may name. It also
has the vision-language models of transformers that can be opened (VLM_FAMILIES). This module imports
neither torch nor transformers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flashsloth.errors import UnsupportedModel
from flashsloth.utils.text import printable

PHI = "phi"  # the released model's decoder; a configuration without a model_type is of this family, too
# The blocks of these families are attention and then a gated MLP. The engine joins their matrix
# products.
GATED = ("llama", "mistral", "qwen2", "qwen3", "smollm3")
PACKED = (PHI, *GATED)
OWN_FORWARD = ("gemma2", "gemma3_text", "gpt_neox", "granite", "olmo2", "phi3")
FAMILIES = (*PACKED, *OWN_FORWARD)
UNGATED = (PHI, "gpt_neox")  # their MLP has no gate
HINT = (
    'docs/models.md describes them; CONTRIBUTING.md says under "A new decoder or tower" how to add one.'
)


class Heads(NamedTuple):
    """The numbers of heads of queries and of keys and values, and the width of a head."""

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


# Towers

HALF = (0.5, 0.5, 0.5)
FINAL_NORM = "post_layernorm"  # the norm after the last block, which is left out
LINEARS = (
    *(f"self_attn.{name}" for name in ("q_proj", "k_proj", "v_proj", "out_proj")),
    "mlp.fc1",
    "mlp.fc2",
)


@dataclass(frozen=True, slots=True)
class TowerFamily:
    """The properties in which the towers differ.

    Args:
        image_size, patch_size: the sizes if a configuration does not state them.
        whole: the model_type of the models whose `vision_config` is such a tower; None if there are
            none.
        class_tokens: the number of tokens before the patches.
        layers: path of the blocks in transformers' module.
        mean, std: the values with which pixels are normalised if the folder of a model has none.
    """

    image_size: int
    patch_size: int
    whole: str | None = None
    class_tokens: int = 0
    layers: str = "encoder.layers"
    mean: tuple[float, ...] = HALF
    std: tuple[float, ...] = HALF


SIGLIP = "siglip_vision_model"  # SigLIP, and SigLIP 2 of fixed size
CONVNEXT = "convnext"
MIXED_RESOLUTION = "mixed_resolution"  # two encoders: hf/mixed_resolution.py
TOWERS = {
    SIGLIP: TowerFamily(384, 14, whole="siglip"),
    "clip_vision_model": TowerFamily(
        224,
        32,
        whole="clip",
        class_tokens=1,
        mean=(0.48145466, 0.4578275, 0.40821073),
        std=(0.26862954, 0.26130258, 0.27577711),
    ),
    MIXED_RESOLUTION: TowerFamily(864, 32, layers="low_resolution.encoder.layers"),
}
WHOLES = {family.whole: name for name, family in TOWERS.items() if family.whole}


def check_family(part: str, model_type: object) -> str:
    """Return the model_type of a tower (`part` "vision_config") or a decoder ("text_config") if it is
    supported. Raises: UnsupportedModel if it is not."""
    known: Collection[str] = FAMILIES if part == "text_config" else TOWERS
    if isinstance(model_type, str) and model_type in known:
        return model_type
    fitting = (
        f"decoders that fit: {', '.join(FAMILIES)}"
        if part == "text_config"
        else "towers that fit: SigLIP, SigLIP 2 of fixed size, CLIP"
    )
    raise UnsupportedModel(
        f"{part}: {printable(str(model_type))} is not among the {fitting}",
        hint=HINT,
    )


# Vision-language models of transformers


@dataclass(frozen=True, slots=True)
class VlmFamily:
    """How one of these models differs from the others, and the parts that are allowed.

    Args:
        processor: the class of transformers that writes the block of a picture.
        images: the image processors, without the endings of their names.
        towers: the model_types of the tower.
        text: the name of the decoder inside of transformers' model.
        whole: the arguments with which the image processor reads a picture as one tile; empty if the
            family has no tiles, or no other way.
        mrope: the family whose layers the decoder has, if its positions have three axes (time, row and
            column). Such a model has no tiles: its image processor limits the pixels of a picture, and
            the number of visual tokens grows with them.
    """

    processor: str
    images: Sequence[str]
    towers: Sequence[str]
    text: str = "language_model"
    whole: Mapping[str, bool] = field(default_factory=dict)
    mrope: str = ""


# SmolVLM's own processor does the same to pictures, but imports torchvision and num2words for videos.
IDEFICS, SMOLVLM = ("Idefics3",), ("Idefics3", "SmolVLM")
WHOLE = {"do_image_splitting": False}
CLIP = ("clip_vision_model", "siglip_vision_model")
VLM_FAMILIES = {
    "idefics3": VlmFamily("Idefics3Processor", IDEFICS, ("idefics3_vision",), "text_model", WHOLE),
    "smolvlm": VlmFamily("Idefics3Processor", SMOLVLM, ("smolvlm_vision",), "text_model", WHOLE),
    "internvl": VlmFamily(
        "InternVLProcessor", ("GotOcr2",), ("internvl_vision",), whole={"crop_to_patches": False}
    ),
    "llava": VlmFamily("LlavaProcessor", ("CLIP", "Llava", "Siglip"), CLIP),
    "llava_next": VlmFamily("LlavaNextProcessor", ("LlavaNext",), CLIP),
    "llava_onevision": VlmFamily("LlavaOnevisionProcessor", ("LlavaOnevision",), CLIP),
    "lighton_ocr": VlmFamily("LightOnOcrProcessor", ("Pixtral",), ("pixtral",)),
    "deepseek_vl": VlmFamily("DeepseekVLProcessor", ("DeepseekVL",), ("siglip_vision_model",)),
    "qwen2_vl": VlmFamily("Qwen2VLProcessor", ("Qwen2VL",), ("qwen2_vl_vision",), mrope="qwen2"),
    "qwen2_5_vl": VlmFamily("Qwen2_5_VLProcessor", ("Qwen2VL",), ("qwen2_5_vl_vision",), mrope="qwen2"),
    "qwen3_vl": VlmFamily("Qwen3VLProcessor", ("Qwen2VL",), ("qwen3_vl_vision",), mrope="qwen3"),
    "paddleocr_vl": VlmFamily(
        "PaddleOCRVLProcessor", ("PaddleOCRVL",), ("paddleocr_vl_vision",), mrope="llama"
    ),
}
# LightOnOCR-2's config.json names another model_type, for other programs.
LIGHTON = "LightOnOCRForConditionalGeneration"
ELSEWHERE = "Serve it with llama-server or ollama, and use --server URL."
# Models that people ask for, and why they cannot be opened.
REASONS = {
    **dict.fromkeys(
        ("gemma3", "paligemma", "gemma3n", "gemma4"), "attention among image tokens is not supported"
    ),
    "glm4v": "the layers of its decoder are not supported",
    **dict.fromkeys(("mllama", "blip_2"), "attention to pictures in separate layers is not supported"),
    **dict.fromkeys(("florence2", "git", "kosmos-2"), "another kind of model"),
}


def family_of(data: Mapping[str, Any]) -> str | None:
    """Return the key in VLM_FAMILIES of a config.json; None if it is of no such model."""
    model_type = data.get("model_type")
    architectures = data.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    if model_type == "mistral3" and names == [LIGHTON]:
        return "lighton_ocr"
    return model_type if isinstance(model_type, str) and model_type in VLM_FAMILIES else None


def reason(model_type: object) -> str:
    """Return why models with this model_type cannot be opened; "" if nothing is known about it."""
    return REASONS.get(model_type, "") if isinstance(model_type, str) else ""


# Parts

# the parts that a new model cannot take from a base model
COMPRESSION = ("pooling", "projector", "embq", "query_tokens")
PIA = "pia"  # adapters that replace attentions
ROUTER = "router"  # chooses the visual tokens that skip a layer
MODULES = {  # patterns for the beginnings of names
    # of a model of transformers: `model.vision`, with its connector
    "vision_tower": r"model\.vision(_tower)?\.",
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
