"""Adapters: written by a run, applied to weights as they are read, merged, and refused if damaged."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import flashsloth
import tiny
from damages import changed, content, grown, tensors
from data.helpers import write_rows
from flashsloth import errors
from flashsloth.checkpoints import adapter, model_files, resolve, save
from flashsloth.data.data_files import open_rows
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.images.reader import read_image
from flashsloth.training import model_setup
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_plan import names_schemas
from generation.helpers import conversation, generate, hf, inputs
from replies import said

from .helpers import picture


@pytest.fixture
def learned(undisturbed: Callable[..., Path]) -> Path:
    """The adapter of three steps with a high rate. To be read only."""
    return undisturbed(max_steps=3, lr=1e-2, rank=4)


@pytest.fixture
def copied(learned: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(
        shutil.copytree(learned, tmp_path / "copied", ignore=shutil.ignore_patterns("checkpoints"))
    )


def by_peft(base: Path, out: Path) -> Any:
    """The model as PEFT opens it."""
    from peft import PeftModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        plain = FlashSlothForConditionalGeneration.from_pretrained(base, dtype=torch.float32)
        return PeftModel.from_pretrained(plain, out).eval()


def test_answers_are_those_of_peft(native_folder: Path, learned: Path, tmp_path: Path) -> None:
    image = picture(tmp_path / "one.png", 2)
    with_it = flashsloth.open(native_folder, adapter=learned, device="cpu", dtype="float32")
    assert with_it.loaded.adapter == str(learned)
    theirs = by_peft(native_folder, learned)
    given = inputs(with_it, [conversation("Which one is it?", read_image(image).image)])
    base = flashsloth.open(native_folder, device="cpu", dtype="float32")
    with torch.no_grad():
        one, two, plain = (model(**given).logits for model in (hf(with_it), theirs, hf(base)))
    torch.testing.assert_close(one, two, rtol=0, atol=1e-5 * float(two.abs().max()))
    assert float((one - plain).abs().max()) > 0.1
    answer = said(with_it.chat(image).ask("Which one is it?", max_tokens=12))
    assert [answer] == generate(with_it, given, 12) != [[]]


def test_the_adapter_names_its_base(native_folder: Path, learned: Path) -> None:
    opened = flashsloth.open(adapter=learned, device="cpu", dtype="float32")
    assert Path(opened.name) == native_folder.resolve()
    said = adapter.read(learned)
    assert (said.base, said.image_hd, said.scale) == (str(native_folder.resolve()), False, 2.0)
    assert len(said.low_rank) == 3 * 6
    assert len(said.full) == sum(
        "embq" in n or "pooling" in n or "projector" in n or "query" in n for n in tiny.tensors()
    )


def test_the_smallest_letters_are_those_of_the_base_alone(learned: Path, tmp_path: Path) -> None:
    """What was measured of a model does not hold for another one: with an adapter, merged, or trained
    further."""
    base = tiny.folder(tmp_path / "base")
    changed("config.json", readable_letters=9)(base)
    save.convert(resolve.find(base), tmp_path / "copy")
    save.convert(resolve.find(base), tmp_path / "merged", adapter=adapter.read(learned))
    opened = [flashsloth.open(base, device="cpu", adapter=each) for each in (None, learned)]
    opened += [flashsloth.open(tmp_path / name, device="cpu") for name in ("copy", "merged")]
    assert [each.config.picture_scale.readable for each in opened] == [9, None, 9, None]
    further = Recipe(data=("a.jsonl",), model=str(base), stage="all", method="full")
    trained = model_setup.build(model_setup.find_sources(further), further, torch.float32, hd=False)
    assert trained.config.readable_letters is None


@pytest.mark.parametrize("stored", ["float32", "float16"])
def test_merged(stored: str, learned: Path, tmp_path: Path) -> None:
    """The merged weights have the base's dtype."""
    kind, merged = getattr(torch, stored), tmp_path / "merged"
    base = tiny.folder(
        tmp_path / "base", change=lambda t: t.update({name: t[name].to(kind) for name in t})
    )
    trained = adapter.read(learned)
    save.convert(resolve.find(base), merged, adapter=trained)
    plain, written = (load_file(folder / "model.safetensors") for folder in (base, merged))
    assert {tensor.dtype for tensor in written.values()} == {kind}
    differing = {name for name, tensor in written.items() if not torch.equal(tensor, plain[name])}
    assert differing <= {*trained.low_rank, *trained.full}
    assert len(differing) > 30
    for dtype in (stored, "float32"):
        ways = {"adapter": learned}, {"model": merged}
        opened = (flashsloth.open(**{"model": base, **way}, device="cpu", dtype=dtype) for way in ways)
        one, two = (dict(each.loaded.model.named_parameters()) for each in opened)
        assert one.keys() == two.keys()
        for name in one:
            assert one[name].dtype == two[name].dtype
            assert torch.equal(one[name], two[name]), name


def test_int4(learned: Path, native_folder: Path, tmp_path: Path) -> None:
    """Weights are quantized after the adapter was applied, as in the merged model."""
    image = picture(tmp_path / "one.png", 2)
    merged = save.convert(
        resolve.find(native_folder), tmp_path / "merged", adapter=adapter.read(learned)
    )
    ways: list[dict[str, Any]]
    ways = [{"model": native_folder, "adapter": learned}, {"model": merged}, {"model": native_folder}]
    opened = [flashsloth.open(**how, device="cpu", quant="int4") for how in ways]
    with_it, whole, plain = (
        said(each.chat(image).ask("Which one is it?", max_tokens=12)) for each in opened
    )
    assert with_it == whole != plain


def test_five_tiles_are_recorded(
    short: Callable[..., Recipe], native_folder: Path, out: Path, tmp_path: Path
) -> None:
    """The base has one tile, the adapter was trained with five."""
    train(short(max_steps=1, hd=True))
    assert adapter.read(out).image_hd is True
    opened = flashsloth.open(adapter=out, device="cpu")
    answer = opened.chat(picture(tmp_path / "one.png")).ask("Which?", max_tokens=2)
    answer.text()
    assert (answer.stats.visual_tokens, answer.warnings) == (20, [])
    merged = save.convert(resolve.find(native_folder), tmp_path / "merged", adapter=adapter.read(out))
    assert model_files.read_config(merged).image_hd is True
    assert model_files.read_config(native_folder).image_hd is False


LINE = "Answer with JSON of this schema: {}"


@pytest.mark.parametrize(("named", "expected"), [(0, False), (4, False), (5, True), (9, True)])
def test_whether_most_questions_name_a_schema(named: int, expected: bool, tmp_path: Path) -> None:
    questions = [f"{number}\n{LINE}" if number < named else f"{number}" for number in range(9)]
    rows = open_rows(
        [write_rows(tmp_path / "t.jsonl", *({"question": q, "answer": "{}"} for q in questions))]
    )
    assert names_schemas(rows) is expected


def test_schemas_in_the_prompt_as_in_training(
    short: Callable[..., Recipe], native_folder: Path, learned: Path, out: Path, tmp_path: Path
) -> None:
    """Recorded in the adapter, and in config.json after a merge. An older adapter was not trained
    so."""
    rows = write_rows(
        tmp_path / "t.jsonl", *({"question": f"{n}\n{LINE}", "answer": "{}"} for n in range(4))
    )
    train(short(data=(str(rows),), max_steps=1))
    merged = tmp_path / "merged"
    save.convert(resolve.find(native_folder), merged, adapter=adapter.read(learned))

    def is_told(in_prompt: bool | None = None, **model: Path) -> bool:
        chat = flashsloth.open(**model, device="cpu").chat()
        return (
            "JSON of this schema"
            in chat.ask("q", schema="a boolean", schema_in_prompt=in_prompt).question
        )

    assert is_told(model=native_folder)
    assert is_told(adapter=out)
    assert not is_told(adapter=learned)
    assert not is_told(model=merged)
    assert is_told(True, model=merged)
    older = json.loads((out / adapter.OURS).read_text())
    del older["schema_in_prompt"]
    (out / adapter.OURS).write_text(json.dumps(older))
    assert not adapter.read(out).schema_in_prompt


def test_full_weights_record_it_too(short: Callable[..., Recipe], out: Path) -> None:
    train(short(method="full", max_steps=1))
    assert json.loads((out / "config.json").read_text())["schema_in_prompt"] is False


def test_nothing_is_pickled(learned: Path) -> None:
    """Except in checkpoints/, which the run alone reads."""
    files = [path for path in learned.rglob("*") if path.is_file() and "checkpoints" not in path.parts]
    assert {path.suffix for path in files} <= {".safetensors", ".json", ".jsonl", ".md", ".png"}
    assert len(files) >= 6
    pickles = (b"PK\x03\x04", *(b"\x80" + bytes([version]) for version in (2, 3, 4, 5)))
    assert [path for path in files if path.read_bytes().startswith(pickles)] == []


# Refused


def test_a_base_of_other_sizes(learned: Path, native_folder: Path, tmp_path: Path) -> None:
    for call in (
        lambda: flashsloth.open("nano", adapter=learned, device="cpu"),
        lambda: save.convert(resolve.find("nano"), tmp_path / "merged", adapter=adapter.read(learned)),
    ):
        with pytest.raises(errors.TensorMismatch) as refused:
            call()
        assert str(native_folder.resolve()) in str(refused.value)
    assert not (tmp_path / "merged").exists()


def test_a_quantized_base(learned: Path, native_folder: Path, tmp_path: Path) -> None:
    save.quantize(resolve.find(native_folder), tmp_path / "int8", "int8")
    with pytest.raises(errors.UnsupportedModel, match="is stored in int8") as refused:
        flashsloth.open(tmp_path / "int8", adapter=learned, device="cpu")
    assert "original model" in refused.value.hint
    with pytest.raises(errors.UnsupportedModel, match="quantized"):
        save.convert(
            resolve.find(tmp_path / "int8"), tmp_path / "merged", adapter=adapter.read(learned)
        )


def test_a_folder_of_another_kind(learned: Path, native_folder: Path, tmp_path: Path) -> None:
    """A whole model is no adapter, an adapter no model."""
    with pytest.raises(errors.UnsupportedModel, match="is a whole model") as refused:
        adapter.read(native_folder)
    assert f"-m {native_folder}" in refused.value.hint
    with pytest.raises(errors.UnsupportedModel) as refused:
        flashsloth.open(learned, device="cpu")
    assert f"--adapter {learned}" in refused.value.hint
    with pytest.raises(errors.UnsupportedModel, match=r"adapter_config\.json"):
        adapter.read(tmp_path)
    with pytest.raises(errors.UnknownModel, match=r"there is no folder .*missing"):
        adapter.read(tmp_path / "missing")


def test_names_of_a_state_dict_of_peft(copied: Path, learned: Path) -> None:
    """With the adapter's name in them, as `torch.save(model.state_dict())` writes them."""
    expected = dict(flashsloth.open(adapter=learned, device="cpu").loaded.model.named_parameters())
    for other in ("default", "my-adapter"):
        shutil.copyfile(learned / adapter.WEIGHTS, copied / adapter.WEIGHTS)
        tensors(lambda stored: named(stored, other), adapter.WEIGHTS)(copied)  # noqa: B023 - used at once
        model = flashsloth.open(adapter=copied, device="cpu").loaded.model
        assert all(torch.equal(weight, expected[name]) for name, weight in model.named_parameters())


def named(stored: dict[str, Tensor], other: str) -> None:
    """Put an adapter's name into the names of its tensors."""
    for name in list(stored):
        module, _, leaf = name.rpartition(".")
        kind = "" if ".lora_" in name else ".modules_to_save"
        stored[f"{module}{kind}.{other}.{leaf}"] = stored.pop(name)


def put(name: str, tensor: Tensor) -> Callable[[Path], object]:
    return tensors(lambda stored: stored.update({name: tensor}), adapter.WEIGHTS)


def without(*names: str) -> Callable[[Path], object]:
    return tensors(lambda stored: [stored.pop(name) for name in names], adapter.WEIGHTS)


A, B = (
    f"base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_{each}.weight"
    for each in "AB"
)
QUERIES = "base_model.model.model.query_tokens.weight"
DAMAGES: list[tuple[str, Callable[[Path], object], type[errors.FlashSlothError]]] = [
    ("no weights", content(adapter.WEIGHTS, None), errors.CheckpointDamaged),
    ("cut weights", grown(adapter.WEIGHTS, -50), errors.CheckpointDamaged),
    ("half a pair", tensors(lambda t: t.pop(A), adapter.WEIGHTS), errors.CheckpointDamaged),
    ("another kind", changed(adapter.CONFIG, peft_type="IA3"), errors.UnsupportedModel),
    ("dora", changed(adapter.CONFIG, use_dora=True), errors.UnsupportedModel),
    ("rslora", changed(adapter.CONFIG, use_rslora=True), errors.UnsupportedModel),
    ("ranks by layer", changed(adapter.CONFIG, rank_pattern={"q_proj": 8}), errors.UnsupportedModel),
    # PEFT opens these after a change of the base's weights, or uses them for a part of the prompt
    ("pissa", changed(adapter.CONFIG, init_lora_weights="pissa_niter_4"), errors.UnsupportedModel),
    ("olora", changed(adapter.CONFIG, init_lora_weights="OLoRA"), errors.UnsupportedModel),
    ("alora", changed(adapter.CONFIG, alora_invocation_tokens=[5, 6]), errors.UnsupportedModel),
    # alpha / r would not be the scale of the training
    ("a rank unlike the matrices'", changed(adapter.CONFIG, r=8), errors.FlashSlothError),
    ("no rank", changed(adapter.CONFIG, r=0), errors.CheckpointDamaged),
    ("a rank in words", changed(adapter.CONFIG, r="four"), errors.CheckpointDamaged),
    *(
        (f"alpha {a}", changed(adapter.CONFIG, lora_alpha=a), errors.CheckpointDamaged)
        for a in (None, float("nan"))
    ),
    ("no JSON", content(adapter.CONFIG, "{"), errors.CheckpointDamaged),
    ("own file no JSON", content(adapter.OURS, "{"), errors.CheckpointDamaged),
    ("base no text", changed(adapter.OURS, base=3), errors.InvalidConfiguration),
    ("tiles no truth value", changed(adapter.OURS, image_hd="yes"), errors.InvalidConfiguration),
    (
        "in the prompt no truth value",
        changed(adapter.OURS, schema_in_prompt=1),
        errors.InvalidConfiguration,
    ),
    ("NaN", put(A, torch.full((4, 32), float("nan"))), errors.NonFiniteWeights),
    ("infinity", put(QUERIES, torch.full((9, 32), float("inf"))), errors.NonFiniteWeights),
    ("another rank than its pair", put(B, torch.zeros(32, 5)), errors.TensorMismatch),
    ("other widths", put(A, torch.zeros(4, 31)), errors.TensorMismatch),
    ("three dimensions", put(A, torch.zeros(4, 32, 1)), errors.UnsupportedModel),
    ("a weight twice", put(A.replace(".lora_A", ""), torch.zeros(32, 32)), errors.TensorMismatch),
    (
        "two adapters",
        put(A.replace("lora_A", "lora_A.other"), torch.zeros(4, 32)),
        errors.TensorMismatch,
    ),
    ("no tensors", tensors(lambda t: t.clear(), adapter.WEIGHTS), errors.CheckpointDamaged),
    ("an empty tensor", put(QUERIES, torch.zeros(0, 32)), errors.CheckpointDamaged),
    ("no matrices of a layer", without(A, B), errors.TensorMismatch),
    ("a part in full is missing", without(QUERIES), errors.TensorMismatch),
    ("a foreign name", put("model.lm_head.weight", torch.zeros(3)), errors.UnsupportedModel),
    (
        "a weight that no model has",
        put("base_model.model.model.other.weight", torch.zeros(3)),
        errors.TensorMismatch,
    ),
]


@pytest.mark.parametrize(("damage", "error"), [pytest.param(*case[1:], id=case[0]) for case in DAMAGES])
def test_damaged(
    damage: Callable[[Path], object], error: type[errors.FlashSlothError], copied: Path
) -> None:
    damage(copied)
    with pytest.raises(error) as refused:
        flashsloth.open(adapter=copied, device="cpu")
    assert "\n" not in str(refused.value)
    assert refused.value.hint
    assert "copy the model again" not in refused.value.hint


SETTINGS: dict[str, dict[str, Any]] = {
    "names": {"target_modules": ["q_proj", "fc1"]},
    "a path": {"target_modules": ["language_model.layers.1.self_attn.q_proj", "v_proj"]},
    "an expression": {"target_modules": r".*\.layers\.\d+\.(?:self_attn\.q_proj|mlp\.fc1)"},
    "an expression with an ending": {"target_modules": r"^.*language_model\.layers.*q_proj$"},
    "all linears": {"target_modules": "all-linear"},
    "some layers": {"target_modules": ["q_proj", "fc2"], "layers_to_transform": [1, 2]},
    "one layer": {"target_modules": ["q_proj"], "layers_to_transform": 1},
    "layers by a pattern": {
        "target_modules": ["q_proj"],
        "layers_to_transform": [1],
        "layers_pattern": "language_model.layers",
    },
    "some left out": {"target_modules": ["q_proj", "fc1"], "exclude_modules": ["mlp.fc1"]},
    "some left out by an expression": {
        "target_modules": ["q_proj", "fc1"],
        "exclude_modules": r".*vision_tower.*",
    },
    "parts in full": {"target_modules": ["q_proj"], "modules_to_save": ["embq", "pooling"]},
    "any expression": {"target_modules": r".*\.(?=q_proj|v_proj)\w*"},
    "left out by any expression": {
        "target_modules": ["q_proj"],
        "exclude_modules": r"(?!.*layers\.1).*q_proj",
    },
}
UNCERTAIN = ("layers by a pattern", "any expression", "left out by any expression")


@pytest.mark.parametrize("name", SETTINGS)
def test_what_an_adapter_must_have(name: str, native_folder: Path, tmp_path: Path) -> None:
    """What PEFT saves is complete, whatever its settings. Without one of the weights that they name, in
    low rank or in full, it is refused."""
    from peft import LoraConfig, get_peft_model

    plain = FlashSlothForConditionalGeneration.from_pretrained(native_folder, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        get_peft_model(plain, LoraConfig(r=4, **SETTINGS[name])).save_pretrained(tmp_path)
    trained = adapter.read(tmp_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in tiny.tensors().items()}
    trained.check(shapes)
    if name in UNCERTAIN:
        trained.low_rank.clear()
        trained.check(shapes)
    kinds: tuple[dict[str, Any], ...] = (trained.low_rank, trained.full)
    for held in kinds:
        for weight in list(held):
            taken = held.pop(weight)
            with pytest.raises(errors.TensorMismatch, match=f"has nothing for {weight}, which"):
                trained.check(shapes)
            held[weight] = taken
    trained.check(shapes)


@pytest.mark.parametrize("key", ["target_modules", "exclude_modules", "modules_to_save"])
def test_an_expression_that_takes_minutes_is_not_evaluated(key: str, copied: Path) -> None:
    """PEFT would evaluate it."""
    expression = "(m|m|.)*" * 3 + "x"
    changed(adapter.CONFIG, **{key: expression})(copied)
    assert flashsloth.open(adapter=copied, device="cpu").loaded.adapter == str(copied)


def test_a_kind_that_peft_cannot_merge_either(copied: Path, native_folder: Path) -> None:
    """The hint must not tell users to merge it."""
    changed(adapter.CONFIG, alora_invocation_tokens=[5, 6], task_type="CAUSAL_LM")(copied)
    with pytest.raises(NotImplementedError, match="does not support merging"):
        by_peft(native_folder, copied).merge_and_unload()
    with pytest.raises(errors.UnsupportedModel) as refused:
        adapter.read(copied)
    assert "PEFT cannot merge" in refused.value.hint
