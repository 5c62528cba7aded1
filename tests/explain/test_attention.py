"""The attention of an answer equals that of the plain modules and of formulas by hand. Computing it
changes nothing."""

from __future__ import annotations

import math
from itertools import repeat
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import flashsloth
import tiny
from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.errors import OptionError
from flashsloth.explain.attention import compute_attention
from flashsloth.explain.maps import Attention
from flashsloth.generation.engine import Engine
from flashsloth.processing.pictures import tower_pixels

QUESTION = "What is in the picture?"
EXACT = {"rtol": 1e-4, "atol": 1e-6}


def explained(model: FlashSloth, *pictures: Image.Image, question: str = QUESTION, **options: Any):
    chat = model.chat(*pictures, **options)
    answer = chat.ask(question, temperature=0, max_tokens=8)
    answer.text()
    return chat, answer, answer.explain()


def raw(model: FlashSloth, chat: flashsloth.Chat) -> Attention:
    """The attention of the last answer of a conversation, before it is placed on the pictures."""
    context = chat.context(len(chat.turns) - 1, chat.turns[-1].visible_images)
    ids = chat.backend.prompts.ids(chat, context, chat.turns[-1].question)  # type: ignore[attr-defined]
    pixels = [tower_pixels(image.image, model.config, hd=chat.hd) for image in chat.images]
    return compute_attention(model.engine, ids, chat.turns[-1].token_ids, chat.encoded, pixels)  # type: ignore[attr-defined]


def by_modules(model: Any, ids: list[int], pixels: torch.Tensor) -> dict[str, Any]:
    """The eager attention of every layer, and the inputs of EmbQ's attention and of the pooling."""
    model.set_attn_implementation("eager")
    seen: dict[str, Any] = {"layers": []}
    embq, pooling = model.model.language_model.embq, model.model.pooling
    hooks = [
        layer.self_attn.register_forward_hook(lambda _, __, out: seen["layers"].append(out[1][0]))
        for layer in model.language_model.layers
    ]
    hooks.append(embq.read_picture.register_forward_hook(lambda _, given, __: seen.update(embq=given)))
    hooks.append(pooling.register_forward_hook(lambda _, given, __: seen.update(features=given[0])))
    with torch.no_grad():
        model(input_ids=torch.tensor([ids]), pixel_values=pixels)
    for hook in hooks:
        hook.remove()
    return seen


def embq_by_hand(embq: Any, query: torch.Tensor, k: torch.Tensor) -> np.ndarray:
    H, E = embq.read_picture.heads, query.shape[-1]
    q = embq.read_picture.q_proj(query)[0].view(-1, H, E // H)
    scores = torch.einsum("nhd,hkd->nhk", q, k[0]) * (E // H) ** -0.5
    return scores.softmax(-1).mean((0, 1)).detach().numpy()


def sap_by_hand(pooling: Any, features: torch.Tensor, side: int, w: int) -> np.ndarray:
    scores = pooling.mlp(features)[0, :, 0].view(side, side).detach().numpy()
    weights = np.zeros((side, side), np.float32)
    for y in range(0, side, w):
        for x in range(0, side, w):
            part = np.exp(scores[y : y + w, x : x + w])
            weights[y : y + w, x : x + w] = part / part.sum()
    return weights


def test_it_equals_the_plain_modules() -> None:
    """In the decoder, EmbQ and SAP, at every token of the answer."""
    plain, config = tiny.model(), tiny.config()
    engine = Engine(tiny.model())
    prompt = flashsloth.open("nano", device="cpu", dtype="float32").prompt
    pixels = tower_pixels(draw(1), config, hd=False)
    ids = prompt.conversation(
        "", [(QUESTION, 1, None)], repeat([config.image_token_id] * config.visual_tokens(False))
    )
    answer = [40, 41, 42]
    found = compute_attention(engine, ids, answer, [engine.encode_image(pixels)], [pixels])
    seen = by_modules(plain, [*ids, *answer[:-1]], torch.from_numpy(pixels)[None])

    side, w = math.isqrt(config.patches_per_tile), config.pooling_window
    kept = sap_by_hand(plain.model.pooling, seen["features"], side, w)
    assert found.kept is not None
    np.testing.assert_allclose(found.kept, kept.ravel(), **EXACT)
    assert found.asked is not None
    by_hand = embq_by_hand(plain.model.language_model.embq, *seen["embq"][:2])
    np.testing.assert_allclose(found.asked, by_hand, **EXACT)

    layers = torch.stack(seen["layers"]).mean((0, 1)).numpy()  # (T, T)
    visual = [i for i, token in enumerate(ids) if token == config.image_token_id]
    for number, row in enumerate(range(len(ids) - 1, len(ids) + len(answer) - 1)):
        tokens = layers[row, visual].reshape(side // w, side // w)
        spread = tokens.repeat(w, 0).repeat(w, 1) * kept
        np.testing.assert_allclose(found.read[number], spread.ravel(), **EXACT)


@pytest.mark.parametrize("hd", [False, True])
@pytest.mark.parametrize("pictures", [1, 2])
def test_sums_over_pictures_and_tiles(sloth: FlashSloth, hd: bool, pictures: int) -> None:
    chat, answer, explanation = explained(sloth, *map(draw, range(pictures)), hd=hd)
    found = raw(sloth, chat)
    assert len(found.read) == len(answer.token_ids)
    assert found.asked is not None
    assert found.kept is not None
    tiles, windows = sloth.config.tiles if hd else 1, sloth.config.visual_tokens(False)
    assert found.asked.shape == (pictures * tiles * sloth.config.patches_per_tile,)
    assert found.asked.sum() == pytest.approx(1, abs=1e-5)
    kept = found.kept.reshape(pictures, tiles, -1).sum(2)
    assert kept == pytest.approx(np.full((pictures, tiles), windows), abs=1e-3)
    assert 0 < explanation.share < 1
    assert explanation.share == pytest.approx(found.read[0].sum(), abs=1e-5)


def test_the_conversation_stays_as_it_is(sloth: FlashSloth) -> None:
    chat, _, first = explained(sloth, draw(0))
    again = chat.explain()
    np.testing.assert_array_equal(first.looked[0], again.looked[0])
    other = sloth.chat(draw(0))
    for each in (chat, other):
        if each is other:
            each.ask(QUESTION, temperature=0, max_tokens=8).text()
        each.ask("And what color is it?", temperature=0, max_tokens=8).text()
    assert chat.turns == other.turns
    np.testing.assert_array_equal(chat.backend.state.ids, other.backend.state.ids)  # type: ignore[attr-defined]


def test_an_earlier_turn(nano: FlashSloth) -> None:
    """It is explained after later ones as before them, and the later one sees the whole
    conversation."""
    chat, first, before = explained(nano, draw(0))
    found = raw(nano, chat)
    assert len(found.read) == len(first.token_ids)
    assert before.held is None
    assert before.words == tuple(chat.turns[0].answer.split())  # a map for each
    assert len(before.by_word) == len(before.words)
    shown = found.read[0] / found.read[0].sum() * found.read[0].size
    np.testing.assert_allclose(before.looked[0].ravel(), shown, rtol=1e-3)
    later = chat.ask("And what color is it?", temperature=0, max_tokens=8)
    later.text()
    after = first.explain()
    np.testing.assert_allclose(after.looked[0], before.looked[0], **EXACT)
    assert (
        (after.question, after.answer)
        == (before.question, before.answer)
        == (QUESTION, chat.turns[0].answer)
    )
    alone = explained(nano, draw(0), question="And what color is it?")[2]
    assert abs(later.explain().looked[0] - alone.looked[0]).max() > 0.01


@pytest.mark.parametrize("options", [{"quant": "int4"}, {"dtype": "bfloat16"}, {"quant": "int8"}])
def test_other_weights_give_about_the_same_map(nano: FlashSloth, options: dict[str, str]) -> None:
    model = flashsloth.open("nano", device="cpu", **options)
    chat, answer, explanation = explained(model, draw(0))
    if options.get("quant") != "int4":
        difference = np.abs(explanation.looked[0] - explained(nano, draw(0))[2].looked[0])
        assert difference.mean() < 0.1
    found = raw(model, chat)
    assert found.asked is not None
    assert found.asked.sum() == pytest.approx(1, abs=1e-3)
    assert np.isfinite(explanation.looked[0]).all()
    assert len(found.read) == len(answer.token_ids)


def test_what_cannot_be_explained(nano: FlashSloth) -> None:
    chat = nano.chat(draw(0))
    with pytest.raises(OptionError, match="no turn to explain"):
        chat.explain()
    answer = chat.ask(QUESTION, max_tokens=4)
    with pytest.raises(OptionError, match="not in the conversation"):
        answer.explain()
    answer.text()
    with pytest.raises(OptionError, match="no turn 1"):
        chat.explain(1)
    chat.undo()
    with pytest.raises(OptionError, match="not in the conversation"):
        answer.explain()
    blind = nano.chat()
    told = blind.ask("What can you do?", max_tokens=4)
    told.text()
    with pytest.raises(OptionError, match="no picture"):
        told.explain()
    del blind
    with pytest.raises(OptionError, match="is gone"):
        told.explain()


def test_an_answer_with_choices(nano: FlashSloth) -> None:
    """The prompt before it is that of the same question without choices."""
    chat = nano.chat(draw(0))
    answer = chat.ask("Is there a circle?", choices=["yes", "no"])
    answer.text()
    np.testing.assert_allclose(
        answer.explain().looked[0],
        explained(nano, draw(0), question="Is there a circle?")[2].looked[0],
        **EXACT,
    )
