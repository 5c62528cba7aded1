"""The vision-language models of transformers that can be opened. This module imports neither torch nor
transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


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
    """

    processor: str
    images: Sequence[str]
    towers: Sequence[str]
    text: str = "language_model"
    whole: Mapping[str, bool] = field(default_factory=dict)


# SmolVLM's own processor does the same to pictures, but imports torchvision and num2words for videos.
IDEFICS, SMOLVLM = ("Idefics3",), ("Idefics3", "SmolVLM")
WHOLE = {"do_image_splitting": False}
CLIP = ("clip_vision_model", "siglip_vision_model")
FAMILIES = {
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
}
# LightOnOCR-2's config.json names another model_type, for other programs.
LIGHTON = "LightOnOCRForConditionalGeneration"
ELSEWHERE = "Serve it with llama-server or ollama, and use --server URL."
# Models that people ask for, and why they cannot be opened.
REASONS = {
    **dict.fromkeys(
        ("gemma3", "paligemma", "gemma3n", "gemma4"), "attention among image tokens is not supported"
    ),
    **dict.fromkeys(
        ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "paddleocr_vl", "glm4v"),
        "positions in three axes are not supported",
    ),
    **dict.fromkeys(("mllama", "blip_2"), "attention to pictures in separate layers is not supported"),
    **dict.fromkeys(("florence2", "git", "kosmos-2"), "another kind of model"),
}


def family_of(data: Mapping[str, Any]) -> str | None:
    """Return the key in FAMILIES of a config.json; None if it is of no such model."""
    model_type = data.get("model_type")
    architectures = data.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    if model_type == "mistral3" and names == [LIGHTON]:
        return "lighton_ocr"
    return model_type if isinstance(model_type, str) and model_type in FAMILIES else None


def reason(model_type: object) -> str:
    """Return why models with this model_type cannot be opened; "" if nothing is known about it."""
    return REASONS.get(model_type, "") if isinstance(model_type, str) else ""
