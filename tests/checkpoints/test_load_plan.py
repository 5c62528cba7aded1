"""Device and preset of a model when nobody chose, on machines that are stubbed; the peak memory of
opening."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import tiny
from flashsloth import devices
from flashsloth.benchmark import random_weights
from flashsloth.checkpoints import hub, load_plan, model_files, resolve
from flashsloth.checkpoints.hub.download import RemoteFile
from flashsloth.errors import OutOfMemory
from flashsloth.quantization import card_products, cpu, torch_products
from flashsloth.quantization.presets import PRESETS
from flashsloth.sizes.families import cached_values
from flashsloth.utils.paths import NANO_FOLDER
from programs import run_python

GB = 10**9
CUDA, CPU = torch.device("cuda:0"), torch.device("cpu")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Free and total gigabytes by device type, of a machine with a CUDA device."""
    gigabytes = {"cuda": 8.0, "cpu": 16.0}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 9))
    monkeypatch.setattr(torch_products, "has_int4", lambda device: True)
    monkeypatch.setattr(card_products, "problem", lambda _: "they need Triton")
    for name in ("free_memory", "total_memory"):
        monkeypatch.setattr(devices, name, lambda device: int(gigabytes[device.type] * GB))
    return gigabytes


def plan(folder: Path, device: str = "auto", quant: str | None = None) -> load_plan.LoadPlan:
    return load_plan.make_plan(resolve.find(folder), device=device, quant=quant)


NEEDED = {"none": 7 * GB, "int8": 4 * GB, "int4": 3 * GB, "nf4": 3 * GB}


@pytest.mark.parametrize(
    ("device", "free", "more", "expected"),
    [
        ("cpu", 100 * GB, {}, "int4"),
        ("cpu", 100 * GB, {"elements": 10_000_000}, "none"),
        # models of transformers: by the decoder alone
        ("cpu", 100 * GB, {"decoder": 10_000_000}, "int8"),
        ("cpu", 100 * GB, {"decoder": 1_000_000_000}, "int4"),
        ("cpu", 8 * GB, {"decoder": 10_000_000, "kind": "other"}, "none"),
        ("cuda", 7 * GB, {"decoder": 10_000_000}, "none"),
        # without fast kernels int4 is far slower than 16 bit, so it is only for models that do not fit
        # otherwise
        ("cpu", 8 * GB, {"kind": "other"}, "none"),
        ("cpu", 6 * GB, {"kind": "other"}, "int4"),
        ("cuda", 7 * GB, {}, "none"),
        ("cuda", 7 * GB - 1, {}, "nf4"),  # int8 is slower than 16 bit there
        ("cuda", 7 * GB, {"problem": ""}, "none"),
        ("cuda", 4 * GB, {"problem": ""}, "int8"),
        ("cuda", 3 * GB, {"problem": ""}, "int4"),
        ("mps", 7 * GB, {}, "none"),
        ("mps", 5 * GB, {}, "int8"),
        ("mps", 3 * GB, {}, "int4"),
    ],
)
def test_auto_preset(
    monkeypatch: pytest.MonkeyPatch, device: str, free: int, more: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr(devices, "free_memory", lambda _: free)
    monkeypatch.setattr(cpu, "cpu_kind", lambda: more.get("kind", "avx2"))
    monkeypatch.setattr(card_products, "problem", lambda _: more.get("problem", "they need Triton"))
    model: Any = SimpleNamespace(
        device=torch.device(device),
        sized_elements=more.get("decoder", more.get("elements", 3_196_000_000)),
        config=SimpleNamespace(is_flashsloth="decoder" not in more),
        required_bytes=lambda preset: NEEDED[preset.name],
    )
    assert load_plan.auto_preset(model) is PRESETS[expected]


@pytest.mark.parametrize("quant", [None, "int4", "none"])
def test_a_model_that_does_not_fit_the_card_runs_on_the_cpu(
    native_folder: Path, memory: dict[str, float], quant: str | None
) -> None:
    assert plan(native_folder, quant=quant).device == CUDA
    memory["cuda"] = 0.1
    found = plan(native_folder, quant=quant)
    assert found.device == CPU
    assert len(found.notes) == 1
    assert "cuda:0 has 0.1 GB free" in found.notes[0]
    found.check_memory()
    memory["cpu"] = 0.01
    with pytest.raises(OutOfMemory, match="cuda:0"):  # where nothing fits the card is named
        plan(native_folder, quant=quant).check_memory()


def test_a_device_that_was_asked_for_is_kept(native_folder: Path, memory: dict[str, float]) -> None:
    memory["cuda"] = 0.1
    found = plan(native_folder, device="cuda")
    assert (found.device, found.notes) == (CUDA, ())
    with pytest.raises(OutOfMemory):
        found.check_memory()


def test_a_model_is_quantized_where_it_does_not_fit_the_card(
    memory: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = plan(NANO_FOLDER, "cuda", "none").required_bytes(PRESETS["none"])
    for free, preset in ((needed, "none"), (needed - 1, "nf4")):
        monkeypatch.setattr(devices, "free_memory", lambda device, free=free: free)
        assert plan(NANO_FOLDER, "cuda").preset.name == preset


@pytest.mark.parametrize("has_kernel", [True, False])
def test_int4_without_a_kernel(
    memory: dict[str, float], monkeypatch: pytest.MonkeyPatch, has_kernel: bool
) -> None:
    """Cards before capability 8.0 have none."""
    monkeypatch.setattr(torch_products, "has_int4", lambda device: has_kernel)
    found = plan(NANO_FOLDER, "cuda", "int4")
    assert (found.preset.name, bool(found.notes)) == (("int4", False) if has_kernel else ("nf4", True))
    assert plan(NANO_FOLDER, "cpu", "int4").preset.name == "int4"


@pytest.mark.parametrize(("problem", "preset"), [("they need Triton", "nf4"), ("", "int4")])
def test_a_name_means_what_the_device_runs(
    memory: dict[str, float], monkeypatch: pytest.MonkeyPatch, problem: str, preset: str
) -> None:
    """Also where the model does not fit the card."""
    monkeypatch.setattr(card_products, "problem", lambda _: problem)
    assert plan(NANO_FOLDER, quant="4bit").preset.name == preset
    memory["cuda"] = 0.01
    found = plan(NANO_FOLDER, quant="4bit")
    assert (found.device, found.preset.name) == (CPU, "int4")


def test_what_a_prompt_dequantizes_is_planned(
    memory: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice nano's larger product, 1,344 x 192 in 16 bit: for what is captured, and for what is not."""
    found = plan(NANO_FOLDER, "cuda", "int4")
    without = found.required_bytes(found.preset), found.required_bytes(PRESETS["none"])
    monkeypatch.setattr(card_products, "problem", lambda _: "")
    assert found.required_bytes(found.preset) == without[0] + 2 * 1344 * 192 * 2
    assert found.required_bytes(PRESETS["none"]) == without[1]


def test_the_cache_of_a_long_chat_fits_the_card(memory: dict[str, float]) -> None:
    """It is copied when it grows to all 2,048 positions, so that both halves are there for a moment."""
    config, none = random_weights.make_config({}), PRESETS["none"]
    card, cpu = (replace(plan(NANO_FOLDER, device), config=config) for device in ("cuda", "cpu"))
    values = 1024 * cached_values(config.text_config)
    beside = card.required_bytes(none) - card.weight_bytes(none)
    assert beside == 3 * values * 2 + devices.WORKING_SPACE + load_plan.CUDA_SPACE
    assert (
        cpu.required_bytes(none)
        == int(cpu.weight_bytes(none) * 1.03) + values * 4 + devices.WORKING_SPACE
    )


def test_a_download_that_fits_nowhere_is_refused(memory: dict[str, float]) -> None:
    """It fits if the card or the processor has room for int4."""
    file = RemoteFile("model.safetensors", int(6.4 * GB), cached=False)
    download = hub.Download(hub.RepoId("who/what"), "0" * 40, (file,))
    for cuda, host in ((6.0, 2.0), (0.5, 2.5)):
        memory.update(cuda=cuda, cpu=host)
        resolve.check_fits(download)
    memory.update(cuda=1.0, cpu=1.5)
    with pytest.raises(OutOfMemory):
        resolve.check_fits(download)


OPEN = """
import json, sys
import torch
from accelerate import init_empty_weights
from flashsloth.benchmark.measurement import PeakMemory
from flashsloth.checkpoints import loader, model_files, resolve

source = resolve.find(sys.argv[1])
model_files.build_empty(model_files.read_config(source.folder))
memory = PeakMemory(torch.device("cpu"))  # after all imports
loaded = loader.load(source, device="cpu", dtype="float16")
print(json.dumps([sum(p.nbytes for p in loaded.model.parameters()), memory.peak()]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is measured on Linux")
def test_opening_takes_the_size_of_the_weights(tmp_path: Path) -> None:
    """The peak memory is the size of the tensors."""
    sizes = {
        "text_config": {**tiny.IDS, "num_hidden_layers": 1},
        "vision_config": {"num_hidden_layers": 2},
    }
    own = {name: value for name, value in tiny.OWN.items() if name.endswith("_token_id")}
    config = random_weights.make_config({**sizes, "embq_layer": 0, **own})
    config.save_pretrained(tmp_path)
    infos = random_weights.infos(model_files.build_empty(config), "F16")
    tiny.write_weights(tmp_path, dict(random_weights.random_tensors(infos, torch.float16)), shards=2)
    keep_nothing_freed = {"MALLOC_MMAP_THRESHOLD_": "1000000"}
    size, peak = json.loads(run_python("-c", OPEN, tmp_path, **keep_nothing_freed))
    assert 2e8 < size <= peak < size + 3e7  # the tokenizer, and modules that are imported late
