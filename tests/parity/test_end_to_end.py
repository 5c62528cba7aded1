"""From a picture's file and a question to logits over the whole vocabulary; test_engine.py goes on to
the answer."""

from __future__ import annotations

import pytest
import torch

from flashsloth.images.reader import load_image
from flashsloth.processing.pictures import tower_pixels
from generation.helpers import templated

from .reference import DATA, close, close_sampled, expand, golden, quick_first
from .test_generation import generate
from .test_tokenizer import message, parts


@pytest.mark.parametrize("name", quick_first("e2e", 0, 1))
def test_own_path(full, prompt, name: str) -> None:
    """Use load_image, tower_pixels and PromptEncoder."""
    case, config = golden(name), full.config
    hd, question = case.meta["hd"], case.meta["question"]
    assert parts(case.meta["prompt"], config) == (True, question)
    pixels = tower_pixels(load_image(DATA / case.meta["image"], reference=True), config, hd=hd)
    block = [config.image_token_id] * config.visual_tokens(hd)
    ids = prompt.conversation(config.system_prompt, [(question, 1, None)], [block])
    assert ids == expand(case.ids, config, config.visual_tokens(hd))
    assert len(ids) == case.meta["seq_len"]

    pictures = torch.from_numpy(pixels)[None]
    close_sampled(
        full(input_ids=torch.tensor([ids]), pixel_values=pictures).logits[0], case, case.tol()
    )


@pytest.mark.parametrize("name", quick_first("e2e", 0, 1))
def test_path_of_transformers(full, processor, name: str) -> None:
    """Use the processor's chat template and generate."""
    case = golden(name)
    image = load_image(DATA / case.meta["image"], reference=True)
    inputs = templated(processor, [[message(True, case.meta["question"], image)]], case.meta["hd"])
    assert inputs["input_ids"].shape == (1, case.meta["seq_len"])
    assert inputs["pixel_values"].shape == (
        (1, 5, 3, 384, 384) if case.meta["hd"] else (1, 3, 384, 384)
    )
    new, logits = generate(full, len(case.new_ids), **inputs)
    assert new[0].tolist() == case.new_ids
    close(logits[0][:, case["vocab_sample"]], case["step_logits_sampled"][0], case.tol(), "steps")
