"""Every recording is used by a test, and the ids chosen for the small vocabulary are unused."""

from __future__ import annotations

from pathlib import Path

from flashsloth.model.key_mapping import native_name

from .reference import DATA, IMAGE_ID, QUERY_ID, SMALL_IDS, build, golden, names, weights

USED = {
    "sap": "test_parts",
    "embq": "test_parts",
    "vision": "test_parts",
    "prefill": "test_prefill",
    "multiturn": "test_prefill",
    "hd": "test_prefill",
    "batch": "test_prefill",
    "textonly": "test_prefill",
    "generate": "test_generation",
    "e2e": "test_end_to_end",
    "train": "test_training",
    "plain": "test_training",
}


def test_every_recording_belongs_to_a_family_that_is_tested() -> None:
    stored = {p.stem.removeprefix("golden_") for p in DATA.glob("*.npz")}
    covered = {name for family in USED for name in names(family)}
    assert stored == covered
    assert len(stored) == 31
    for family, module in USED.items():
        assert f'names("{family}")' in source(module) or f'quick_first("{family}"' in source(module)
    assert {p.name for p in DATA.glob("golden_*.json")} == {"golden_images.json", "golden_tokenizer.json"}
    assert "golden_images.json" in source("test_images")
    assert "golden_tokenizer.json" in source("test_tokenizer")


def source(module: str) -> str:
    return (Path(__file__).parent / f"{module}.py").read_text()


def test_every_recorded_array_is_read() -> None:
    """Each array's name occurs in the tests, some as an f-string."""
    tests = "".join(source(m) for m in {*USED.values(), "test_generation", "reference"})
    filled_in = {
        "logits_row0": 'f"logits_row{number}"',
        "logits_row1": 'f"logits_row{number}"',
        **{
            f"{prefix}{key}": f'f"{{prefix}}{key}"'
            for prefix in ("", "zero_image_")
            for key in ("logits_sampled", "last_logits", "logits_lse", "logits_argmax")
        },
    }
    recorded = {key for family in USED for name in names(family) for key in golden(name).arrays}
    unread = {key for key in recorded if filled_in.get(key, f'"{key}"') not in tests}
    assert unread == set()


def test_ids_of_the_small_vocabulary_are_free() -> None:
    taken: set[int] = set()
    for family in USED:
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
