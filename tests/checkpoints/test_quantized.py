"""Models in 4 and 8 bits, as users open them: their answers, saving them, and copies in the cache."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from safetensors.torch import load_file

import flashsloth
import tiny
from damages import BIAS, changed, grown
from damages import tensors as changed_tensors
from flashsloth.benchmark.measurement import weight_bytes
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import (
    adapter,
    importance,
    load_plan,
    loader,
    model_files,
    packed_builder,
    resolve,
    save,
)
from flashsloth.checkpoints.folder import checksums
from flashsloth.checkpoints.packed_builder import iter_saved_tensors
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import Sample
from flashsloth.errors import OptionError, OutOfMemory, UnsupportedModel
from flashsloth.quantization import presets, torch_products
from flashsloth.utils import system
from flashsloth.utils.paths import COPIED_FROM
from paths import ROOT
from replies import said

pytestmark = pytest.mark.fresh

CASES = list(open_rows([ROOT / "examples" / "images" / "questions.jsonl"]))[::2]
PICTURE = CASES[0].image
MARGIN = 0.2  # logits; 4-bit rounding and the number of threads change the best two by less
STORED = ["int4", "int8"]
DIALOGUE = [
    "What is in the picture?",
    "Which colors can you see?",
    "How many things are there? Digits only.",
]


def is_correct(sloth: FlashSloth, case: Sample) -> bool:
    """Return whether the answer to the first question is correct."""
    assert case.image is not None
    return sloth.chat(case.image).ask(case.turns[0].question).text() == case.turns[0].answer


def dialogue(sloth: FlashSloth) -> list[list[int]]:
    """Return the ids of three answers in one conversation."""
    chat = sloth.chat(PICTURE)
    return [said(chat.ask(question, max_tokens=24)) for question in DIALOGUE]


def least_margin(sloth: FlashSloth, case: Sample, patched: pytest.MonkeyPatch) -> float:
    """Return the smallest difference of the best two logits in an answer; 0 if it is wrong."""
    margins, sayable = [], sloth.engine.mask_placeholders

    def measured(logits: torch.Tensor) -> torch.Tensor:
        said = sayable(logits)
        first, second = said.flatten().topk(2).values.tolist()
        margins.append(first - second)
        return said

    with patched.context() as here:
        here.setattr(sloth.engine, "mask_placeholders", measured)
        return min(margins) if is_correct(sloth, case) else 0.0


@pytest.fixture(scope="module")
def correct(nano: FlashSloth) -> list[Sample]:
    """Example questions that the model answers correctly in 32 bit, without a close choice of any
    token."""
    patched = pytest.MonkeyPatch()
    found = [case for case in CASES if least_margin(nano, case, patched) > MARGIN]
    assert len(found) >= 12
    return found


@pytest.fixture(scope="module", params=STORED)
def quantized_nano(request: pytest.FixtureRequest) -> FlashSloth:
    """Nano in each preset."""
    return flashsloth.open("nano", device="cpu", quant=request.param)


@pytest.fixture(scope="module")
def saved_folder(quantized_nano: FlashSloth, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `quantize` writes. Read-only."""
    folder = tmp_path_factory.mktemp("saved") / "folder"
    return save.quantize(resolve.find("nano"), folder, quantized_nano.loaded.quant)


@pytest.mark.slow
def test_correct_answers_stay_correct(quantized_nano: FlashSloth, correct: list[Sample]) -> None:
    assert [case for case in correct if not is_correct(quantized_nano, case)] == []


def test_saved_model_gives_the_same_answers(
    quantized_nano: FlashSloth, saved_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dialogue(quantized_nano)
    monkeypatch.setattr(
        packed_builder, "quantize_linear", lambda *_, **__: pytest.fail("quantized again")
    )
    again = flashsloth.open(saved_folder, device="cpu")
    assert again.loaded.quant == quantized_nano.loaded.quant
    assert again.loaded.dtype == quantized_nano.loaded.dtype
    assert dialogue(again) == before


def test_memory_of_weights_is_as_planned(quantized_nano: FlashSloth, nano: FlashSloth) -> None:
    loaded = quantized_nano.loaded
    preset = presets.PRESETS[loaded.quant]
    said = load_plan.make_plan(nano.loaded.source, device="cpu", quant=preset.name).weight_bytes(preset)
    taken = weight_bytes([loaded.model, loaded.decoder]) - loaded.decoder.rotary.table.nbytes
    assert taken == pytest.approx(said, rel=0.0005)


def test_saved_folder_is_smaller_and_plain_safetensors(
    saved_folder: Path, quantized_nano: FlashSloth, nano: FlashSloth
) -> None:
    config = json.loads((saved_folder / "config.json").read_text())
    method = importance.METHOD if quantized_nano.loaded.quant == "int4" else {}
    assert config["quantization_config"] == {
        "quant_method": "flashsloth",
        "preset": quantized_nano.loaded.quant,
        **method,
    }
    tensors = load_file(saved_folder / "model.safetensors")
    assert sum(t.nbytes for t in tensors.values()) < 0.72 * weight_bytes([nano.loaded.model])
    assert {t.dtype for t in tensors.values()} & {torch.int8, torch.uint8}
    assert sorted(p.name for p in saved_folder.iterdir() if p.suffix in (".bin", ".pt")) == []
    with pytest.raises(ValueError, match=r"flashsloth\.open"):  # transformers does not read it
        flashsloth.FlashSlothForConditionalGeneration.from_pretrained(saved_folder)


def test_tower_of_a_saved_int4_model(
    int4_folder: Path, nano: FlashSloth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored and held in 8 bits, also where the processor has no product for them."""
    name = "model.vision_tower.encoder.layers.0.mlp.fc1"
    tensors = load_file(int4_folder / "model.safetensors")
    codes, scales = tensors[f"{name}.weight"], tensors[f"{name}.scales"]
    exact = nano.loaded.model.get_parameter(f"{name}.weight")
    assert (codes.dtype, codes.shape) == (torch.int8, exact.shape)
    assert (codes.float() * scales.float()[:, None] - exact).norm() < 0.01 * exact.norm()
    monkeypatch.setattr(torch_products, "has_int8_linear", lambda: False)
    opened = flashsloth.open(int4_folder, device="cpu")
    assert torch.equal(opened.loaded.model.get_submodule(name).tensors()["weight"], codes)
    assert opened.chat(PICTURE).ask(DIALOGUE[0]).text()
    plan = load_plan.make_plan(resolve.find("nano"), device="cpu", quant="int4")
    save.write_quantized(plan, *plan.build(), tmp_path / "again")
    again = load_file(tmp_path / "again" / "model.safetensors")
    assert again.keys() == tensors.keys()
    assert all(torch.equal(again[key], tensors[key]) for key in tensors)


def test_what_only_transformers_does_is_refused(quantized_nano: FlashSloth) -> None:
    with pytest.raises(OptionError, match="which transformers does not compute") as refused:
        quantized_nano.loaded.as_transformers()
    assert 'quant="none"' in str(refused.value.hint)


def test_save_pretrained_unpacks_weights(nano: FlashSloth, tmp_path: Path) -> None:
    nano.loaded.as_transformers().save_pretrained(tmp_path)
    saved = load_file(tmp_path / "model.safetensors")
    assert saved.keys() == dict(nano.loaded.model.named_parameters()).keys()
    for name, weight in nano.loaded.model.named_parameters():
        assert torch.equal(saved[name], weight)
    assert sum(t.nbytes for t in saved.values()) == sum(
        p.nbytes for p in nano.loaded.model.parameters()
    )


# Opening a quantized folder


def test_other_preset_than_the_stored_one(int4_folder: Path) -> None:
    for quant in ("none", "8bit"):
        with pytest.raises(UnsupportedModel, match="stored in int4"):
            flashsloth.open(int4_folder, device="cpu", quant=quant)
    for options in ({"quant": "4bit"}, {"quant": "auto"}, {"dtype": "bfloat16"}):
        assert flashsloth.open(int4_folder, device="cpu", **options).loaded.quant == "int4"


def test_quantize_refuses_what_is_not_stored(native_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be stored in nf4") as refused:
        save.quantize(resolve.find(native_folder), tmp_path / "copy", "nf4")
    assert refused.value.hint == "Use int4 or int8."
    assert not (tmp_path / "copy").exists()


def test_a_quantization_that_is_null_is_none(tmp_path: Path) -> None:
    changed("config.json", quantization_config=None)(tiny.folder(tmp_path))
    assert flashsloth.open(tmp_path, device="cpu").loaded.quant == "none"
    converted = save.convert(resolve.find(tmp_path), tmp_path / "converted")
    assert model_files.stored_preset(converted) is None


def test_either_layout_can_be_quantized(tmp_path: Path) -> None:
    """Uses a larger tiny model, with shapes that the kernels support."""
    sizes = {"hidden_size": 64, "intermediate_size": 128}
    weights = {n: w.detach() for n, w in tiny.model(config=tiny.config(text=sizes)).named_parameters()}
    answers = []
    for layout, part in (("official", ""), ("native", "text_config/")):
        folder = tiny.folder(tmp_path / layout, layout, change=lambda tensors: tensors.update(weights))
        changed("config.json", **{f"{part}{name}": size for name, size in sizes.items()})(folder)
        made = save.quantize(resolve.find(folder), tmp_path / f"{layout} in int4", "int4")
        assert not load_plan.make_plan(resolve.find(made), device="cpu").unquantized()
        answers.append(
            said(flashsloth.open(made, device="cpu").chat(PICTURE).ask("What?", max_tokens=12))
        )
    assert answers[0] == answers[1] != []


def test_shards(native_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save, "SHARD", 40_000)
    made = save.quantize(resolve.find(native_folder), tmp_path / "made", "int8")
    assert len(list(made.glob("*.safetensors"))) > 2
    assert flashsloth.open(made, device="cpu").loaded.quant == "int8"


# Copies in the user's cache


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Makes the tiny model large enough for a copy; returns the folder of the copies."""
    monkeypatch.setattr(loader, "LARGE", 10**3)
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path))
    return tmp_path / "cache" / "quantized"


def copied(folder: Path, quant: str = "int8", **options: Any) -> loader.LoadedModel:
    return loader.load(resolve.find(folder), device="cpu", quant=quant, cache=True, **options)


def test_no_copy_without_cache_or_of_small_models(
    large: Path, native_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load(resolve.find(native_folder), device="cpu", quant="int8")
    copied(native_folder, "auto")
    monkeypatch.setattr(loader, "LARGE", 10**9)
    copied(native_folder)
    assert not large.exists()


def test_a_copy_of_another_version_is_made_again(large: Path, native_folder: Path) -> None:
    """In the same folder, with a note that says why."""
    copied(native_folder, "int4")
    (copy,) = large.iterdir()
    stamp = json.loads((copy / COPIED_FROM).read_text())
    (copy / COPIED_FROM).write_text(json.dumps(stamp | {"format": loader.CACHE_FORMAT - 1}))
    notes: list[str] = []
    copied(native_folder, "int4", on_note=notes.append)
    assert "another version" in notes[0]
    assert [*large.iterdir()] == [copy]
    assert json.loads((copy / COPIED_FROM).read_text()) == stamp
    again: list[str] = []
    copied(native_folder, "int4", on_note=again.append)
    assert not again


FULL = Mock(side_effect=OSError(28, "No space left on device"))


@pytest.mark.parametrize(
    ("what", "happens"),
    [
        ("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000})),
        ("safetensors.torch.save_file", FULL),
    ],
    ids=["before", "while it is written"],
)
def test_full_disk_stores_no_copy(
    large: Path, native_folder: Path, monkeypatch: pytest.MonkeyPatch, what: str, happens: Any
) -> None:
    monkeypatch.setattr(what, happens)
    assert copied(native_folder).notes == ()
    assert list(large.glob("*")) == []


def test_one_copy_for_each_model_and_preset(large: Path, native_folder: Path, tmp_path: Path) -> None:
    """A changed model replaces its copy; another model never uses it."""
    folder = Path(shutil.copytree(native_folder, tmp_path / "model"))
    for quant in ("int4", "int8"):
        assert copied(folder, quant).notes
    assert len(list(large.iterdir())) == 2
    changed_tensors(lambda stored: stored[BIAS].add_(1))(folder)
    first = copied(folder)
    assert first.notes
    again = copied(folder)
    assert (again.notes, again.source) == ((), first.source)
    assert torch.equal(again.decoder.head.bias, first.decoder.head.bias)
    changed("config.json", **{"text_config/rope_parameters/rope_theta": 5e5})(folder)
    assert copied(folder).notes
    assert len(list(large.iterdir())) == 2


def test_damaged_copy_is_replaced(large: Path, native_folder: Path) -> None:
    copied(native_folder)
    [copy] = large.iterdir()
    for damage in (grown("model.safetensors", -50), changed("config.json", quantization_config=[1])):
        damage(copy)
        said: list[str] = []
        again = copied(native_folder, on_note=said.append)
        assert again.quant == "int8"
        assert "the quantized copy is damaged and was removed" in said[0]
        assert "stored" in again.notes[0]
        assert copied(native_folder).notes == ()


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files"), MemoryError(), RuntimeError("a bug")], ids=repr
)
def test_good_copy_that_cannot_be_opened_stays(
    large: Path, native_folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    copied(native_folder)
    [copy] = large.iterdir()
    files = {path.name: path.read_bytes() for path in copy.iterdir()}
    opens = Path.open

    def fails(self: Path, *args: Any, **options: Any) -> Any:
        if self.parent == copy and self.suffix == ".safetensors":
            raise error
        return opens(self, *args, **options)

    said: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", fails)
        # so that none is stored
        patched.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000}))
        if isinstance(error, RuntimeError):
            with pytest.raises(RuntimeError):
                copied(native_folder)
        else:
            assert copied(native_folder, on_note=said.append).quant == "int8"
            _, reason = said[0].split("cannot be used: ")
            assert (str(error) or type(error).__name__) in reason
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == files
    assert copied(native_folder).notes == ()


def test_a_copy_keeps_the_adapters_configuration(
    large: Path, native_folder: Path, tmp_path: Path
) -> None:
    """Its config.json is that of the base."""
    trained = tiny.adapter(tmp_path / "adapter", str(native_folder), {BIAS: torch.ones(1024)})
    changed(adapter.OURS, image_hd=True)(trained)
    first = copied(native_folder, adapter=adapter.read(trained))
    again = copied(native_folder, adapter=adapter.read(trained))
    assert (len(first.notes), again.notes) == (1, ())
    assert again.model.config == first.model.config
    assert again.model.config.image_hd is True


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Counts how often all bytes of a copy are compared."""
    counted = Mock(side_effect=checksums)
    monkeypatch.setattr(loader, "checksums", counted)
    return counted


def test_one_wrong_byte_in_a_copy(large: Path, native_folder: Path, compared: Mock) -> None:
    """In any of its files, at any place, also with the time and the size that the file had."""
    first = copied(native_folder)
    [copy] = large.iterdir()
    weights = dict(iter_saved_tensors(first.model, first.decoder))
    files = {file.name: file.stat().st_size for file in copy.iterdir()}
    places = [(name, at) for name, size in files.items() for at in (0, size // 2, size - 1)]
    for name, at in [*places, ("model.safetensors", files["model.safetensors"] // 3)]:
        data = bytearray((copy / name).read_bytes())
        data[at] ^= 1
        status = (copy / name).stat()
        (copy / name).write_bytes(data)
        os.utime(copy / name, ns=(status.st_atime_ns, status.st_mtime_ns))
        said: list[str] = []
        again = copied(native_folder, on_note=said.append)
        assert dict(iter_saved_tensors(again.model, again.decoder)).keys() == weights.keys()
        for name_of, tensor in iter_saved_tensors(again.model, again.decoder):
            assert torch.equal(tensor, weights[name_of]), (name, at)
        assert again.notes == first.notes, (name, at)
        # a byte of the stamp makes it the copy of another model
        if name != COPIED_FROM:
            assert re.match("the quantized copy is damaged and was removed", said[0]), (name, at)
    compared.reset_mock()
    assert [copied(native_folder).notes for _ in range(3)] == [()] * 3
    assert compared.call_count == 1


def touch(file: Path) -> None:
    os.utime(file)


def replace_by_a_copy(file: Path) -> None:
    shutil.copy(file, file.with_name("other"))
    file.with_name("other").replace(file)


@pytest.mark.parametrize("change", [touch, replace_by_a_copy])
def test_an_intact_copy_with_other_times_is_used(
    change: Callable[[Path], None], large: Path, native_folder: Path, compared: Mock
) -> None:
    """Its bytes are compared once for each change, and that is noted for this user alone."""
    copied(native_folder)
    for _ in range(2):
        [copy] = large.iterdir()
        change(copy / "model.safetensors")
        compared.reset_mock()
        said: list[str] = []
        assert [copied(native_folder, on_note=said.append).notes for _ in range(3)] == [()] * 3
        assert said == []
        assert compared.call_count == 1
    assert system.WINDOWS or (copy / "bytes.checked").stat().st_mode & 0o777 == 0o600


def test_a_copy_that_was_restored_is_used(large: Path, native_folder: Path, tmp_path: Path) -> None:
    copied(native_folder)
    shutil.move(large, tmp_path / "backup")
    shutil.copytree(tmp_path / "backup", large)
    said: list[str] = []
    assert copied(native_folder, on_note=said.append).notes == ()
    assert said == []


def test_a_copy_that_cannot_be_noted_is_used(
    large: Path, native_folder: Path, compared: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder that may only be read. Then the bytes are compared at each start."""
    copied(native_folder)
    monkeypatch.setattr("flashsloth.utils.cache_folder.atomic_write", FULL)
    compared.reset_mock()
    assert [copied(native_folder).notes for _ in range(2)] == [()] * 2
    assert compared.call_count == 2


def test_out_of_memory_suggests_a_preset_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    source = resolve.find("nano")
    plan = load_plan.make_plan(source, device="cpu", quant="none")
    needs = {name: plan.required_bytes(preset) for name, preset in presets.PRESETS.items()}
    assert needs["none"] > needs["int8"] > needs["int4"]
    for free, hint in (
        (needs["none"] - 1, "--quant int8"),
        (needs["int8"] - 1, "--quant int4"),
        (1000, "Nothing smaller fits."),
    ):
        monkeypatch.setattr("flashsloth.devices.free_memory", lambda device, free=free: free)
        with pytest.raises(OutOfMemory) as caught:
            loader.load(source, device="cpu", quant="none")
        assert hint in caught.value.hint
        assert "nano needs" in str(caught.value)
