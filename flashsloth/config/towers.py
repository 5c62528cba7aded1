"""The vision towers of transformers that FlashSloth reads pictures with, by `model_type`, and those it refuses.

A config.json chooses classes of transformers by these names, so that a stranger's may name only what stands here.
Imports no torch. docs/models.md shows the table, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flashsloth.errors import UnsupportedModel
from flashsloth.utils.text import printable

ATTENTION = ("q_proj", "k_proj", "v_proj")
HALF = (0.5, 0.5, 0.5)
IMAGENET: dict[str, Any] = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
Renaming = tuple[str, str]  # a pattern that is searched in a tensor's name, and its replacement


@dataclass(frozen=True, slots=True)
class TowerFamily:
    """What differs between the towers. Paths are those of transformers' modules.

    Args:
        title: its name for people.
        whole: the model_type of models that hold such a tower with other parts, as `vision_config`.
        class_tokens: tokens before the patches, without the registers that the configuration counts.
        layers: path of the blocks.
        first: path in a block of the module that it calls first.
        linears: paths in a block of its linear layers; those that its configuration leaves out are among them.
        final_norm: path of the norm after the last block, which is left out.
        options: keyword arguments of the class, which leave out its head.
        image_size, patch_size: of a configuration that does not state them.
        prefixes: of the tower's tensors in published checkpoints; "" if there is none.
        renamings: from the names in published checkpoints to those of the modules, applied in order.
        example: a published model.
        mean, std: how its pixels are normalised if its folder does not say.
    """

    title: str
    example: str
    layers: str
    first: str
    linears: tuple[str, ...]
    final_norm: str
    image_size: int
    patch_size: int
    whole: str | None = None
    class_tokens: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ("",)
    renamings: tuple[Renaming, ...] = ()
    mean: tuple[float, ...] = HALF
    std: tuple[float, ...] = HALF


def _linears(attention: str, out: str, *mlp: str) -> tuple[str, ...]:
    return (*(f"{attention}.{name}" for name in (*ATTENTION, out)), *(f"mlp.{name}" for name in mlp))


SIGLIP = "siglip_vision_model"
CONVNEXT = "convnext"
MIXED_RESOLUTION = "mixed_resolution"  # two encoders: config/mixed_resolution.py
DINO_NAMES: tuple[Renaming, ...] = (
    (r"\.attention\.attention\.query\.", ".attention.q_proj."),
    (r"\.attention\.attention\.key\.", ".attention.k_proj."),
    (r"\.attention\.attention\.value\.", ".attention.v_proj."),
    (r"\.attention\.output\.dense\.", ".attention.o_proj."),
)
DINO_V2: dict[str, Any] = {
    "layers": "encoder.layer",
    "first": "norm1",
    "linears": _linears("attention", "o_proj", "fc1", "fc2"),
    "final_norm": "layernorm",
    "image_size": 224,
    "renamings": DINO_NAMES,
    **IMAGENET,
}
TOWERS = {
    SIGLIP: TowerFamily(
        "SigLIP, SigLIP 2 of fixed size",
        "google/siglip2-so400m-patch14-384",
        "encoder.layers",
        "layer_norm1",
        _linears("self_attn", "out_proj", "fc1", "fc2"),
        "post_layernorm",
        384,
        14,
        whole="siglip",
        class_tokens=0,
        prefixes=("vision_model.", ""),
    ),
    "clip_vision_model": TowerFamily(
        "CLIP",
        "openai/clip-vit-large-patch14-336",
        "encoder.layers",
        "layer_norm1",
        _linears("self_attn", "out_proj", "fc1", "fc2"),
        "post_layernorm",
        224,
        32,
        whole="clip",
        prefixes=("vision_model.", ""),
        mean=(0.48145466, 0.4578275, 0.40821073),
        std=(0.26862954, 0.26130258, 0.27577711),
    ),
    "dinov2": TowerFamily("DINOv2", "facebook/dinov2-base", patch_size=14, prefixes=("dinov2.", ""), **DINO_V2),
    "dinov2_with_registers": TowerFamily(
        "DINOv2 with registers",
        "facebook/dinov2-with-registers-base",
        patch_size=16,
        prefixes=("dinov2_with_registers.", ""),
        **DINO_V2,
    ),
    "dinov3_vit": TowerFamily(
        "DINOv3 (ViT)",
        "facebook/dinov3-vitb16-pretrain-lvd1689m",
        "model.layer",
        "norm1",
        _linears("attention", "o_proj", "gate_proj", "up_proj", "down_proj"),
        "norm",
        224,
        16,
        renamings=((r"^layer\.", "model.layer."),),
        **IMAGENET,
    ),
    "vit": TowerFamily(
        "ViT",
        "google/vit-base-patch16-384",
        "layers",
        "layernorm_before",
        _linears("attention", "o_proj", "fc1", "fc2"),
        "layernorm",
        224,
        16,
        options={"add_pooling_layer": False},
        prefixes=("vit.", ""),
        renamings=(
            (r"^encoder\.layer\.", "layers."),
            *DINO_NAMES,
            (r"\.intermediate\.dense\.", ".mlp.fc1."),
            (r"(?<!attention)\.output\.dense\.", ".mlp.fc2."),
        ),
    ),
    MIXED_RESOLUTION: TowerFamily(
        "SigLIP with ConvNeXt (MRA)",
        "none",
        "low_resolution.encoder.layers",
        "layer_norm1",
        _linears("self_attn", "out_proj", "fc1", "fc2"),
        "low_resolution.post_layernorm",
        864,
        32,
        class_tokens=0,
    ),
}
GRID = "has no square grid of patches with one width"
REFUSED_TOWERS = {
    **dict.fromkeys(
        ("siglip2", "siglip2_vision_model"),
        "of the NaFlex kind needs masks and the shape of each picture; SigLIP 2 of fixed size is a siglip model",
    ),
    **dict.fromkeys((CONVNEXT, "convnextv2", "dinov3_convnext", "swin", "swinv2"), GRID),
}
HINT = "docs/models.md lists the towers that fit, among them SigLIP, CLIP and DINOv2."


def check_tower(model_type: object) -> str:
    """Return the name of an allowed tower. Raises: UnsupportedModel with the reason."""
    if isinstance(model_type, str) and model_type in TOWERS:
        return model_type
    reason = REFUSED_TOWERS.get(model_type) if isinstance(model_type, str) else None
    problem = reason or "is not among the towers that fit"
    raise UnsupportedModel(f"vision_config: a {printable(str(model_type))} model {problem}", hint=HINT)


def tower_family(vision: Any) -> TowerFamily:
    return TOWERS[vision.model_type]


def leading_tokens(vision: Any) -> int:
    """Return how many tokens, the class token and registers, a tower puts before its patches."""
    return tower_family(vision).class_tokens + int(getattr(vision, "num_register_tokens", 0))


def block_linears(vision: Any) -> list[tuple[int, int]]:
    """Return outputs and inputs of the linear layers of a block."""
    V, F = int(vision.hidden_size), mlp_width(vision)
    shapes = {"fc1": (F, V), "gate_proj": (F, V), "up_proj": (F, V), "fc2": (V, F), "down_proj": (V, F)}
    names = [path.rpartition(".")[2] for path in tower_family(vision).linears]
    gated = getattr(vision, "use_gated_mlp", False)
    return [shapes.get(name, (V, V)) for name in names if gated or name != "gate_proj"]


def mlp_width(vision: Any) -> int:
    """Return the inner width of a block's MLP."""
    width = getattr(vision, "intermediate_size", None)
    return int(vision.hidden_size * vision.mlp_ratio if width is None else width)
