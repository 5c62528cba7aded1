"""FlashSlothConfig: valid and invalid sizes, config.json on disk, and the upgrade of the released config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import flashsloth
import tiny
from flashsloth.checkpoints.model_files import read_config
from flashsloth.config.model_config import SYSTEM_PROMPT, FlashSlothConfig, is_official, upgrade_official
from flashsloth.errors import InvalidConfiguration, ModelError, UnsupportedModel

# config.json of the released checkpoints, in all that matters; no vision_config, no sizes of EmbQ
RELEASED: dict[str, Any] = {
    "_name_or_path": "checkpoints/somewhere/stage1",
    "architectures": ["FlashSlothForCausalLM"],
    "attention_dropout": 0.0,
    "bos_token_id": 50256,
    "embd_pdrop": 0.0,
    "eos_token_id": 50296,
    "freeze_mm_mlp_adapter": False,
    "hidden_act": "gelu_new",
    "hidden_size": 2560,
    "image_aspect_ratio": "square",
    "image_hd": False,
    "initializer_range": 0.02,
    "intermediate_size": 10240,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": 2048,
    "mm_hidden_size": 1152,
    "mm_projector_type": "mlp2x_gelu",
    "mm_vision_select_feature": "patch",
    "mm_vision_select_layer": -2,
    "mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384",
    "model_type": "phi",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 32,
    "partial_rotary_factor": 0.4,
    "qk_layernorm": False,
    "resid_pdrop": 0.1,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "tokenizer_model_max_length": 3072,
    "tokenizer_padding_side": "right",
    "torch_dtype": "float16",
    "transformers_version": "4.38.2",
    "tune_mm_mlp_adapter": False,
    "use_cache": True,
    "use_mm_proj": True,
    "vocab_size": 51200,
}


# Valid sizes


def test_defaults_are_the_released_model() -> None:
    config = FlashSlothConfig()
    vision, text = config.vision_config, config.text_config
    assert (vision.hidden_size, vision.intermediate_size, vision.num_attention_heads) == (1152, 4304, 16)
    assert (vision.num_hidden_layers, vision.image_size, vision.patch_size) == (26, 384, 14)
    assert vision.vision_use_head is False
    assert (text.hidden_size, text.intermediate_size, text.num_hidden_layers) == (2560, 10240, 32)
    assert (text.num_attention_heads, text.vocab_size, text.max_position_embeddings) == (32, 51200, 2048)
    assert (config.embq_layer, config.embq_width, config.embq_heads) == (7, 576, 32)
    assert (config.image_token_id, config.query_token_id, config.query_offset_token_id) == (50297, 50295, 764)
    assert config.end_token_id == 50296
    assert config.system_prompt == SYSTEM_PROMPT
    assert config.patches_per_tile == 729
    assert config.tokens_per_tile == 81
    assert config.tiles == 5
    assert [config.visual_tokens(hd) for hd in (False, True)] == [81, 405]


@pytest.mark.parametrize(
    ("image", "patch", "window", "tokens"), [(48, 8, 3, 4), (50, 8, 3, 4), (56, 8, 3, 9), (48, 8, 1, 36), (48, 8, 9, 1)]
)
def test_visual_tokens_are_counted(image: int, patch: int, window: int, tokens: int) -> None:
    """The configuration counts as many visual tokens as the model computes, smaller border windows included."""
    config = tiny.config(vision={"image_size": image, "patch_size": patch}, pooling_window=window)
    assert config.tokens_per_tile == tokens
    assert config.visual_tokens(hd=True) == 5 * tokens
    import torch

    features = tiny.model(config=config).get_image_features(torch.zeros(2, 3, image, image))
    assert features.pooler_output.shape == (2, tokens, 32)
    assert features.last_hidden_state.shape == (2, config.patches_per_tile, 32)


def test_the_first_of_several_eos_tokens_ends_a_turn() -> None:
    assert tiny.config(text={"eos_token_id": [2, 0]}).end_token_id == 2


def test_json_round_trip(tmp_path: Path) -> None:
    config = tiny.config(image_hd=True, system_prompt='Say "ja" – \u732b\n', turn_prefix_length=2)
    config.save_pretrained(tmp_path)
    for again in (FlashSlothConfig.from_pretrained(tmp_path), read_config(tmp_path)):
        assert again.to_dict() == config.to_dict()
        assert type(again.text_config) is type(config.text_config)
        assert again.text_config.to_dict() == config.text_config.to_dict()
        assert again.vision_config.to_dict() == config.vision_config.to_dict()


# Invalid sizes


@pytest.mark.parametrize("heads", [3, 5, 7, 12, 16])
def test_embq_heads_that_do_not_divide_the_widths(heads: int) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        tiny.config(embq_width=24, embq_heads=heads)
    assert str(caught.value).startswith(f"embq_heads {heads} ")
    assert str(caught.value).endswith("allowed: 1, 2, 4, 8")


def test_embq_heads_that_divide_the_widths() -> None:
    for heads in (1, 2, 4, 8):
        assert tiny.config(embq_width=24, embq_heads=heads).embq_heads == heads


@pytest.mark.parametrize(
    ("part", "width", "heads"),
    [("text_config", 33, 4), ("text_config", 32, 5), ("vision_config", 34, 4), ("vision_config", 32, 7)],
)
def test_attention_heads_must_divide_the_width(part: str, width: int, heads: int) -> None:
    change = {"hidden_size": width, "num_attention_heads": heads}
    with pytest.raises(InvalidConfiguration, match=f"{part}: {heads} heads .* {width}"):
        tiny.config(**{part.removesuffix("_config"): change})


@pytest.mark.parametrize("layer", [-1, 3, 100])
def test_embq_layer_out_of_range(layer: int) -> None:
    with pytest.raises(InvalidConfiguration, match=f"embq_layer {layer} must be one of .* layers, 0 to 2$"):
        tiny.config(embq_layer=layer)


@pytest.mark.parametrize("value", [-1, tiny.VOCABULARY, 50295])
@pytest.mark.parametrize("name", ["image_token_id", "query_token_id", "query_offset_token_id"])
def test_placeholder_ids_outside_the_vocabulary(name: str, value: int) -> None:
    with pytest.raises(InvalidConfiguration, match=f"{name} {value} .* {tiny.VOCABULARY}"):
        tiny.config(**{name: value})


@pytest.mark.parametrize("value", [tiny.VOCABULARY, 50296, [2, tiny.VOCABULARY], -1])
def test_eos_ids_outside_the_vocabulary(value: Any) -> None:
    """`</s>` is an input between turns, so it needs a row of the embedding."""
    with pytest.raises(InvalidConfiguration, match=rf"eos_token_id.* {tiny.VOCABULARY}"):
        tiny.config(text={"eos_token_id": value})


@pytest.mark.parametrize("value", [None, []])
def test_missing_eos_id(value: Any) -> None:
    with pytest.raises(InvalidConfiguration, match="eos_token_id"):
        tiny.config(text={"eos_token_id": value})


@pytest.mark.parametrize("change", [{"image_token_id": 1}, {"image_token_id": 2}, {"query_token_id": 2}])
def test_equal_ids(change: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration, match=r"image_token_id, query_token_id and eos_token_id"):
        tiny.config(**change)


SIZES = ["pooling_window", "num_query_tokens", "embq_width", "embq_heads", "tile_grid", "turn_prefix_length"]


@pytest.mark.parametrize("value", [0, -3])
@pytest.mark.parametrize("name", SIZES)
def test_sizes_that_are_not_positive(name: str, value: Any) -> None:
    if (name, value) == ("num_query_tokens", 0):
        assert tiny.config(num_query_tokens=0).has_embq is False
        return
    with pytest.raises(InvalidConfiguration, match=name):
        tiny.config(**{name: value})


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("text", {"num_hidden_layers": 0}),
        ("text", {"vocab_size": 0}),
        ("text", {"max_position_embeddings": 0}),
        ("text", {"num_attention_heads": 0}),
        ("vision", {"num_hidden_layers": -1}),
        ("vision", {"patch_size": 0}),
        ("vision", {"image_size": 4}),
        ("vision", {"intermediate_size": 0}),
    ],
)
def test_sizes_of_tower_and_decoder(part: str, change: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration):
        tiny.config(**{part: change})


@pytest.mark.parametrize("value", ["crop", "Square", ""])
def test_unknown_aspect_ratio(value: Any) -> None:
    with pytest.raises(InvalidConfiguration, match="image_aspect_ratio"):
        tiny.config(image_aspect_ratio=value)


@pytest.mark.parametrize(
    "change",
    [
        *({name: value} for name in SIZES for value in (2.0, "9", None, True)),
        {"image_aspect_ratio": None},
        {"image_token_id": None},
        {"query_token_id": "1"},
        {"query_offset_token_id": 387.0},
        {"embq_layer": None},
        {"embq_layer": "1"},
        {"image_hd": "no"},
        {"system_prompt": 5},
        {"embq_layer_norm_eps": "small"},
    ],
    ids=str,
)
def test_fields_of_the_wrong_type(change: dict[str, Any]) -> None:
    """huggingface_hub's StrictDataclassError becomes ours. If this fails, see FlashSlothConfig.__init__."""
    (name,) = change
    with pytest.raises(InvalidConfiguration, match=name):
        tiny.config(**change)


@pytest.mark.parametrize("epsilon", [0.0, 1e-5, 1.0])
def test_valid_norm_epsilon(epsilon: float) -> None:
    """1 is allowed because transformers' own tests set it."""
    assert tiny.config(vision={"layer_norm_eps": epsilon}).vision_config.layer_norm_eps == epsilon


@pytest.mark.parametrize("epsilon", [-1e-5, 1.1, float("nan")])
def test_invalid_norm_epsilon(epsilon: float) -> None:
    with pytest.raises(InvalidConfiguration, match=r"vision_config\.layer_norm_eps"):
        tiny.config(vision={"layer_norm_eps": epsilon})


# config.json on disk: any fault in it is a ModelError

WRONG: list[tuple[str, dict[str, Any]]] = [
    ("text_config", {"hidden_size": "32"}),
    ("text_config", {"hidden_size": None}),
    ("text_config", {"hidden_size": 32.5}),
    ("text_config", {"hidden_act": "no such thing"}),
    ("text_config", {"pad_token_id": 50256}),
    ("text_config", {"num_key_value_heads": 3}),
    ("text_config", {"num_key_value_heads": 0}),
    ("text_config", {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 3.0}}),
    ("text_config", {"rope_parameters": {"rope_type": "no such thing"}}),
    ("text_config", {"rope_parameters": []}),
    ("text_config", {"layer_norm_eps": "1e-5"}),
    ("text_config", {"num_hidden_layers": 10**9}),
    ("vision_config", {"hidden_act": "no such thing"}),
    ("vision_config", {"image_size": "48"}),
    ("vision_config", {"num_channels": 1}),
    ("vision_config", {"patch_size": 10**9}),
    ("", {"vision_config": []}),
    ("", {"vision_config": "siglip"}),
    ("", {"text_config": 5}),
    ("", {"text_config": None}),
    ("", {"embq_heads": 3}),
    ("", {"dtype": "no such thing"}),
    ("", {"system_prompt": {}}),
]


@pytest.mark.parametrize(("part", "change"), WRONG, ids=[f"{part} {change}"[:70] for part, change in WRONG])
def test_a_wrong_config_json_is_a_model_error(tmp_path: Path, part: str, change: dict[str, Any]) -> None:
    path = tiny.write_native(tmp_path) / "config.json"
    data = json.loads(path.read_text())
    (data[part] if part else data).update(change)
    path.write_text(json.dumps(data))
    with pytest.raises(ModelError) as caught:
        flashsloth.open(tmp_path, device="cpu").chat().ask("Hello?", max_tokens=1).text()
    assert str(caught.value).count("\n") == 0
    assert caught.value.hint


@pytest.mark.parametrize("name", ["vision_config", "lqformer", "hidden_size", "eos_token_id", "learnable_token_id"])
@pytest.mark.parametrize("value", ["x", [0], 3.5, {"hidden_size": "x", "num_heads": "x"}, -1], ids=str)
def test_a_wrong_official_config_json_is_a_model_error(tmp_path: Path, name: str, value: Any) -> None:
    path = tiny.write_official(tmp_path) / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    with pytest.raises(ModelError):
        flashsloth.open(tmp_path, device="cpu").chat().ask("Hello?", max_tokens=1).text()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"model_type": "llava"}, "llava"),
        ({"model_type": "phi", "architectures": ["PhiForCausalLM"]}, "phi"),
        ({"architectures": ["SomethingElse"]}, "SomethingElse"),
        ({}, "unknown"),
    ],
)
def test_config_json_of_another_model(tmp_path: Path, data: dict[str, Any], named: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(data))
    with pytest.raises(UnsupportedModel, match=named):
        read_config(tmp_path)


def test_missing_config_json(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match=tmp_path.name):
        read_config(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UnsupportedModel, match=r"config\.json.*notes\.txt"):
        read_config(tmp_path)


def test_remote_code_in_auto_map_is_not_run(tmp_path: Path) -> None:
    tiny.write_native(tmp_path)
    path = tmp_path / "config.json"
    code = "raise SystemExit('ran')"
    (tmp_path / "evil.py").write_text(code)
    path.write_text(json.dumps({**json.loads(path.read_text()), "auto_map": {"AutoConfig": "evil.Evil"}}))
    assert not hasattr(read_config(tmp_path), "auto_map")
    assert flashsloth.open(tmp_path, device="cpu").config.embq_layer == 1


# The released layout


def test_released_config_upgrades_to_the_defaults() -> None:
    assert is_official(RELEASED)
    upgraded = upgrade_official(RELEASED)
    config = FlashSlothConfig(**upgraded)
    assert {k: v for k, v in config.to_dict().items() if k not in ("dtype", "architectures")} == {
        k: v for k, v in FlashSlothConfig().to_dict().items() if k not in ("dtype", "architectures")
    }
    assert config.architectures == ["FlashSlothForConditionalGeneration"]
    assert "float16" in str(config.dtype)
    assert config.vision_config.num_hidden_layers == 26
    assert config.text_config.rope_parameters["partial_rotary_factor"] == 0.4
    assert config.text_config.rope_parameters["rope_theta"] == 10000.0


def test_the_path_of_the_vision_tower_is_dropped() -> None:
    config = FlashSlothConfig(**upgrade_official(RELEASED))
    assert "checkpoints/" not in json.dumps(config.to_dict(), default=str)


def test_released_hd() -> None:
    config = FlashSlothConfig(**upgrade_official({**RELEASED, "image_hd": True}))
    assert config.image_hd is True
    assert config.visual_tokens(config.image_hd) == 405


@pytest.mark.parametrize(
    ("released", "upgraded"), [("pad", "pad"), ("square", "square"), ("anyres", "square"), (None, "square")]
)
def test_released_aspect_ratio(released: str | None, upgraded: str) -> None:
    assert upgrade_official({**RELEASED, "image_aspect_ratio": released})["image_aspect_ratio"] == upgraded


def test_number_of_vision_blocks() -> None:
    """`num_hidden_layers_kept`, else `num_hidden_layers`, else 26."""
    for vision, blocks in (
        ({"num_hidden_layers": 3, "num_hidden_layers_kept": 2}, 2),
        ({"num_hidden_layers": 5}, 5),
        ({"hidden_size": 1152}, 26),
        (None, 26),
    ):
        config = FlashSlothConfig(**upgrade_official({**RELEASED, "vision_config": vision}))
        assert config.vision_config.num_hidden_layers == blocks


def test_upgrade_of_other_sizes() -> None:
    config = FlashSlothConfig(**upgrade_official(tiny.flat_config()))
    wanted = tiny.config()
    for name in (*tiny.OWN, "pooling_window", "num_query_tokens", "system_prompt", "turn_prefix_length"):
        assert getattr(config, name) == getattr(wanted, name)
    for name in tiny.VISION:
        assert getattr(config.vision_config, name) == tiny.VISION[name]
    assert config.text_config.to_dict() == wanted.text_config.to_dict()
    own = {"pooling_size": 2, "num_learnable_tokens": 4, "dot_token_id": 9, "system_prompt": "Hi."}
    changed = FlashSlothConfig(**upgrade_official({**tiny.flat_config(), **own}))
    assert (changed.pooling_window, changed.num_query_tokens) == (2, 4)
    assert (changed.query_offset_token_id, changed.system_prompt) == (9, "Hi.")


def test_embq_heads_follow_the_text_model() -> None:
    """The default of embq_heads, as in the reference."""
    flat = {**RELEASED, "num_attention_heads": 16, "num_key_value_heads": 16}
    assert upgrade_official(flat)["embq_heads"] == 16
    assert upgrade_official({**flat, "lqformer": {"num_heads": 8}})["embq_heads"] == 8


def test_upgrade_does_not_change_its_argument() -> None:
    flat = tiny.flat_config()
    upgrade_official(flat)
    assert flat == tiny.flat_config()


def test_from_pretrained_reads_an_official_folder(official_folder: Path) -> None:
    pretrained, ours = FlashSlothConfig.from_pretrained(official_folder), read_config(official_folder)
    assert pretrained.text_config.to_dict() == ours.text_config.to_dict()
    assert pretrained.vision_config.to_dict() == ours.vision_config.to_dict()
    assert pretrained.embq_layer == ours.embq_layer == 1


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("text_config", "hidden_size", 12 * 10**9),
        ("text_config", "max_position_embeddings", 10**20),
        ("text_config", "vocab_size", 10**14),
        ("text_config", "intermediate_size", 2**62),
        ("text_config", "resid_pdrop", 5),
        ("vision_config", "image_size", 10**6),
    ],
)
def test_sizes_over_the_limit(part: str, name: str, value: int) -> None:
    with pytest.raises(InvalidConfiguration, match=name):
        FlashSlothConfig(**{part: {name: value}})


def test_more_visual_tokens_than_the_context() -> None:
    with pytest.raises(InvalidConfiguration, match="max_position_embeddings"):
        FlashSlothConfig(image_hd=True, tile_grid=20)


@pytest.mark.parametrize("theta", ["x", None, 0, float("nan")])
def test_invalid_rope_theta(theta: object) -> None:
    rope = {"rope_type": "default", "rope_theta": theta, "partial_rotary_factor": 0.4}
    with pytest.raises(InvalidConfiguration, match="rope_theta"):
        FlashSlothConfig(text_config={"rope_parameters": rope})
