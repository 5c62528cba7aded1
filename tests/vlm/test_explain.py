"""The map of where a model of transformers looked: it is the attention that transformers computes, and
lies on the part of the picture that the visual tokens were made of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import get_optimal_tiled_canvas

from flashsloth.chat import FlashSloth
from flashsloth.errors import UnsupportedModel
from flashsloth.explain.attention import compute_attention
from flashsloth.processing.resizing import Layout
from flashsloth.server.protocol import EXPLAIN_PATH
from server.helpers import serving, user
from vlm.reference import TALL, WIDE, Reference, picture
from vlm.stand_ins import STAND_INS

SHAPES = [(96, 70), (33, 118), (300, 40), (64, 64), (20, 20), (150, 149), (61, 250)]
SLOW = pytest.mark.slow
TILED = ["smolvlm-256m", pytest.param("internvl-1b", marks=SLOW)]
OTHERS = ("lighton-ocr", "llava", "deepseek-vl", "qwen3-vl-2b", "qwen2.5-vl", "paddleocr")
MAPPED = [*TILED, *(pytest.param(name, marks=SLOW) for name in OTHERS)]


def layout(opened: FlashSloth, image: Image.Image) -> Layout:
    prepared = opened.pictures.prepare(image, hd=opened.config.image_hd)
    return opened.pictures.layout(image.size, prepared)


@pytest.mark.parametrize("name", MAPPED)
def test_it_equals_transformers(name: str, folder: Path, opened: FlashSloth) -> None:
    """Before the first token and before the third, the mean of heads and layers."""
    reference = Reference(STAND_INS[name], folder)
    inputs = reference.inputs("", [("What is shown?", [WIDE, TALL])])
    answer = [5, 6, 7]
    found = reference.model
    found.set_attn_implementation({"text_config": "eager"})
    ids = inputs.input_ids[0].tolist()
    longer = dict(inputs) | {
        "input_ids": torch.cat((inputs.input_ids, torch.tensor([answer[:-1]])), 1),
        "attention_mask": torch.ones(1, len(ids) + 2, dtype=torch.int64),
    }
    longer.pop("token_type_ids", None)
    if "mm_token_type_ids" in inputs:
        longer["mm_token_type_ids"] = torch.nn.functional.pad(inputs.mm_token_type_ids, (0, 2))
    with torch.no_grad():
        layers = found(**longer, output_attentions=True).attentions
    whole = torch.stack(layers).mean((0, 2))[0]
    visual = [at for at, token in enumerate(ids) if token == opened.config.image_token_id]
    pixels = [opened.pictures.prepare(each, hd=opened.config.image_hd) for each in (WIDE, TALL)]
    images = [opened.engine.encode_image(each) for each in pixels]
    mine = compute_attention(opened.engine, ids, answer, images, pixels)
    assert mine.read.shape == (3, len(visual))
    np.testing.assert_allclose(mine.read, whole[len(ids) - 1 :, visual].numpy(), rtol=1e-4, atol=1e-6)
    assert mine.asked is mine.kept is mine.held is None


@pytest.mark.parametrize("name", MAPPED)
def test_the_layout_has_each_visual_token_once(opened: FlashSloth) -> None:
    for shape in SHAPES:
        image = picture(*shape, 1)
        found = layout(opened, image)
        prepared = opened.pictures.prepare(image, hd=opened.config.image_hd)
        tokens = [*opened.pictures.block(prepared)].count(opened.config.image_token_id)
        assert tokens == len(found.boxes) * found.tile[0] * found.tile[1]
        processor = opened.pictures.processor.image_processor  # type: ignore[attr-defined]
        cut = None
        if hasattr(processor, "do_image_splitting"):
            _, down, across = processor.get_number_of_image_patches(*reversed(shape), {})
            cut = max(down, 1), max(across, 1)
        elif hasattr(processor, "crop_to_patches"):
            side = opened.config.image_side
            across, down = get_optimal_tiled_canvas(
                (shape[1], shape[0]), (side, side), processor.min_patches, processor.max_patches
            )
            cut = down, across
        if cut is not None:
            assert (found.cells[0] // found.tile[0], found.cells[1] // found.tile[1]) == cut


@pytest.mark.parametrize("name", TILED)
def test_tiles_lie_where_they_were_made(opened: FlashSloth) -> None:
    """A change in a corner of the picture changes the visual tokens of the tile in that corner, and of
    the whole picture, and of no other tile."""
    changed = WIDE.copy()
    changed.paste((255, 0, 0), (80, 58, 96, 70))
    found = layout(opened, WIDE)
    before, after = (
        opened.engine.encode_image(opened.pictures.prepare(each, hd=True)).tokens
        for each in (WIDE, changed)
    )
    differs = (before != after).any(-1).view(len(found.boxes), -1).any(-1).tolist()
    contain = [box[2] > 80 / 96 and box[3] > 58 / 70 for box in found.boxes]
    assert differs == contain
    assert sum(contain) < len(contain)


@pytest.mark.parametrize("name", ["deepseek-vl"])
@pytest.mark.slow
def test_padding_lies_outside(opened: FlashSloth) -> None:
    ((left, top, right, bottom),) = layout(opened, TALL).boxes
    assert (top, bottom) == (0, 1)
    assert left < 0
    assert right > 1


@pytest.mark.parametrize("name", ["smolvlm-256m"])
def test_an_answer_of_two_pictures(opened: FlashSloth) -> None:
    """In Python and from a server: a map of each picture, with the rows and columns of its tiles."""
    chat = opened.chat(WIDE, TALL)
    answer = chat.ask("What is shown?", temperature=0, max_tokens=3)
    answer.text()
    found = answer.explain()
    assert [each.shape for each in found.looked] == [
        layout(opened, each).cells for each in (WIDE, TALL)
    ]
    assert found.looked[0].shape != found.looked[1].shape
    assert found.stood_out is found.kept is None
    assert 0 < found.share < 1
    assert found.on_padding == pytest.approx(0, abs=1e-5)
    assert found.picture(tokens=True, pooling=True).width > 300
    with serving(lambda: opened) as running:
        messages = [user("What is shown?", WIDE, TALL)]
        status, _, text = running.request("POST", EXPLAIN_PATH, {"messages": messages})
        served = json.loads(text)
    assert status == 200
    for each, looked in zip(served["pictures"], found.looked, strict=True):
        assert each["stood_out"] is None
        np.testing.assert_allclose(each["looked"], looked, atol=2e-3)


@pytest.mark.parametrize("name", ["llava-ov", "granite-vision"])
@pytest.mark.slow
def test_rows_without_padding_are_refused(opened: FlashSloth) -> None:
    chat = opened.chat(WIDE)
    answer = chat.ask("What is shown?", max_tokens=2)
    answer.text()
    with pytest.raises(UnsupportedModel):
        answer.explain()
