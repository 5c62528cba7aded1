"""FlashSlothConfig: valid and invalid sizes, config.json on disk, and the upgrade of the released
config.json."""

from __future__ import annotations

import json
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import torch

import flashsloth
import tiny
from damages import CONFIG, changed
from flashsloth.checkpoints.model_files import read_config
from flashsloth.errors import InvalidConfiguration, ModelError, UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.sizes.part_sizes import SYSTEM_PROMPT, is_official, upgrade_official

# config.json of the released checkpoints, in all that matters; no vision_config, no sizes of EmbQ
RELEASED: dict[str, Any] = json.loads("""{
  "_name_or_path": "checkpoints/somewhere/stage1", "architectures": ["FlashSlothForCausalLM"], "model_type": "phi",
  "attention_dropout": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.1, "hidden_act": "gelu_new", "hidden_size": 2560,
  "intermediate_size": 10240, "num_attention_heads": 32, "num_key_value_heads": 32, "num_hidden_layers": 32,
  "vocab_size": 51200, "bos_token_id": 50256, "eos_token_id": 50296, "initializer_range": 0.02, "layer_norm_eps": 1e-05,
  "max_position_embeddings": 2048, "partial_rotary_factor": 0.4, "rope_scaling": null, "rope_theta": 10000.0,
  "qk_layernorm": false, "tie_word_embeddings": false, "torch_dtype": "float16", "use_cache": true,
  "transformers_version": "4.38.2", "image_aspect_ratio": "square", "image_hd": false,
  "mm_hidden_size": 1152, "mm_projector_type": "mlp2x_gelu", "mm_vision_select_feature": "patch",
  "mm_vision_select_layer": -2, "mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384",
  "freeze_mm_mlp_adapter": false, "tune_mm_mlp_adapter": false, "use_mm_proj": true,
  "tokenizer_model_max_length": 3072, "tokenizer_padding_side": "right"
}""")


# Valid sizes


def test_defaults_that_the_released_config_json_does_not_have() -> None:
    config = FlashSlothConfig()
    vision = config.vision_config
    assert (vision.hidden_size, vision.intermediate_size, vision.num_attention_heads) == (
        1152,
        4304,
        16,
    )
    assert (vision.num_hidden_layers, vision.image_size, vision.patch_size) == (26, 384, 14)
    assert vision.vision_use_head is False
    assert (config.embq_layer, config.embq_width, config.embq_heads) == (7, 576, 32)
    assert (config.image_token_id, config.query_token_id, config.query_offset_token_id) == (
        50297,
        50295,
        764,
    )
    assert config.system_prompt == SYSTEM_PROMPT
    assert (config.patches_per_tile, config.tokens_per_tile, config.tiles) == (729, 81, 5)
    assert [config.visual_tokens(hd) for hd in (False, True)] == [81, 405]


@pytest.mark.parametrize(
    ("image", "patch", "window", "tokens"),
    [(48, 8, 3, 4), (50, 8, 3, 4), (56, 8, 3, 9), (48, 8, 1, 36), (48, 8, 9, 1)],
)
def test_visual_tokens_are_counted(image: int, patch: int, window: int, tokens: int) -> None:
    """The configuration counts as many visual tokens as the model computes, also with smaller windows
    at the border."""
    config = tiny.config(vision={"image_size": image, "patch_size": patch}, pooling_window=window)
    assert config.tokens_per_tile == tokens
    assert config.visual_tokens(hd=True) == 5 * tokens
    features = tiny.model(config=config).get_image_features(torch.zeros(2, 3, image, image))
    assert features.pooler_output.shape == (2, tokens, 32)
    assert features.last_hidden_state.shape == (2, config.patches_per_tile, 32)


def test_json_round_trip(native_folder: Path, tmp_path: Path) -> None:
    """Fields with their default values are not written."""
    rare: dict[str, Any] = {
        "pooling": "average",
        "embq": False,
        "readable_letters": 9,
        "image_mean": [0.4, 0.5, 0.6],
    }
    own = {
        "image_hd": True,
        "pooling_dropout": 0.0,
        "system_prompt": 'Say "ja" – \u732b\n',
        "turn_prefix_length": 2,
    }
    config = tiny.config(**rare, **own)
    config.save_pretrained(tmp_path)
    for again in (FlashSlothConfig.from_pretrained(tmp_path), read_config(tmp_path)):
        assert again.to_dict() == config.to_dict()
        assert type(again.text_config) is type(config.text_config)
        assert again.text_config.to_dict() == config.text_config.to_dict()
        assert again.vision_config.to_dict() == config.vision_config.to_dict()
    text = (tmp_path / "config.json").read_text(encoding="utf-8")
    assert {**own, **rare}.items() <= json.loads(text).items()
    assert not rare.keys() & json.loads((native_folder / "config.json").read_text()).keys()
    # as other programs write it
    (tmp_path / "config.json").write_text(text.replace("0.0,", "0,"), encoding="utf-8")
    assert read_config(tmp_path).to_dict() == config.to_dict()


# Invalid sizes


SIZES = (
    "pooling_window",
    "num_query_tokens",
    "embq_width",
    "embq_heads",
    "tile_grid",
    "turn_prefix_length",
)
WORDS = tiny.VOCABULARY
IDS = ("image_token_id", "query_token_id", "query_offset_token_id")
ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}
# changed sizes, and what the error says; tests/checkpoints/test_damages.py tries each number of a
# config.json
REFUSED: list[tuple[dict[str, Any], str]] = [
    *(
        ({"embq_width": 24, "embq_heads": n}, rf"^embq_heads {n} .*allowed: 1, 2, 4, 8$")
        for n in (3, 5, 16)
    ),
    *(
        (
            {part: {"hidden_size": width, "num_attention_heads": heads}},
            f"{part}_config: {heads} heads .* {width}",
        )
        for part, width, heads in (
            ("text", 33, 4),
            ("text", 32, 5),
            ("vision", 34, 4),
            ("vision", 32, 7),
        )
    ),
    *(({"embq_layer": n}, f"embq_layer must be one of .* layers, 0 to 2, not {n}$") for n in (-1, 3)),
    *(({name: n}, f"{name} {n} .* {WORDS}") for name in IDS for n in (-1, WORDS)),
    # `</s>` is an input between turns, so it needs a row of the embedding
    *(({"text": {"eos_token_id": n}}, f"eos_token_id.* {WORDS}") for n in (WORDS, [2, WORDS], -1)),
    *(({"text": {"eos_token_id": value}}, "eos_token_id") for value in (None, [])),
    *(
        ({name: n}, "image_token_id, query_token_id and eos_token_id")
        for name, n in (("image_token_id", 1), ("image_token_id", 2), ("query_token_id", 2))
    ),
    ({"text": {"num_hidden_layers": 0}}, "num_hidden_layers"),
    ({"vision": {"image_size": 4}}, "image_size"),
    # 1 is allowed because transformers' own tests set it
    ({"vision": {"layer_norm_eps": 1.1}}, r"vision_config\.layer_norm_eps"),
    *(({"image_aspect_ratio": value}, "image_aspect_ratio") for value in ("crop", "Square", "")),
    # wrong types: huggingface_hub's StrictDataclassError becomes ours, see FlashSlothConfig.__init__
    *(({name: 2.0}, name) for name in (*SIZES, *IDS)),
    *(({name: "no"}, name) for name in ("image_hd", "embq_layer", "embq_layer_norm_eps")),
    *(({name: value}, name) for name, value in (("image_aspect_ratio", None), ("system_prompt", 5))),
    *(
        ({"text": {name: value}}, name)
        for name, value in (("hidden_size", 12 * 10**9), ("resid_pdrop", 5))
    ),
    ({"image_hd": True, "tile_grid": 20}, "max_position_embeddings"),
    *(({"readable_letters": value}, "readable_letters") for value in (0, -1, 49, True, 2.5)),
    *(({"skipped_attention": layers}, "from 1 to 2") for layers in ([0, 1], [3])),
    *(({"skipped_attention": layers}, "different layers .* ascending") for layers in ([2, 1], [1, 1])),
    *(({"skipped_attention": layers}, "skipped_attention") for layers in ([True], "1")),
    *(({"skipped_attention": [1], "pia_rank": rank}, "even number") for rank in (5, 34)),
    ({"pia_rank": 4}, "needs skipped_attention"),
    *(
        ({"text": {"rope_parameters": {**ROPE, "rope_theta": n}}}, "rope_theta")
        for n in ("x", None, 0, float("nan"))
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), REFUSED, ids=[str(change)[:70] for change, _ in REFUSED]
)
def test_sizes_that_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfiguration, match=message):
        tiny.config(**change)


def test_sizes_at_the_edge() -> None:
    for heads in (1, 2, 4, 8):
        assert tiny.config(embq_width=24, embq_heads=heads).embq_heads == heads
    for epsilon in (0.0, 1e-5, 1.0):
        assert tiny.config(vision={"layer_norm_eps": epsilon}).vision_config.layer_norm_eps == epsilon
    for without in ({"embq": False, "embq_layer": 99}, {"num_query_tokens": 0}):  # EmbQ is missing
        assert tiny.config(**without, embq_heads=7).has_embq is False
    # the first of several ends a turn
    assert tiny.config(text={"eos_token_id": [2, 0]}).end_token_id == 2


# config.json on disk: any fault in it is a ModelError

WRONG: list[tuple[str, dict[str, Any]]] = [
    *(
        ("native", {f"text_config/{name}": value})
        for name, value in (("hidden_act", "none"), ("rope_parameters", []))
    ),
    *(
        ("native", {name: value})
        for name, value in (("vision_config", []), ("text_config", 5), ("embq_heads", 3))
    ),
    *(("native", {name: value}) for name, value in (("dtype", "no such thing"), ("system_prompt", {}))),
    *(
        ("official", {name: value})
        for name in ("vision_config", "lqformer", "hidden_size", "eos_token_id", "learnable_token_id")
        for value in ("x", [-1], 3.5, {"hidden_size": "x", "num_heads": "x"}, -1)
    ),
]


@pytest.mark.parametrize(
    ("layout", "change"), WRONG, ids=[f"{layout} {change}"[:70] for layout, change in WRONG]
)
def test_a_wrong_config_json_is_a_model_error(
    tmp_path: Path, layout: str, change: dict[str, Any]
) -> None:
    changed(CONFIG, **change)(tiny.folder(tmp_path, layout))
    with pytest.raises(ModelError) as caught:
        read_config(tmp_path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("layout", "change"), [("native", {"text_config": None}), ("official", {"eos_token_id": [0]})]
)
def test_a_config_json_that_does_not_fit_its_files(
    tmp_path: Path, layout: str, change: dict[str, Any]
) -> None:
    changed(CONFIG, **change)(tiny.folder(tmp_path, layout))
    with pytest.raises(ModelError):
        flashsloth.open(tmp_path, device="cpu")


def test_a_folder_of_another_model(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match=tmp_path.name):
        read_config(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UnsupportedModel, match=r"config\.json.*notes\.txt"):
        read_config(tmp_path)
    phi = {"model_type": "phi", "architectures": ["PhiForCausalLM"]}
    for data, named in (
        (phi, "phi"),
        ({"architectures": ["SomethingElse"]}, "SomethingElse"),
        ({}, "unknown"),
    ):
        (tmp_path / CONFIG).write_text(json.dumps(data))
        with pytest.raises(UnsupportedModel, match=named):
            read_config(tmp_path)


def test_remote_code_in_auto_map_is_not_run(tmp_path: Path) -> None:
    tiny.folder(tmp_path)
    (tmp_path / "evil.py").write_text("raise SystemExit('ran')")
    changed(CONFIG, auto_map={"AutoConfig": "evil.Evil"})(tmp_path)
    assert not hasattr(read_config(tmp_path), "auto_map")
    assert flashsloth.open(tmp_path, device="cpu").config.embq_layer == 1


# The released layout


def test_released_config_upgrades_to_the_defaults() -> None:
    assert is_official(RELEASED)
    config = FlashSlothConfig(**upgrade_official(RELEASED))
    upgraded, defaults = config.to_dict(), FlashSlothConfig().to_dict()
    assert {name for name in upgraded if upgraded[name] != defaults.get(name)} == {
        "dtype",
        "architectures",
    }
    assert defaults.keys() <= upgraded.keys()
    assert config.architectures == ["FlashSlothForConditionalGeneration"]
    assert "float16" in str(config.dtype)
    rope = config.text_config.rope_parameters
    assert (rope["partial_rotary_factor"], rope["rope_theta"]) == (0.4, 10000.0)


KEPT = {"num_hidden_layers": 3, "num_hidden_layers_kept": 2}
HEADS = {"num_attention_heads": 16, "num_key_value_heads": 16}
UPGRADED: list[
    tuple[dict[str, Any], str, Any]
] = [  # what is changed in a released file, and what comes of it
    ({"image_hd": True}, "image_hd", True),
    *(
        ({"image_aspect_ratio": ratio}, "image_aspect_ratio", "pad" if ratio == "pad" else "square")
        for ratio in ("pad", "square", "anyres", None)
    ),
    *(
        ({"vision_config": vision}, "vision_config.num_hidden_layers", blocks)
        for vision, blocks in (
            (KEPT, 2),
            ({"num_hidden_layers": 5}, 5),
            ({"hidden_size": 1152}, 26),
            (None, 26),
        )
    ),
    (HEADS, "embq_heads", 16),  # the default, as in the reference
    ({**HEADS, "lqformer": {"num_heads": 8}}, "embq_heads", 8),
]


@pytest.mark.parametrize(("change", "name", "value"), UPGRADED)
def test_upgrade_of_a_field(change: dict[str, Any], name: str, value: Any) -> None:
    config = FlashSlothConfig(**upgrade_official({**RELEASED, **change}))
    assert attrgetter(name)(config) == value
    assert "checkpoints/" not in json.dumps(config.to_dict(), default=str)  # the path of the tower


def test_upgrade_of_other_sizes() -> None:
    flat = tiny.flat_config()
    config = FlashSlothConfig(**upgrade_official(flat))
    assert flat == tiny.flat_config()  # the argument is not changed
    upgraded, wanted = config.to_dict(), tiny.config().to_dict()
    assert {name for name in upgraded if upgraded[name] != wanted.get(name)} <= {
        "dtype",
        "architectures",
    }
    own = {"pooling_size": 2, "num_learnable_tokens": 4, "dot_token_id": 9, "system_prompt": "Hi."}
    other = FlashSlothConfig(**upgrade_official({**flat, **own}))
    assert (other.pooling_window, other.num_query_tokens) == (2, 4)
    assert (other.query_offset_token_id, other.system_prompt) == (9, "Hi.")
