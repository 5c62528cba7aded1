"""The sizes of the towers and decoders that the program opens without transformers. This module does
not import torch.

A tower or a decoder is described by a table of a config.json, with the field names of transformers.
`read_part` adds the fields that the file leaves out, as transformers does, and checks the types.
bounds.py checks whether the values fit together. The released checkpoints have a flat config.json,
which `upgrade_official` converts to the native layout.
"""

# Annotations are not postponed in this module, because values are checked against them.
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import NoneType, UnionType
from typing import Any, TypeAlias, get_args, get_origin

from flashsloth.errors import InvalidConfiguration
from flashsloth.sizes.bounds import check_numbers, check_value, known_fields
from flashsloth.sizes.families import PHI, SIGLIP, check_family
from flashsloth.utils.text import printable

# The released layout

MODEL_TYPE = "flashsloth"
SYSTEM_PROMPT = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
OFFICIAL_ARCHITECTURE = "FlashSlothForCausalLM"

# Sizes that the released config.json omits: SigLIP-so400m/14 at 384 pixels without its last block, and
# the ids of the CodeGen tokenizer. 50297 is the first free row of Phi-2's embedding after `</s>`.
SO400M = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 26,
    "num_attention_heads": 16,
    "image_size": 384,
    "patch_size": 14,
}
PHI2 = {
    "vocab_size": 51200,
    "hidden_size": 2560,
    "intermediate_size": 10240,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "max_position_embeddings": 2048,
    "resid_pdrop": 0.1,
    "bos_token_id": 50256,
    "eos_token_id": 50296,
    "pad_token_id": 50256,
    "partial_rotary_factor": 0.4,
}
OFFICIAL_IDS = {"query_token_id": 50295, "image_token_id": 50297, "query_offset_token_id": 764}


def is_official(config: dict[str, Any]) -> bool:
    """Return whether this config.json has the released layout. The model_type of this layout is "phi",
    so the layout is recognised by the architecture."""
    architectures = config.get("architectures")
    return isinstance(architectures, list) and OFFICIAL_ARCHITECTURE in architectures


def is_flashsloth(config: dict[str, Any]) -> bool:
    """Return whether a config.json is of a FlashSloth, in the released or the native layout."""
    return is_official(config) or config.get("model_type") == MODEL_TYPE


def model_kind(config: dict[str, Any]) -> str:
    """Return the kind of a model for messages: its model_type, or else its architectures."""
    architectures = config.get("architectures")
    names = architectures if isinstance(architectures, list) else []
    return printable(config.get("model_type") or ", ".join(map(str, names)) or "unknown")


def upgrade_official(flat: dict[str, Any]) -> dict[str, Any]:
    """Convert the released flat config.json to keyword arguments of FlashSlothConfig. Any other
    config.json is returned unchanged.

    In the flat file the sizes of the text model are at the top level. Models of other sizes than the
    paper's use keys that the released files lack: vision_config, pooling_size, num_learnable_tokens,
    lqformer, learnable_token_id, image_token_id, dot_token_id, system_prompt. `mm_vision_tower` is
    dropped: it is a path on the authors' disk, and the checkpoint has the weights.

    Raises: InvalidConfiguration if vision_config or lqformer is not an object.
    """
    if not is_official(flat):
        return flat
    for name in ("vision_config", "lqformer"):
        if not isinstance(flat.get(name), dict | None):
            raise InvalidConfiguration(f"{name} must be an object, not {flat[name]!r}")
    # Only the fields of the decoder are taken from this dict later, so the other keys may stay in it.
    text = {k: v for k, v in flat.items() if v is not None and k != "model_type"}
    vision = {k: v for k, v in (flat.get("vision_config") or {}).items() if k != "model_type"}
    if "num_hidden_layers_kept" in vision:
        vision["num_hidden_layers"] = vision["num_hidden_layers_kept"]
    embq = flat.get("lqformer") or {}
    heads = text.get("num_attention_heads", PHI2["num_attention_heads"])
    native = {
        "model_type": MODEL_TYPE,
        "architectures": ["FlashSlothForConditionalGeneration"],
        "text_config": text,
        "vision_config": vision,
        "pooling_window": flat.get("pooling_size", 3),
        "num_query_tokens": flat.get("num_learnable_tokens", 9),
        "embq_layer": embq.get("insert_before_layer", 7),
        "embq_width": embq.get("down_dim", 576),
        "embq_heads": embq.get("num_heads", heads),
        "query_token_id": flat.get("learnable_token_id", OFFICIAL_IDS["query_token_id"]),
        "image_token_id": flat.get("image_token_id", OFFICIAL_IDS["image_token_id"]),
        "query_offset_token_id": flat.get("dot_token_id", OFFICIAL_IDS["query_offset_token_id"]),
        "image_hd": bool(flat.get("image_hd", False)),
        "image_aspect_ratio": "pad" if flat.get("image_aspect_ratio") == "pad" else "square",
        "system_prompt": flat.get("system_prompt", SYSTEM_PROMPT),
    }
    if dtype := flat.get("dtype") or flat.get("torch_dtype"):
        native["dtype"] = dtype
    return native


# Parts

# The family and the sizes of the released model's parts. A table without a model_type is of this
# family.
USUAL: dict[str, Any] = {
    "vision_config": (SIGLIP, SO400M),
    "text_config": (PHI, PHI2),
}


@dataclass(frozen=True, kw_only=True)
class SiglipSizes:
    """The sizes of SigLIP's vision tower."""

    model_type: str
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_channels: int
    image_size: int
    patch_size: int
    hidden_act: str
    layer_norm_eps: float
    attention_dropout: float


@dataclass(frozen=True, kw_only=True)
class DecoderSizes:
    """The sizes that all decoders have."""

    model_type: str
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    hidden_act: str
    max_position_embeddings: int
    rope_parameters: dict[str, Any]
    attention_dropout: float | None
    tie_word_embeddings: bool
    bos_token_id: int | None
    eos_token_id: int | list[int] | None
    pad_token_id: int | None
    initializer_range: float


@dataclass(frozen=True, kw_only=True)
class PhiSizes(DecoderSizes):
    """The sizes of Phi, the decoder of the released model."""

    resid_pdrop: float
    embd_pdrop: float
    layer_norm_eps: float
    qk_layernorm: bool


@dataclass(frozen=True, kw_only=True)
class GatedSizes(DecoderSizes):
    """The sizes of Llama and of similar decoders, whose MLPs are gated.

    Args:
        qkv_bias: whether queries, keys and values have biases.
        attention_bias: whether these and the output projection of attention have biases.
        no_rope_layers: 0 for each layer without rotary embeddings; if None,
            `no_rope_layer_interval` decides.
        no_rope_layer_interval: each layer whose number, counted from 1, is a multiple of this has no
            rotary embeddings; if None, all layers have them.
    """

    rms_norm_eps: float
    head_dim: int | None
    qkv_bias: bool
    attention_bias: bool
    mlp_bias: bool
    no_rope_layers: list[int] | None
    no_rope_layer_interval: int | None

    def rotates(self, layer: int) -> bool:
        """Return whether a layer has rotary embeddings."""
        if self.no_rope_layers is not None:
            return bool(self.no_rope_layers[layer])
        return self.no_rope_layer_interval is None or (layer + 1) % self.no_rope_layer_interval != 0


PartSizes: TypeAlias = SiglipSizes | PhiSizes | GatedSizes

_DECODER: dict[str, Any] = {
    "num_key_value_heads": None,
    "attention_dropout": 0.0,
    "tie_word_embeddings": False,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
    "rope_theta": 10000.0,
    "initializer_range": 0.02,
}
_GATED: dict[str, Any] = {
    **_DECODER,
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-6,
    "head_dim": None,
    "qkv_bias": False,
    "attention_bias": False,
    "mlp_bias": False,
    "no_rope_layers": None,
    "no_rope_layer_interval": None,
}
_QWEN: dict[str, Any] = {
    **_GATED,
    "vocab_size": 151936,
    "intermediate_size": 22016,
    "num_key_value_heads": 32,
    "max_position_embeddings": 32768,
}
# The values of fields that a file leaves out. transformers does not save a field that has its default
# value.
DEFAULTS: dict[str, dict[str, Any]] = {
    SIGLIP: {
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "num_channels": 3,
        "image_size": 224,
        "patch_size": 16,
        "hidden_act": "gelu_pytorch_tanh",
        "layer_norm_eps": 1e-6,
        "attention_dropout": 0.0,
    },
    PHI: {
        **_DECODER,
        "vocab_size": 51200,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 24,
        "num_attention_heads": 32,
        "hidden_act": "gelu_new",
        "max_position_embeddings": 2048,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "resid_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "layer_norm_eps": 1e-5,
        "qk_layernorm": False,
        "partial_rotary_factor": 0.5,
    },
    "llama": {
        **_GATED,
        "vocab_size": 32000,
        "max_position_embeddings": 2048,
        "bos_token_id": 1,
        "eos_token_id": 2,
    },
    "mistral": {
        **_GATED,
        "vocab_size": 32000,
        "intermediate_size": 14336,
        "num_key_value_heads": 8,
        "max_position_embeddings": 131072,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "sliding_window": 4096,
        "use_sliding_window": True,
    },
    "qwen2": {**_QWEN, "qkv_bias": True},
    "qwen3": {**_QWEN, "head_dim": 128},
    "smollm3": {
        **_GATED,
        "vocab_size": 128256,
        "hidden_size": 2048,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "max_position_embeddings": 32768,
        "tie_word_embeddings": True,
        "bos_token_id": 128000,
        "eos_token_id": 128001,
        "pad_token_id": 128004,
        "rope_theta": 2000000.0,
        "no_rope_layer_interval": 4,
    },
}
# Settings that only these families have; the other families ignore them.
SETTINGS_OF = {
    "qkv_bias": (),
    "attention_bias": ("llama", "qwen3", "smollm3"),
    "mlp_bias": ("llama", "smollm3"),
    "head_dim": ("llama", "mistral", "qwen3"),
    "no_rope_layers": ("smollm3",),
    "no_rope_layer_interval": ("smollm3",),
    "use_sliding_window": ("qwen2", "qwen3", "smollm3"),
}


def read_part(name: str, part: Any) -> PartSizes | None:
    """Return the sizes of a tower (`name` "vision_config") or a decoder ("text_config"), given as a
    table of a config.json or None. Return None for a part that only transformers can compute
    (`_is_plain`).

    Raises: UnsupportedModel for a family that is not supported, InvalidConfiguration.
    """
    check_value(name, part, isinstance(part, dict | None), "an object")
    usual, released = USUAL[name]
    model_type = check_family(name, (part or {}).get("model_type", usual))
    if model_type not in DEFAULTS:
        return None
    ignored = {setting for setting, families in SETTINGS_OF.items() if model_type not in families}
    given = {key: value for key, value in (part or {}).items() if key not in ignored}
    values = {
        **DEFAULTS[model_type],
        **(released if model_type == usual else {}),
        **given,
        "model_type": model_type,
    }
    kind: type[PartSizes] = SiglipSizes
    if name == "text_config":
        kind = PhiSizes if model_type == PHI else GatedSizes
        # Collect the settings of rotary embeddings in one table. Older files have them beside the other
        # fields.
        rope = values.get("rope_scaling") or values.get("rope_parameters") or {}
        if isinstance(rope, dict):
            names = ("rope_theta", "partial_rotary_factor")
            beside = {key: values[key] for key in names if key in values}
            rope = {"rope_type": rope.get("type", "default"), **beside, **rope}
        values["rope_parameters"] = rope
        if values["num_key_value_heads"] is None:
            values["num_key_value_heads"] = values["num_attention_heads"]
    if not _is_plain(values):
        return None
    values = known_fields(kind, values)
    check_numbers(values, name)
    check_types(kind, values, f"{name}.")
    return kind(**values)


def _is_plain(values: Mapping[str, Any]) -> bool:
    """Return whether the program can compute a part without transformers. Such a part has the usual
    activation of its family, no scaled rotary embeddings and no sliding windows. Values of wrong types
    are refused later."""
    model_type = values["model_type"]
    if model_type == PHI:
        return True
    if values["hidden_act"] != DEFAULTS[model_type]["hidden_act"]:
        return False
    if model_type == SIGLIP:
        return True
    rope = values["rope_parameters"]
    kinds = values.get("layer_types")
    if isinstance(rope, dict) and (
        rope["rope_type"] != "default" or rope.get("partial_rotary_factor", 1.0) != 1.0
    ):
        return False
    if values.get("use_sliding_window") and values.get("sliding_window") is not None:
        return False
    # The entries are counted. To compare them with a list of as many entries as there are layers would
    # need a list that may not fit into memory if the file is damaged.
    is_full = (
        isinstance(kinds, list)
        and kinds.count("full_attention") == len(kinds) == values["num_hidden_layers"]
    )
    return kinds is None or is_full


def check_types(kind: type, values: Mapping[str, Any], where: str = "") -> None:
    """Raise InvalidConfiguration if a value has another type than its field of the dataclass `kind`."""
    for field in fields(kind):
        kinds = get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)
        value = values[field.name]
        classes = tuple(get_origin(each) or each for each in kinds)
        # a bool is also an instance of int
        is_valid = Any in kinds or (
            isinstance(value, classes) and (bool in classes or not isinstance(value, bool))
        )
        names = ["null" if each is NoneType else getattr(each, "__name__", "") for each in classes]
        check_value(where + field.name, value, is_valid, f"of type {' or '.join(names)}")
