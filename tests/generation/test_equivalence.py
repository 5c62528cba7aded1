"""The same answers from transformers' generate and TokenStream, in batches, without a cache and with
beams.

Greedy ids must be equal. The models are a tiny random one and nano, both in float32 on the CPU.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

import flashsloth
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.generation.engine import Engine
from flashsloth.hf.families import CACHE
from flashsloth.hf.modeling import count_positions
from generation.helpers import (
    QUESTIONS,
    TOKENS,
    conversation,
    counting,
    generate,
    hf,
    inputs,
    later,
    prompt,
    see,
)
from replies import said
from token_stream import TokenStream


def test_positions_are_counted_without_padding(tiny_sloth: FlashSloth) -> None:
    """A shift of all positions does not change rotary embeddings, but it shortens the context."""
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    assert count_positions(mask, 5).tolist() == [[0, 0, 0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 2, 2]]
    assert count_positions(mask, 2).tolist() == [[1, 2], [3, 4], [2, 2]]
    assert count_positions(None, 5) is None
    seen: list[Tensor] = []
    layer = hf(tiny_sloth).language_model.layers[0]
    batch = inputs(tiny_sloth, [conversation(QUESTIONS[0], None), conversation("Hi", None)])
    with layer.register_forward_pre_hook(
        lambda m, a, given: seen.append(given["position_ids"]), with_kwargs=True
    ):
        generate(tiny_sloth, batch, 3)
    lengths = batch["attention_mask"].sum(1)
    assert seen[0].amax(1).tolist() == (lengths - 1).tolist()
    assert seen[1].flatten().tolist() == lengths.tolist()


def test_picture_is_encoded_once(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """In generate, and in all turns of a chat."""
    calls: list[int] = []
    with ExitStack() as hooks:
        for model in (hf(sloth), sloth.loaded.model):
            embeddings = model.model.vision_tower.embeddings
            hooks.enter_context(
                embeddings.register_forward_hook(lambda module, args, output: calls.append(1))
            )
        generate(sloth, inputs(sloth, [conversation(QUESTIONS[0], pictures[0])]), 6)
        assert len(calls) == 1
        chat = sloth.chat(pictures[0])
        chat.prefill()
        for question in QUESTIONS:
            chat.ask(question, max_tokens=4).text()
        assert len(calls) == 2


def test_generate_continues_a_cache(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """The second turn reuses the cache of the first, with `image_features` instead of pixels."""
    model, encoder, end = hf(sloth), sloth.prompt, sloth.config.end_token_id
    batch = inputs(sloth, [conversation(QUESTIONS[0], pictures[1])])
    first = model.generate(
        **batch, do_sample=False, max_new_tokens=TOKENS, return_dict_in_generate=True
    )
    features = model.get_image_features(batch["pixel_values"].to(model.device)).last_hidden_state
    tokens = first.sequences[0].tolist()
    tokens = tokens[:-1] if tokens[-1] == end else tokens
    ids = torch.tensor([tokens + later(encoder, QUESTIONS[2])])
    cached = first[CACHE].get_seq_length()
    assert len(tokens) - 1 <= cached <= len(tokens)

    whole = generate(sloth, {"input_ids": ids, "pixel_values": batch["pixel_values"]})
    with counting(sloth) as computed:
        continued = generate(
            sloth, {"input_ids": ids}, **{CACHE: first[CACHE]}, image_features=features
        )
    assert continued == whole
    assert continued[0]
    assert computed[0] == ids.shape[1] - cached


def test_continued_cache_requires_image_features(
    sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Without `image_features` the second question would be answered without the picture."""
    model = hf(sloth)
    batch = inputs(sloth, [conversation(QUESTIONS[0], pictures[1])])
    first = model.generate(**batch, do_sample=False, max_new_tokens=2, return_dict_in_generate=True)
    more = later(sloth.prompt, QUESTIONS[2])
    ids = torch.tensor([first.sequences[0].tolist() + more])
    with pytest.raises(ValueError, match="image_features"):
        generate(sloth, {"input_ids": ids}, 4, **{CACHE: first[CACHE]})
    # a conversation without a picture needs none
    text = inputs(sloth, [conversation(QUESTIONS[0], None)])
    first = model.generate(**text, do_sample=False, max_new_tokens=2, return_dict_in_generate=True)
    ids = torch.tensor([first.sequences[0].tolist() + more])
    assert generate(sloth, {"input_ids": ids}, 4, **{CACHE: first[CACHE]}) == generate(
        sloth, {"input_ids": ids}, 4
    )


@pytest.mark.parametrize("options", [{"num_beams": 3}, {"num_beams": 2, "num_return_sequences": 2}])
def test_beams(tiny_sloth: FlashSloth, pictures: list[Image.Image], options: dict[str, int]) -> None:
    """Repeated rows keep their pictures."""
    batch = inputs(
        tiny_sloth, [conversation(QUESTIONS[1], pictures[0]), conversation(QUESTIONS[2], pictures[1])]
    )
    both = generate(tiny_sloth, batch, 8, **options)
    assert both == generate(tiny_sloth, batch, 8, use_cache=False, **options)
    count = options.get("num_return_sequences", 1)
    for row, (question, image) in enumerate([(QUESTIONS[1], pictures[0]), (QUESTIONS[2], pictures[1])]):
        alone = generate(tiny_sloth, inputs(tiny_sloth, [conversation(question, image)]), 8, **options)
        assert both[row * count : (row + 1) * count] == alone


@pytest.mark.fresh
def test_placeholders_are_never_generated(pictures: list[Image.Image], native_folder: Any) -> None:
    """Not even if `<image>` and `<learnable>` have the highest logits: the next turn could not be
    parsed."""
    sloth = flashsloth.open(native_folder, device="cpu", dtype="float32")
    model, config = sloth.loaded.model, sloth.config
    control = [config.image_token_id, config.query_token_id]
    model.lm_head.bias[control] = 1e3
    chat = sloth.chat(pictures[0])
    first = said(chat.ask(QUESTIONS[0], max_tokens=8))
    sampled = said(chat.ask(QUESTIONS[2], max_tokens=8, temperature=2.0, seed=0))
    assert not set(control) & {*first, *sampled}
    batch = inputs(sloth, [conversation(QUESTIONS[0], pictures[0])])
    assert generate(sloth, batch, 8) == [first] != [[]]


def test_answer_ends_with_the_context(tiny_sloth: FlashSloth) -> None:
    """The answer has as many tokens as the context has positions left."""
    engine = Engine(tiny.model())
    engine.model.lm_head.bias.data[tiny_sloth.config.end_token_id] = -100.0
    limit = engine.context_length
    for left in (1, 2, 5):
        ids = [5 + i % 90 for i in range(limit - left)]
        state = engine.new_state()
        run = TokenStream(engine, state, ids)
        assert len(list(run)) == left
        assert run.reason == "context"
        assert len(state.ids) < limit
        short = TokenStream(engine, engine.new_state(), ids, max_tokens=left)
        assert len(list(short)) == left
        assert short.reason in ("length", "context")
    state = engine.new_state()
    with pytest.raises(flashsloth.ContextTooLong, match=str(limit)):
        engine.prefill([5] * limit, state, None)
    assert state.ids == []


def test_engine_computes_no_gradients(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    picture = see(tiny_sloth, pictures[0])
    engine = Engine(tiny.model())
    ids = prompt(tiny_sloth, QUESTIONS[0], picture.visual_tokens)
    state = engine.new_state()
    assert not engine.prefill(ids, state, picture).requires_grad
    assert not engine.decode(5, state).requires_grad


def test_another_picture_with_the_same_ids(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """Nothing after the system text is reused for another picture, although the ids are equal."""
    seen = [see(sloth, image) for image in pictures[:2]]
    ids = prompt(sloth, QUESTIONS[0], seen[0].visual_tokens)
    engine, state = sloth.engine, sloth.engine.new_state()
    engine.prefill(ids, state, seen[0])
    assert engine.reusable_prefix_length(ids, state, seen[0]) > 0
    length_of_system_text = ids.index(sloth.config.image_token_id)
    assert engine.reusable_prefix_length(ids, state, seen[1]) == length_of_system_text
    again = engine.prefill(ids, state, seen[1])
    fresh = engine.prefill(ids, engine.new_state(), seen[1])
    torch.testing.assert_close(again, fresh, rtol=0, atol=1e-5)
    assert state.ids == ids
