"""Folders of models with the decoders of other families."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import families
from flashsloth.checkpoints import loader, model_files, resolve
from flashsloth.errors import UnsupportedModel
from flashsloth.generation.engine import Engine
from flashsloth.utils.paths import NANO_FOLDER
from inference.test_families import config

CASES = [("qwen3", False), ("llama", True), ("gemma2", True), ("gpt2", True), ("opt", False), ("mixtral", False)]


def write(folder: Path, kind: str, tied: bool) -> resolve.ModelSource:
    model = families.model(kind, made_of=config(kind, {"tie_word_embeddings": tied}))
    model.save_pretrained(folder)
    model_files.read_processor(model.config, NANO_FOLDER).save_pretrained(folder)
    return resolve.ModelSource(kind, folder)


@pytest.mark.parametrize(("kind", "tied"), CASES)
def test_a_folder_opens(kind: str, tied: bool, tmp_path: Path) -> None:
    """With a head that is the embeddings, which is not stored, and with one of its own."""
    loaded = loader.load(write(tmp_path, kind, tied), device="cpu", dtype="float32")
    engine, ids = Engine(loaded.model, loaded.decoder), list(range(20, 60))
    assert (loaded.model.lm_head.weight is loaded.model.get_input_embeddings().weight) == tied
    model = families.model(kind, made_of=config(kind, {"tie_word_embeddings": tied}))
    expected = model(torch.tensor([ids])).logits.detach()
    found = engine.prefill(ids, engine.new_state())
    torch.testing.assert_close(found, expected[0, -1], rtol=0, atol=1e-5 * float(expected.abs().max()))


@pytest.mark.parametrize("kind", ["qwen3", "gemma2"])
def test_quantizing_is_refused(kind: str, tmp_path: Path) -> None:
    source = write(tmp_path, kind, False)
    with pytest.raises(UnsupportedModel, match=f"a {kind} model cannot be quantized") as error:
        loader.load(source, device="cpu", quant="int4")
    assert "--quant none" in error.value.hint
    assert loader.load(source, device="cpu", quant="auto").quant == "none"
