"""Models of transformers in the engine compute what transformers computes: ids, visual tokens, logits
and answers, for each stand-in."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.errors import ImageError
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.engine import Engine
from flashsloth.images.reader import read_image
from flashsloth.quantization.linear import is_quantized
from flashsloth.utils.yield_point import yielding_to
from messages import record
from server.helpers import serving, user
from vlm.reference import CONVERSATIONS, STEPS, TALL, WIDE, Reference, encoded, picture
from vlm.stand_ins import STAND_INS

QUICK = ("smolvlm-256m", "lighton-ocr")
MODELS = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STAND_INS]
GREEDY = AnswerSettings(max_tokens=STEPS)
ASKED = "What is shown?"

pytestmark = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module")
def opened(stand_in_folder: Callable[[str], Path]) -> Callable[..., FlashSloth]:
    """`opened("smolvlm")` opens a stand-in in float32, `opened("smolvlm", "int8")` with a preset."""
    return functools.cache(
        lambda name, quant="none": flashsloth.open(
            stand_in_folder(name), device="cpu", dtype="float32", quant=quant
        )
    )


@pytest.fixture(scope="module")
def reference(stand_in_folder: Callable[[str], Path]) -> Callable[[str], Reference]:
    return functools.cache(lambda name: Reference(STAND_INS[name], stand_in_folder(name)))


def images_of(model: FlashSloth, prepared: Sequence[Any]) -> list[Any]:
    return [model.engine.encode_image(each) for each in prepared]


@torch.inference_mode()
def greedy(model: FlashSloth, ids: Sequence[int], images: Any, state: Any = None, past: int = 0) -> Any:
    """Return greedy ids and their logits."""
    engine = model.engine
    state = engine.new_state() if state is None else state
    logits = [engine.prefill(ids, state, images, past)]
    found = []
    while True:
        found.append(int(engine.mask_placeholders(logits[-1]).argmax()))
        if len(found) == STEPS:
            return found, torch.stack(logits)
        logits.append(engine.decode(found[-1], state))


def assert_close(ours: Tensor, theirs: Tensor, most: float = 2e-6) -> None:
    assert float((ours - theirs).abs().max()) <= most * float(theirs.abs().max())


def distance(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize("which", CONVERSATIONS)
def test_ids(name: str, which: str, opened: Any, reference: Any) -> None:
    conversation = CONVERSATIONS[which]
    theirs = reference(name)
    ids, _ = encoded(opened(name), *conversation)
    assert ids == theirs.ids(*conversation)
    if "typed" not in which:
        assert ids == theirs.inputs(*conversation).input_ids[0].tolist()


@pytest.mark.parametrize("size", [(1, 1), (9, 400), (57, 56), (56, 57), (300, 20), (640, 480)])
def test_pictures_of_any_size(name: str, size: tuple[int, int], opened: Any, reference: Any) -> None:
    asked = [(ASKED, [picture(*size, 3)])]
    ids, [prepared] = encoded(opened(name), "", asked)
    theirs = reference(name).inputs("", asked)
    assert ids == theirs.input_ids[0].tolist()
    assert_close(torch.as_tensor(prepared["pixel_values"]), theirs.pixel_values, 0)


def test_picture_of_a_line(name: str, opened: Any) -> None:
    """It is read or refused. Some image processors scale its width to nothing."""
    try:
        prepared = opened(name).pictures.prepare(picture(1, 3000, 3), hd=False)
    except ImageError as error:
        record(error)
    else:
        assert prepared.block


@pytest.mark.parametrize(
    "which", ["one picture", "two pictures", "words alone", "pictures in both turns"]
)
def test_logits_and_answers(name: str, which: str, opened: Any, reference: Any) -> None:
    model = opened(name)
    theirs = reference(name)
    wanted, scores = theirs.generate(theirs.inputs(*CONVERSATIONS[which]))
    ids, prepared = encoded(model, *CONVERSATIONS[which])
    found, logits = greedy(model, ids, images_of(model, prepared))
    assert found == wanted
    assert_close(logits, scores)


def test_blocks_of_the_tower_are_yield_points(name: str, opened: Any) -> None:
    model = opened(name)
    _, prepared = encoded(model, "", [(ASKED, [WIDE])])
    calls: list[int] = []
    with yielding_to(lambda: calls.append(1)):
        images_of(model, prepared)
    blocks = len(model.engine.model.tower_blocks()[1])
    assert len(calls) >= blocks
    assert len(calls) % blocks == 0  # several where tiles are computed one after another


def test_pictures_matter(name: str, opened: Any) -> None:
    """Answers of the other tests would also be equal if both left the pictures out."""
    model = opened(name)
    answers = []
    for shown in (WIDE, picture(96, 70, 5)):
        ids, prepared = encoded(model, "", [(ASKED, [shown])])
        answers.append(greedy(model, ids, images_of(model, prepared))[1][0])
    assert distance(*answers) > 0.05


def test_one_tile(name: str, opened: Any, reference: Any) -> None:
    """Families with tiles read a picture as one; the others have no such option."""
    model = opened(name)
    whole = model.config.family.whole
    usual, one = (model.pictures.prepare(WIDE, hd=hd) for hd in (model.config.image_hd, False))
    if not whole:
        assert one.block == usual.block
        return
    assert len(one.block) < len(usual.block)
    theirs = reference(name)
    made = theirs.processor(images=[[WIDE]], text=[STAND_INS[name].image], return_tensors="pt", **whole)
    assert one.block == made.input_ids[0].tolist()
    assert_close(torch.as_tensor(one["pixel_values"]), made.pixel_values, 0)
    assert one.block.count(model.config.image_token_id) == model.config.visual_tokens(hd=False)


def test_second_turn_reuses_the_cache(name: str, opened: Any, reference: Any) -> None:
    model = opened(name)
    engine = model.engine
    system, turns = CONVERSATIONS["two turns"]
    first, prepared = encoded(model, system, turns[:1])
    images = images_of(model, prepared)
    state = engine.new_state()
    engine.prefill(first, state, images)
    ids, _ = encoded(model, system, turns)
    past = engine.reusable_prefix_length(ids, state, images)
    # what ends the first prompt may be other ids in a past answer
    assert len(first) - 4 <= past <= len(first)
    # another picture has the same ids, and nothing after its start may be reused
    [other] = images_of(model, encoded(model, "", [(ASKED, [picture(96, 70, 5)])])[1])
    assert engine.reusable_prefix_length(first, state, [other]) == first.index(engine.image_token)
    theirs = reference(name)
    wanted, scores = theirs.generate(theirs.inputs(system, turns))
    found, logits = greedy(model, ids, images, state, past)
    assert found == wanted
    assert_close(logits, scores)


def test_chat(name: str, opened: Any, reference: Any) -> None:
    """A conversation of two turns, the second with the ids of the first answer."""
    model = opened(name)
    theirs = reference(name)
    chat = model.chat(WIDE)
    answer = chat.ask(ASKED, max_tokens=STEPS, temperature=0)
    answer.text()
    wanted, _ = theirs.generate(theirs.inputs("", [(ASKED, [WIDE])]))
    assert list(answer.token_ids) == wanted
    assert chat.picture_tokens == [chat.encoded[0].visual_tokens]
    follow_up = chat.ask("And its colour?", max_tokens=4, temperature=0)
    follow_up.text()
    assert chat.last_stats.cached_tokens > chat.picture_tokens[0]


def test_batch_of_four(name: str, opened: Any) -> None:
    """Four answers at once, about pictures with different numbers of visual tokens."""
    model = opened(name)
    shown = [WIDE, TALL, None, picture(60, 61, 4)]
    alone = []
    for each in shown:
        chat = model.chat(*[] if each is None else [each])
        alone.append(chat.ask(ASKED, max_tokens=STEPS, temperature=0))
        alone[-1].text()
    answerer = BatchedAnswerer(model, GREEDY, 4)
    asked = [
        answerer.questions([ASKED], None if each is None else read_image(each), None) for each in shown
    ]
    found = dict(answerer.answer(enumerate(asked)))
    for number, answer in enumerate(alone):
        assert found[number][0].token_ids == list(answer.token_ids)


def test_server_with_four_clients(name: str, opened: Any) -> None:
    model = opened(name)
    shown = [[WIDE], [TALL], [], [WIDE, TALL]]

    def alone(pictures: Sequence[Any]) -> tuple[str, int, int]:
        chat = model.chat(*pictures)
        text = chat.ask(ASKED, max_tokens=STEPS, temperature=0).text()
        return text, chat.last_stats.input_tokens, chat.last_stats.output_tokens

    with serving(lambda: model) as running, ThreadPoolExecutor(4) as pool:

        def asked(pictures: Sequence[Any]) -> tuple[str, int, int]:
            body = {"messages": [user(ASKED, *pictures)], "max_tokens": STEPS, "temperature": 0}
            status, reply = running.ask(body)
            assert status == 200, reply
            usage = reply["usage"]
            text = reply["choices"][0]["message"]["content"]
            return text, usage["prompt_tokens"], usage["completion_tokens"]

        assert [*pool.map(asked, shown)] == [alone(each) for each in shown]


@pytest.mark.parametrize("preset", ["int8", "int4"])
def test_rounded_weights(name: str, preset: str, opened: Any) -> None:
    """A quantized model computes what the same rounded weights compute in float32. The rounded tower
    makes nearly the same visual tokens."""
    plain = opened(name)
    rounded = opened(name, preset)
    ids, prepared = encoded(plain, *CONVERSATIONS["two pictures"])
    exact = images_of(plain, prepared)
    for ours, theirs in zip(images_of(rounded, prepared), exact, strict=True):
        assert distance(ours.tokens, theirs.tokens) < 0.05
    twin = with_weights_of(rounded, plain)
    logits = [
        engine.prefill(ids, engine.new_state(), exact)
        for engine in (rounded.engine, twin, plain.engine)
    ]
    assert distance(logits[0], logits[1]) < 0.03
    assert distance(logits[0], logits[2]) > 1e-4


@torch.inference_mode()
def with_weights_of(rounded: FlashSloth, plain: FlashSloth) -> Engine:
    """Return an engine that computes in float32 with the weights to which another one was rounded."""
    decoder: Any = copy.deepcopy(plain.engine.decoder)
    weight = plain.engine.decoder.head.weight
    decoder.head = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    decoder.head.weight.copy_(weight)
    found = 0
    for path, linear in rounded.engine.decoder.named_modules():
        if is_quantized(linear):
            columns = torch.eye(linear.in_features)
            bias = linear(columns[:1] * 0)
            weight = decoder.get_submodule(path).weight
            weight.copy_((linear(columns) - bias).T[: len(weight)])  # the rows of a head are padded
            found += 1
    assert found > 4 * rounded.config.text_config.num_hidden_layers  # the head, too
    return Engine(plain.loaded.model, decoder, plain.engine.encoder)
