"""Every recording is there, and every tensor of the reference has a place."""

from __future__ import annotations

from flashsloth.model.key_mapping import native_name

from .reference import DATA, build, names, weights

FAMILIES = (
    *("sap", "embq", "vision", "prefill", "multiturn", "hd", "batch", "textonly"),
    *("generate", "e2e", "train", "plain"),
)


def test_every_recording_is_there() -> None:
    stored = {p.stem.removeprefix("golden_") for p in DATA.glob("*.npz")}
    assert stored == {name for family in FAMILIES for name in names(family)}
    assert len(stored) == 31
    assert {p.name for p in DATA.glob("golden_*.json")} == {
        "golden_images.json",
        "golden_tokenizer.json",
    }


def test_every_tensor_of_the_reference_has_a_place_and_every_place_a_tensor() -> None:
    model = build("small")
    assert {native_name(name) for name in weights("small")} == {
        name for name, _ in model.named_parameters()
    }
    assert set(weights("small")) == set(weights("full"))
