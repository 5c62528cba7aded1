"""Folders of models with the decoders of each family."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import families
import tiny
from flashsloth.checkpoints import adapter, loader, model_files, resolve, save
from flashsloth.generation.engine import Engine
from flashsloth.inference.decoder import Decoder
from flashsloth.quantization.linear import is_quantized
from flashsloth.quantization.presets import STORED
from flashsloth.sizes.families import OWN_FORWARD
from flashsloth.utils.paths import NANO_FOLDER
from inference.test_families import config

pytestmark = pytest.mark.fresh

CASES = [("qwen3", False), ("llama", True), ("gemma2", True), ("gpt_neox", False)]


def write(folder: Path, kind: str, text: dict[str, Any]) -> resolve.ModelSource:
    model = families.model(kind, made_of=config(kind, text))
    model.save_pretrained(folder)
    model_files.read_processor(model.config, NANO_FOLDER).save_pretrained(folder)
    return resolve.ModelSource(kind, folder)


@pytest.mark.parametrize(("kind", "tied"), CASES)
def test_a_folder_opens(kind: str, tied: bool, tmp_path: Path) -> None:
    """With a head that is the embeddings, which is not stored, and with one of its own."""
    loaded = loader.load(
        write(tmp_path, kind, {"tie_word_embeddings": tied}), device="cpu", dtype="float32"
    )
    engine, ids = Engine(loaded.model, loaded.decoder), list(range(20, 60))
    assert (loaded.model.lm_head.weight is loaded.model.get_input_embeddings().weight) == tied
    model = families.model(kind, made_of=config(kind, {"tie_word_embeddings": tied}))
    expected = model(torch.tensor([ids])).logits.detach()
    found = engine.prefill(ids, engine.new_state())
    torch.testing.assert_close(found, expected[0, -1], rtol=0, atol=1e-5 * float(expected.abs().max()))


QUANTIZED = {
    "qwen2": ("qwen2", {}),
    "qwen3": ("qwen3", {"tie_word_embeddings": True}),
    "llama": ("llama", {"attention_bias": True, "mlp_bias": True}),
    "mistral": ("mistral", {}),
    "smollm3": ("smollm3", {"tie_word_embeddings": True}),
    "llama whose widths fit no kernel": ("llama", {"intermediate_size": 72}),
    **{kind: (kind, {"tie_word_embeddings": False}) for kind in OWN_FORWARD},
    "gemma2, tied": ("gemma2", {"tie_word_embeddings": True}),
}


def prefilled(loaded: loader.LoadedModel) -> torch.Tensor:
    """Return the logits of several prompts: how one of them is rounded is chance, its error 1 to 5%
    with any kernel."""
    engine = Engine(loaded.model, loaded.decoder)
    return torch.stack(
        [engine.prefill(list(range(n, n + 40)), engine.new_state()) for n in range(20, 100, 10)]
    )


def with_weights_of(quantized: Decoder, plain: loader.LoadedModel, preset: str) -> loader.LoadedModel:
    """Give an unquantized model the rounded weights, after comparing them with its own."""
    linears = {name: x for name, x in quantized.named_modules() if is_quantized(x)}
    assert len(linears) >= 8  # two of each layer
    assert "head" in linears
    plain.decoder.head = copy.deepcopy(plain.decoder.head)  # not the embeddings
    for name, linear in linears.items():
        own, none = plain.decoder.get_submodule(name), torch.zeros(1, linear.in_features)
        bias = linear(none)
        torch.testing.assert_close(bias, own(none), rtol=0, atol=1e-6)
        weight = (linear(torch.eye(linear.in_features)) - bias).T
        error = (weight - own.weight).norm() / own.weight.norm()
        assert 0 < error < (0.12 if preset == "int4" else 0.015), name
        own.weight.data.copy_(weight)
    return plain


# a family differs by its linears, which one preset shows for the others
USUAL = ("qwen3", "llama", "gemma2, tied")
PRESETS = [
    (case, preset) for case in QUANTIZED for preset in STORED if preset == "int4" or case in USUAL
]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "preset"), PRESETS)
def test_quantizing(case: str, preset: str, tmp_path: Path) -> None:
    """The logits are those of the same model with rounded weights, before it is stored and after."""
    kind, text = QUANTIZED[case]
    source = write(tmp_path / "model", kind, text)
    loaded = loader.load(source, device="cpu", dtype="float32", quant=preset)
    expected = prefilled(loaded)
    plain = with_weights_of(
        loaded.decoder, loader.load(source, device="cpu", dtype="float32", quant="none"), preset
    )
    error = (expected - prefilled(plain)).norm() / expected.norm()
    assert error < 0.03
    save.quantize(source, tmp_path / "copy", preset)
    again = loader.load(resolve.ModelSource("copy", tmp_path / "copy"), device="cpu", dtype="float32")
    assert again.quant == preset
    torch.testing.assert_close(
        prefilled(again), expected, rtol=0, atol=1e-5 * float(expected.abs().max())
    )


@pytest.mark.parametrize("preset", ["none", "int8"])
def test_an_adapter_is_merged_while_weights_are_read(preset: str, tmp_path: Path) -> None:
    """Into parts of joined linears: the logits are those of a model whose weights were changed
    before."""
    source = write(tmp_path / "model", "qwen3", {})
    changed, learned = families.model("qwen3", made_of=config("qwen3", {})), {}
    for name in (
        "model.language_model.layers.1.self_attn.k_proj",
        "model.language_model.layers.2.mlp.up_proj",
    ):
        weight = changed.get_parameter(f"{name}.weight")
        a, b = torch.randn(2, weight.shape[1]), 0.25 * torch.randn(len(weight), 2)
        learned |= {f"{name}.lora_A.weight": a, f"{name}.lora_B.weight": b}
        weight.data += 2 * (b @ a)
    folder = tiny.adapter(tmp_path / "adapter", "qwen3", learned, rank=2)
    changed.save_pretrained(tmp_path / "changed")
    model_files.read_processor(changed.config, NANO_FOLDER).save_pretrained(tmp_path / "changed")
    options: dict[str, Any] = {"device": "cpu", "dtype": "float32", "quant": preset}
    found = prefilled(loader.load(source, adapter=adapter.read(folder), **options))
    expected = prefilled(loader.load(resolve.ModelSource("changed", tmp_path / "changed"), **options))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * float(expected.abs().max()))
    assert not torch.allclose(found, prefilled(loader.load(source, **options)), atol=0.1)


def test_a_stored_head_that_is_tied_is_left_out(tmp_path: Path) -> None:
    source = write(tmp_path, "llama", {"tie_word_embeddings": True})
    stored = load_file(tmp_path / "model.safetensors")
    words = stored["model.language_model.embed_tokens.weight"]
    save_file(
        {**stored, "lm_head.weight": words.clone()}, tmp_path / "model.safetensors", {"format": "pt"}
    )
    loaded = loader.load(source, device="cpu", dtype="float32")
    assert torch.equal(loaded.model.lm_head.weight, words)
