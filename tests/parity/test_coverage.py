"""Every recording is there, and the ids chosen for the small vocabulary are unused."""

from __future__ import annotations

from flashsloth.model.key_mapping import native_name

from .reference import DATA, IMAGE_ID, QUERY_ID, SMALL_IDS, build, golden, names, weights

FAMILIES = (
    *("sap", "embq", "vision", "prefill", "multiturn", "hd", "batch", "textonly"),
    *("generate", "e2e", "train", "plain"),
)


def test_every_recording_is_there() -> None:
    stored = {p.stem.removeprefix("golden_") for p in DATA.glob("*.npz")}
    assert stored == {name for family in FAMILIES for name in names(family)}
    assert len(stored) == 31
    assert {p.name for p in DATA.glob("golden_*.json")} == {"golden_images.json", "golden_tokenizer.json"}


def test_ids_of_the_small_vocabulary_are_free() -> None:
    taken: set[int] = set()
    for family in FAMILIES:
        for name in names(family):
            case = golden(name)
            if case.meta["config"] == "small":
                for key in {"input_ids", "new_ids", "generate_rows"} & set(case.arrays):
                    taken |= set(case[key].flatten().tolist())
    ours = {SMALL_IDS[k] for k in ("learnable_token_id", "image_token_id", "eos_token_id")}
    assert len(ours) == 3
    assert not ours & taken
    assert {t for t in taken if not 0 <= t < 1024} == {IMAGE_ID, QUERY_ID, 50256}


def test_every_tensor_of_the_reference_has_a_place_and_every_place_a_tensor() -> None:
    model = build("small")
    assert {native_name(name) for name in weights("small")} == {name for name, _ in model.named_parameters()}
    assert set(weights("small")) == set(weights("full"))


def test_sizes_are_those_of_the_configuration() -> None:
    config = build("full").config
    assert config.vision_config.num_hidden_layers == 2
    assert config.vision_config.layer_norm_eps == 1e-6
    assert config.embq_layer_norm_eps == config.text_config.layer_norm_eps == 1e-5
    assert (config.embq_layer, config.embq_width, config.embq_heads) == (7, 576, 6)
    assert (config.num_query_tokens, config.pooling_window, config.query_offset_token_id) == (9, 3, 764)
    assert config.visual_tokens(hd=False) == 81
    assert config.visual_tokens(hd=True) == 405
