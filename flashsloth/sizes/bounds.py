"""Check the sizes in an untrusted configuration of a tower or a decoder before anything is built from
it. This module does not import torch."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from flashsloth.errors import InvalidConfiguration
from flashsloth.sizes.families import PHI
from flashsloth.utils.text import last_line, printable_repr

MAX_WIDTH = 2**17  # the limit of every size that LARGEST does not list
POSITIONS = 2**24  # Llama 3 was trained on 2**22
# Limits that are larger than the values of any real model. An untrusted config with a larger value is
# refused.
LARGEST: dict[str, float] = {
    "vocab_size": 2**22,
    **dict.fromkeys(
        ("max_position_embeddings", "original_max_position_embeddings", "sliding_window"), POSITIONS
    ),
    **dict.fromkeys(("num_hidden_layers", "depths"), 2**9),
    "image_size": 2**14,
    "tile_grid": 64,
    # these are factors, not sizes, but some files write them as whole numbers
    **dict.fromkeys(("rope_theta", "rope_local_base_freq", "rotary_emb_base", "factor"), 1e30),
}
BLOCKS = ("hidden_size", "num_hidden_layers", "num_attention_heads")
VISION_SIZES = (*BLOCKS, "intermediate_size", "image_size", "patch_size")
TEXT_SIZES = (*BLOCKS, "vocab_size", "max_position_embeddings")
# further sizes of a decoder, which some families do not have
COUNTED = ("intermediate_size", "num_key_value_heads", "head_dim")
SHARES = ("attention_dropout", "embd_pdrop", "resid_pdrop", "layer_norm_eps", "rms_norm_eps")
VISION_ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu")
PHI_ACTIVATIONS = ("gelu_new", "gelu_pytorch_tanh")  # one function under two names: SigLIP's and Phi's
FAMILY_ACTIVATIONS = (*PHI_ACTIVATIONS, "silu", "swish", "gelu", "gelu_fast", "relu")
DIVISORS = (
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "logits_scaling",
    "query_pre_attn_scalar",
)
ROPE_TYPES = ("default", "linear", "dynamic", "yarn", "longrope", "llama3")
SETTINGS = {  # keys of a part's config.json that transformers takes as arguments and not as fields
    "rope_theta",
    "rope_scaling",
    "partial_rotary_factor",
    # in older files
    "rotary_pct",
    "rotary_emb_base",
    "rope_local_base_freq",
    "sliding_window_pattern",
}
OF_THE_WHOLE = {"model_type", "dtype", "architectures"}  # a part takes them from the whole model
CHANNELS = 3
# The largest mean and 1 / std by which pixels of 0 to 1 are normalised. With larger numbers the
# normalised pixels would leave the range of 16-bit floats.
MAX_SCALE = 1000
# the range of the temperature of choices
LOWEST = 0.05
HIGHEST = 20.0


def make_config(kind: Any, values: Mapping[str, Any], where: str) -> Any:
    """Build a configuration of transformers from untrusted JSON. Only known fields are passed on:
    transformers would set any other key as an attribute, which could replace a method, and some keys
    make it build tables or import code.

    Raises: InvalidConfiguration.
    """
    own = {name: value for name, value in values.items() if name not in OF_THE_WHOLE}
    known = known_fields(kind, own, {*kind.attribute_map, *kind.attribute_map.values(), *SETTINGS})
    check_numbers(known, where)
    try:
        return kind(**known)
    except InvalidConfiguration:
        raise
    except Exception as error:  # the classes raise errors of many types
        raise InvalidConfiguration(f"{where}: {last_line(error)}") from error


def known_fields(kind: Any, values: Mapping[str, Any], more: Collection[str] = ()) -> dict[str, Any]:
    """Return those values that are fields of a dataclass, and those named in `more`. Whole numbers are
    converted where a float is expected, because many programs write 0.0 as 0 into a JSON file."""
    names = {f.name for f in fields(kind)} | {*more}
    floats = {f.name for f in fields(kind) if "float" in str(f.type) and "int" not in str(f.type)}
    known = {name: value for name, value in values.items() if name in names}
    whole = {name: known[name] for name in floats & known.keys() if type(known[name]) is int}
    return known | {name: float(value) for name, value in whole.items() if abs(value) < MAX_WIDTH}


def check_numbers(values: Mapping[str, Any], where: str) -> None:
    """Raise InvalidConfiguration for a number, also in lists and objects, that is not finite or larger
    than in any real model. This must be checked before transformers builds a configuration, because it
    makes lists whose lengths are some of these numbers."""
    for name, value in values.items():
        place = f"{where}.{name}".lstrip(".")
        most = (
            LARGEST["vocab_size"]
            if str(name).endswith(("_token_id", "_token_index"))
            else LARGEST.get(name, MAX_WIDTH)
        )
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, Mapping):
                check_numbers(part, place)
            elif isinstance(part, float):
                check_value(place, part, math.isfinite(part), "a finite number")
            elif isinstance(part, int):
                check_value(place, part, abs(part) <= most, f"at most {most}")


def check_value(name: str, value: object, is_valid: bool, expected: str) -> None:
    """Raise InvalidConfiguration, which says what was expected, unless the value is valid."""
    if not is_valid:
        raise InvalidConfiguration(f"{name} must be {expected}, not {printable_repr(value)}")


def require(is_valid: bool, problem: str) -> None:
    """Raise InvalidConfiguration with this problem unless the configuration is valid."""
    if not is_valid:
        raise InvalidConfiguration(problem)


def check_size(name: str, size: object, least: int = 1) -> None:
    """Raise InvalidConfiguration for a size that is not a whole number or is larger than in any real
    model."""
    is_whole = isinstance(size, int) and not isinstance(size, bool) and size >= least
    check_value(
        name, size, is_whole, "a positive whole number" if least else "0 or a positive whole number"
    )
    where, _, field = name.rpartition(".")
    check_numbers({field: size}, where)


def check_range(name: str, value: object, least: int, most: int) -> None:
    """Raise InvalidConfiguration unless the value is a whole number in a range."""
    expected = f"{least} to {most}" if least < most else str(most)
    check_value(name, value, type(value) is int and least <= value <= most, expected)


def check_one_of(name: str, value: object, allowed: Collection[str]) -> None:
    """Raise InvalidConfiguration unless the value is an allowed one."""
    check_value(name, value, value in allowed, f"one of {', '.join(allowed)}")


def check_share(name: str, share: Any) -> None:
    """Raise InvalidConfiguration unless the value lies between 0 and 1."""
    check_value(name, share, type(share) in (int, float) and 0 <= share <= 1, "0 to 1")


def check_choice_temperature(value: Any) -> str:
    """Return what is wrong with a stored temperature of choices (docs/answers.md); "" if it is
    valid."""
    if type(value) in (int, float) and LOWEST <= value <= HIGHEST:
        return ""
    return (
        f"choice_temperature must be a number from {LOWEST} to {HIGHEST:g}, not {printable_repr(value)}"
    )


def check_normalisation(name: str, values: object, *, positive: bool = False) -> None:
    """Raise InvalidConfiguration unless the value is None or three finite numbers, one for each
    channel."""
    if values is None:
        return
    least = 1 / MAX_SCALE if positive else -MAX_SCALE
    numbers = values if isinstance(values, list | tuple) else ()
    # type() is compared, because isinstance() accepts a bool as an int
    in_range = [type(number) in (int, float) and least <= number <= MAX_SCALE for number in numbers]
    is_valid = len(numbers) == CHANNELS and all(in_range)
    kind = f"three numbers from {least} to" if positive else "three numbers of at most"
    check_value(name, values, is_valid, f"{kind} {MAX_SCALE}")


def check_blocks(where: str, part: Any, sizes: Collection[str], activations: Collection[str]) -> None:
    """Check the sizes that towers and decoders have in common. Raises: InvalidConfiguration."""
    for name in sizes:
        check_size(f"{where}.{name}", getattr(part, name, None))
    check_numbers({field.name: getattr(part, field.name, None) for field in fields(part)}, where)
    for name in SHARES:
        if (share := getattr(part, name, None)) is not None:
            check_share(f"{where}.{name}", share)
    check_one_of(f"{where}.hidden_act", getattr(part, "hidden_act", "gelu"), activations)
    if getattr(part, "head_dim", None) is None:
        heads = part.num_attention_heads
        require(
            part.hidden_size % heads == 0,
            f"{where}: {heads} heads do not divide the width {part.hidden_size}",
        )


def check_vision_sizes(vision: Any) -> None:
    """Check the sizes of a tower's configuration. Raises: InvalidConfiguration."""
    check_blocks("vision_config", vision, VISION_SIZES, VISION_ACTIVATIONS)
    most = vision.image_size
    check_value(
        "vision_config.patch_size",
        vision.patch_size,
        vision.patch_size <= most,
        f"at most image_size {most}",
    )
    check_value(
        "vision_config.num_channels",
        vision.num_channels,
        vision.num_channels == CHANNELS,
        str(CHANNELS),
    )


def check_text_sizes(text: Any) -> None:
    """Check the sizes of a decoder's configuration. Raises: InvalidConfiguration."""
    phi = text.model_type == PHI
    sizes = (*TEXT_SIZES, *(name for name in COUNTED if getattr(text, name, None) is not None))
    check_blocks("text_config", text, sizes, PHI_ACTIVATIONS if phi else FAMILY_ACTIVATIONS)
    kinds = getattr(text, "layer_types", None)
    if kinds is not None:
        require(
            len(kinds) == text.num_hidden_layers,
            f"text_config: {len(kinds)} layer_types for {text.num_hidden_layers} layers",
        )
    require(
        text.num_attention_heads % (getattr(text, "num_key_value_heads", None) or 1) == 0,
        "text_config: num_key_value_heads must divide num_attention_heads",
    )
    for name in DIVISORS:
        require(getattr(text, name, None) != 0, f"text_config.{name} must not be 0")
    _check_rope(getattr(text, "rope_parameters", None) or {})
    if phi:
        require(
            text.num_key_value_heads == text.num_attention_heads and not text.qk_layernorm,
            "text_config: num_key_value_heads must equal num_attention_heads, and qk_layernorm must be false",
        )
        require(
            text.rope_parameters.get("rope_type") == "default",
            f"text_config: rotary embeddings {printable_repr(text.rope_parameters)} are not supported",
        )
        head = text.hidden_size // text.num_attention_heads
        rotated = int(head * text.rope_parameters.get("partial_rotary_factor", 1.0))
        require(
            rotated >= 2 and rotated % 2 == 0,
            f"text_config: partial_rotary_factor must rotate an even part of {head}",
        )


def _check_rope(rope: Mapping[str, Any]) -> None:
    """Check the settings of rotary embeddings, which are either one table for all layers or one table
    for each kind of layer. Lists in these tables have a number for each pair of dimensions."""
    check_one_of("text_config.rope_type", rope.get("rope_type", "default"), ROPE_TYPES)
    for name, value in rope.items():
        if isinstance(value, Mapping):
            _check_rope(value)
        elif name not in ("rope_type", "type", "truncate", "mrope_interleaved") and (
            value is not None or name == "rope_theta"
        ):
            most = 1 if name == "partial_rotary_factor" else math.inf
            for number in (
                value if isinstance(value, list | tuple) and name != "rope_theta" else (value,)
            ):
                is_valid = isinstance(number, int | float) and 0 < number <= most
                check_value(f"text_config.{name}", value, is_valid, "positive")
