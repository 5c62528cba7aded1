"""transformers' own interface: from_pretrained, save_pretrained and the Auto classes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import tiny
from flashsloth import FlashSlothForConditionalGeneration

AUTO = """
from transformers import AutoProcessor, AutoModelForImageTextToText, AutoConfig, AutoImageProcessor, AutoModel
"""
ROUND_TRIP = """
import sys
from pathlib import Path
import torch
from PIL import Image

source, target = Path(sys.argv[1]), Path(sys.argv[2])
config = AutoConfig.from_pretrained(source)
processor = AutoProcessor.from_pretrained(source)
model = AutoModelForImageTextToText.from_pretrained(source).eval()
assert type(config) is flashsloth.FlashSlothConfig, type(config)
assert type(processor) is flashsloth.FlashSlothProcessor, type(processor)
assert type(model) is flashsloth.FlashSlothForConditionalGeneration, type(model)
assert type(AutoImageProcessor.from_pretrained(source)) is type(processor.image_processor)
assert type(AutoModel.from_config(config)) is flashsloth.FlashSlothModel

picture = Image.new("RGB", (60, 40), "red")
content = [{"type": "image", "image": picture}, {"type": "text", "text": "What do you see?"}]


def answer(processor, model):
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True,
    )
    return model.generate(**inputs, do_sample=False, max_new_tokens=8)[0, inputs["input_ids"].shape[1] :].tolist()


first = answer(processor, model)
model.save_pretrained(target)
processor.save_pretrained(target)
again = AutoModelForImageTextToText.from_pretrained(target).eval()
pairs = zip(model.state_dict().items(), again.state_dict().items(), strict=True)
assert all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)
assert answer(AutoProcessor.from_pretrained(target), again) == first
end = config.end_token_id
streamed = flashsloth.open(target, device="cpu", dtype="float32").chat(picture).ask("What do you see?", max_tokens=8)
streamed.text()
assert streamed.token_ids == (first[: first.index(end)] if end in first else first)
"""
ALONE = """
import sys
import transformers.models.auto.modeling_auto
before = list(sys.meta_path)
import flashsloth
flashsloth.FlashSlothForConditionalGeneration
assert sys.meta_path == before
"""
UNKNOWN = """
try:
    AutoConfig.from_pretrained(sys.argv[1])
except ValueError as error:
    assert "flashsloth" in str(error)
else:
    raise SystemExit("importing flashsloth registered its classes")
"""
PROGRAMS = {
    "flashsloth first": "import flashsloth.auto" + AUTO + ROUND_TRIP,
    "flashsloth alone, then registered": ALONE + AUTO + UNKNOWN + "import flashsloth.auto" + ROUND_TRIP,
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "flashsloth first" else [pytest.mark.slow]) for name in PROGRAMS]
)
def test_auto_classes(native_folder: Path, tmp_path: Path, name: str) -> None:
    """Each order of imports, in an interpreter of its own."""
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = "import gc; gc.disable()\n" + PROGRAMS[name]  # quicker imports
    words = ["-W", "error::FutureWarning", "-c", program, str(native_folder), str(tmp_path / "model")]
    done = subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-1500:]


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("layout", ["official", "native"])
def test_both_layouts_are_read_and_saved_as_native(tmp_path: Path, layout: str, shards: int) -> None:
    tiny.folder(tmp_path, layout, shards=shards)
    model, report = FlashSlothForConditionalGeneration.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(report.values()), report
    target, wanted = tmp_path / "target", tiny.tensors()
    model.save_pretrained(target, **({} if shards == 1 else {"max_shard_size": "200KB"}))
    config = json.loads((target / "config.json").read_text())
    assert config["model_type"] == "flashsloth"
    assert config["architectures"] == ["FlashSlothForConditionalGeneration"]
    assert (len(list(target.glob("*.safetensors"))) > 1) == (shards > 1)
    assert {name for path in target.glob("*.safetensors") for name in load_file(path)} == set(wanted)
    for each in (model, FlashSlothForConditionalGeneration.from_pretrained(target)):
        found = dict(each.named_parameters())
        assert set(found) == set(wanted)
        assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_embeddings_can_be_read_and_set(tiny_model) -> None:
    model = tiny.model()
    assert model.get_input_embeddings() is model.model.language_model.embed_tokens
    assert model.get_output_embeddings() is model.lm_head
    assert model.get_decoder() is model.language_model
    assert model.get_encoder("image") is model.model.vision_tower
    other = torch.nn.Embedding(tiny.VOCABULARY, 32)
    model.set_input_embeddings(other)
    assert model.model.get_input_embeddings() is other


def test_repeated_rows_keep_their_images_in_order(tiny_model: Any) -> None:
    """Beams and several answers repeat rows: here a row with two images and one with one."""
    place, word = tiny_model.config.image_token_id, 5
    tokens = tiny_model.config.visual_tokens(hd=False)
    rows = torch.tensor([[place] * (2 * tokens), [place] * tokens + [word] * tokens])
    pixels = torch.arange(3.0).view(3, 1, 1, 1).expand(3, 3, 48, 48)
    ids, kwargs = tiny_model._expand_inputs_for_generation(expand_size=2, input_ids=rows, pixel_values=pixels)
    assert torch.equal(ids, rows[[0, 0, 1, 1]])
    assert kwargs["pixel_values"][:, 0, 0, 0].tolist() == [0, 1, 0, 1, 2, 2]
    ids, kwargs = tiny_model._expand_inputs_for_generation(expand_size=1, input_ids=rows, pixel_values=pixels)
    assert torch.equal(kwargs["pixel_values"], pixels)
