"""transformers' own interface: from_pretrained, save_pretrained and the Auto classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoModelForImageTextToText,
    AutoProcessor,
)

import flashsloth
import flashsloth.auto  # registers the Auto classes
import tiny
from flashsloth import FlashSlothForConditionalGeneration
from programs import run_python

ORDER = """
import sys
import transformers.models.auto.modeling_auto
from transformers import AutoConfig
before = list(sys.meta_path)
import flashsloth
flashsloth.FlashSlothForConditionalGeneration
assert sys.meta_path == before
try:
    AutoConfig.from_pretrained(sys.argv[1])
except ValueError as error:
    assert "flashsloth" in str(error)
else:
    raise SystemExit("importing flashsloth registered its classes")
import flashsloth.auto
assert type(AutoConfig.from_pretrained(sys.argv[1])) is flashsloth.FlashSlothConfig
"""


@pytest.mark.slow
def test_only_flashsloth_auto_registers_its_classes(native_folder: Path, tmp_path: Path) -> None:
    words = ("-W", "error::FutureWarning", "-c", ORDER, native_folder)
    run_python(*words, folder=tmp_path, HF_HUB_OFFLINE="1")


def said(processor: Any, model: Any, picture: Image.Image) -> list[int]:
    content = [{"type": "image", "image": picture}, {"type": "text", "text": "What do you see?"}]
    options = {
        "tokenize": True,
        "return_dict": True,
        "return_tensors": "pt",
        "add_generation_prompt": True,
    }
    given = processor.apply_chat_template([{"role": "user", "content": content}], **options)
    found: list[int] = model.generate(**given, do_sample=False, max_new_tokens=8)[
        0, given["input_ids"].shape[1] :
    ]
    return [int(token) for token in found if token != model.config.end_token_id]


def test_auto_classes(native_folder: Path, tmp_path: Path) -> None:
    config = AutoConfig.from_pretrained(native_folder)
    processor = AutoProcessor.from_pretrained(native_folder)
    model = AutoModelForImageTextToText.from_pretrained(native_folder).eval()
    assert type(config) is flashsloth.FlashSlothConfig
    assert type(processor) is flashsloth.FlashSlothProcessor
    assert type(model) is flashsloth.FlashSlothForConditionalGeneration
    assert type(AutoImageProcessor.from_pretrained(native_folder)) is type(processor.image_processor)
    assert type(AutoModel.from_config(config)) is flashsloth.FlashSlothModel
    picture = Image.new("RGB", (60, 40), "red")
    first = said(processor, model, picture)
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    again = AutoModelForImageTextToText.from_pretrained(tmp_path).eval()
    pairs = zip(model.state_dict().items(), again.state_dict().items(), strict=True)
    assert all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)
    assert said(AutoProcessor.from_pretrained(tmp_path), again, picture) == first
    opened = flashsloth.open(tmp_path, device="cpu", dtype="float32").chat(picture)
    streamed = opened.ask("What do you see?", max_tokens=8)
    streamed.text()
    assert streamed.token_ids == first


@pytest.mark.parametrize(("layout", "shards"), [("official", 1), ("official", 3), ("native", 3)])
def test_both_layouts_are_read_and_saved_as_native(tmp_path: Path, layout: str, shards: int) -> None:
    tiny.folder(tmp_path, layout, shards=shards)
    model, report = FlashSlothForConditionalGeneration.from_pretrained(
        tmp_path, output_loading_info=True
    )
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
