"""The network equals transformers' model in names and shapes of tensors and in the tower's features,
and shares its memory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch

import families
import flashsloth
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints.model_files import build_empty, read_config, read_sizes
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.network import Network
from flashsloth.sizes.families import PACKED
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.paths import NANO_FOLDER

HD = {"image_hd": True, "image_aspect_ratio": "pad"}
LAYERS = {"num_hidden_layers": 5}
GATED: dict[str, dict[str, Any]] = {  # settings of the families that decide about weights
    "llama": {"attention_bias": True, "mlp_bias": True},
    "mistral": {"sliding_window": None},
    "qwen2": {},
    "qwen3": {"attention_bias": True, "tie_word_embeddings": True},
    "smollm3": {"mlp_bias": True, "no_rope_layers": [1, 0, 1, 1, 0]},
}


def written(config: FlashSlothConfig, folder: Path) -> Path:
    """Write this config.json as transformers does, and return its folder."""
    config.save_pretrained(folder)
    return folder


def shapes(config: ModelSizes) -> dict[str, tuple[int, ...]]:
    return {name: tuple(weight.shape) for name, weight in build_empty(config).named_parameters()}


@pytest.mark.parametrize("name", ["nano", "tiny", "released", "HD", "average", *GATED])
def test_names_and_shapes_of_tensors(name: str, tmp_path: Path) -> None:
    made = {
        "nano": lambda: read_config(NANO_FOLDER),
        "tiny": tiny.config,
        "released": FlashSlothConfig,
        "HD": lambda: FlashSlothConfig(**HD),
        "average": lambda: tiny.config(pooling="average", num_query_tokens=0),
    }.get(name) or (lambda: families.config(name, {**LAYERS, **GATED[name]}))
    config = made()
    sizes = read_sizes(written(config, tmp_path))
    assert type(sizes) is ModelSizes
    assert isinstance(build_empty(sizes), Network)
    assert shapes(sizes) == shapes(config)
    own = {field.name for field in dataclasses.fields(ModelSizes)} - {"vision_config", "text_config"}
    assert {n: getattr(sizes, n) for n in own} == {n: getattr(config, n) for n in own}
    for part in ("vision_config", "text_config"):
        mine, theirs = getattr(sizes, part), getattr(config, part)
        both = {field.name for field in dataclasses.fields(mine) if hasattr(theirs, field.name)}
        assert {"hidden_size", "num_attention_heads", "hidden_act"} <= both
        assert {n: getattr(mine, n) for n in both} == {n: getattr(theirs, n) for n in both}


def test_each_packed_family_is_tried() -> None:
    assert {*GATED, "phi"} == {*PACKED}


@pytest.mark.parametrize(
    "settings",
    [
        {
            "text": {"rope_parameters": {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}},
            "family": "llama",
        },
        {"text": {"sliding_window": 8}, "family": "mistral"},
        {"text": {"hidden_act": "gelu"}, "family": "llama"},
        {"text": {}, "family": "gemma2"},
        {"skipped_attention": [1]},
        {"routed_layers": [1], "skip_ratio": 0.5},
        {"vision": {"hidden_act": "quick_gelu"}},
    ],
    ids=str,
)
def test_what_only_transformers_computes(settings: dict[str, Any], tmp_path: Path) -> None:
    """For such models both readers return the same FlashSlothConfig."""
    family = settings.pop("family", None)
    config = families.config(family, settings.pop("text")) if family else tiny.config(**settings)
    found = read_sizes(written(config, tmp_path))
    assert isinstance(found, FlashSlothConfig)
    assert found.to_dict() == config.to_dict() | {"transformers_version": found.transformers_version}


def test_a_setting_that_mistral_does_not_have_turns_no_window_off(tmp_path: Path) -> None:
    folder = written(families.config("mistral", {"sliding_window": 8}), tmp_path)
    data = json.loads((folder / "config.json").read_text())
    data["text_config"]["use_sliding_window"] = False
    (folder / "config.json").write_text(json.dumps(data))
    assert isinstance(read_sizes(folder), FlashSlothConfig)


@pytest.mark.parametrize("layers", [10**12, 4.0, "4", None])
def test_a_damaged_number_of_layers_is_named_beside_their_kinds(layers: Any, tmp_path: Path) -> None:
    """The reader makes no list of that length, which could fill the memory."""
    folder = written(families.config("qwen3"), tmp_path)
    data = json.loads((folder / "config.json").read_text())
    assert data["text_config"]["layer_types"] == ["full_attention"] * 4
    data["text_config"]["num_hidden_layers"] = layers
    (folder / "config.json").write_text(json.dumps(data))
    with pytest.raises(flashsloth.FlashSlothError, match="num_hidden_layers"):
        read_sizes(folder)


def test_the_tower_is_that_of_transformers(nano: FlashSloth) -> None:
    """With its own forward, which is used on cards."""
    model, pixels = nano.loaded.as_transformers(), torch.rand(2, 3, 144, 144) * 2 - 1
    with torch.inference_mode():
        mine = nano.loaded.model.model.vision_tower(pixels)
        theirs = model.model.vision_tower(pixels).last_hidden_state
    torch.testing.assert_close(mine, theirs, rtol=0, atol=2e-5 * float(theirs.abs().max()))


def test_the_model_of_transformers_shares_the_memory(native_folder: Path) -> None:
    sloth = flashsloth.open(native_folder, device="cpu", dtype="float32")
    model, mine = sloth.loaded.as_transformers(), dict(sloth.loaded.model.named_parameters())
    assert {name: weight.data_ptr() for name, weight in model.named_parameters()} == {
        name: weight.data_ptr() for name, weight in mine.items()
    }
    assert not any(weight.requires_grad for weight in model.parameters())
    assert model.generation_config.suppress_tokens == [
        sloth.config.image_token_id,
        sloth.config.query_token_id,
    ]


@pytest.mark.fresh
def test_what_an_adapter_changed_is_in_the_model_of_transformers(native_folder: Path) -> None:
    sloth = flashsloth.open(native_folder, device="cpu", dtype="float32")
    sloth.loaded.model.config.image_hd, sloth.loaded.model.config.choice_temperature = True, 2.5
    config = sloth.loaded.as_transformers().config
    assert (config.image_hd, config.choice_temperature) == (True, 2.5)


# Damaged configurations, by both readers

TEXT, VISION = "text_config", "vision_config"
DAMAGES: list[dict[str, Any]] = [
    *(
        {name: value}
        for name in ("pooling_window", "embq_heads", "image_token_id")
        for value in ("7", 2.5, True, -1, None)
    ),
    *({name: value} for name in ("image_hd", "embq", "schema_in_prompt") for value in (1, "yes", None)),
    *(
        {name: value}
        for name in ("embq_layer_norm_eps", "pooling_dropout")
        for value in ("0", 2.0, None)
    ),
    *(
        {name: value}
        for name in ("image_mean", "image_std")
        for value in ([0.5], "x", [0, 0, float("nan")])
    ),
    *({"system_prompt": value} for value in (5, None, "\ud800")),
    *({"chat_frame": value} for value in ("x", [])),
    *({"choice_temperature": value} for value in ("1", 0, float("inf"), True)),
    *({"skipped_attention": value} for value in ("1", [0], [1, 1], {})),
    {"pia_rank": 4},
    {"skip_ratio": 0.5},
    *({part: value} for part in (TEXT, VISION) for value in (5, [], "x")),
    *({f"{part}/model_type": value} for part in (TEXT, VISION) for value in ("bert", 5, None, [])),
    *(
        {f"{part}/{name}": value}
        for part, name in (
            *(
                (TEXT, name)
                for name in (
                    "hidden_size",
                    "num_hidden_layers",
                    "vocab_size",
                    "max_position_embeddings",
                )
            ),
            *(
                (TEXT, name)
                for name in ("num_attention_heads", "intermediate_size", "num_key_value_heads")
            ),
            *((VISION, name) for name in ("hidden_size", "image_size", "patch_size", "num_channels")),
        )
        for value in ("8", 0, -1, 2.5, True, 10**9, [8], {})
    ),
    *(
        {f"{TEXT}/{name}": value}
        for name in ("layer_norm_eps", "resid_pdrop")
        for value in ("0", -1, 5, None)
    ),
    *(
        {f"{TEXT}/{name}": value}
        for name in ("tie_word_embeddings", "qk_layernorm")
        for value in (1, "no", None)
    ),
    *({f"{TEXT}/eos_token_id": value} for value in (None, [], "2", [2, 10**6], -1, True)),
    *({f"{TEXT}/pad_token_id": value} for value in ("0", -1, 10**6)),
    *({f"{TEXT}/hidden_act": value} for value in ("none", 5, None)),
    *(
        {f"{TEXT}/rope_parameters": value}
        for value in ([], "x", 5, {"rope_type": "none"}, {"rope_theta": -1})
    ),
    *({f"{TEXT}/rope_parameters/rope_theta": value} for value in ("x", None, 0, [1e4])),
    *({f"{TEXT}/rope_parameters/partial_rotary_factor": value} for value in ("x", 0, 2, 0.2)),
    {"quantization_config": 5},
]


def outcome(read: Any, folder: Path) -> Any:
    """Return the class of the error, or the sizes that were read."""
    try:
        found = read(folder)
    except flashsloth.FlashSlothError as error:
        return type(error)
    text, vision = found.text_config, found.vision_config
    sizes = (
        found.embq_heads,
        found.pooling_window,
        found.end_token_ids,
        found.tie_word_embeddings,
        found.image_token_id,
    )
    return *sizes, text.hidden_size, text.num_key_value_heads, text.rope_parameters, vision.image_size


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_both_readers_agree_on_damaged_configurations(
    damage: dict[str, Any], native_folder: Path, tmp_path: Path
) -> None:
    data = json.loads((native_folder / "config.json").read_text())
    for place, value in damage.items():
        *path, name = place.split("/")
        at = data
        for part in path:
            at = at[part]
        at[name] = value
    (tmp_path / "config.json").write_text(json.dumps(data))
    assert outcome(read_sizes, tmp_path) == outcome(read_config, tmp_path)
