"""Models whose positions have three axes. test_equals_transformers.py compares them with transformers;
here are the ways to answer that could lose the shift of a row, and the numbers of visual tokens."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import flashsloth
from cli.conftest import Cli
from damages import changed
from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.chat.conversation import Question
from flashsloth.generation import caches, choices
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.engine import Engine
from flashsloth.images.reader import read_image
from flashsloth.inference.attention import RotaryTable
from flashsloth.utils.cache_folder import CacheFolder
from server.helpers import serving, user
from vlm.reference import TALL, WIDE, Reference, encoded, picture
from vlm.stand_ins import STAND_INS

QUICK = "qwen3-vl-2b"
MODELS = [
    pytest.param(name, marks=() if name == QUICK else pytest.mark.slow)
    for name in ("qwen2-vl", "qwen2.5-vl", QUICK, "paddleocr")
]
ASKED = "What is shown?"
each_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module")
def opened(stand_in_folder: Callable[[str], Path]) -> Callable[[str], FlashSloth]:
    return lambda name: flashsloth.open(
        stand_in_folder(name), device="cpu", dtype="float32", quant="none"
    )


@pytest.fixture
def model(name: str, opened: Callable[[str], FlashSloth]) -> FlashSloth:
    return opened(name)


def as_on_a_card(model: FlashSloth) -> FlashSloth:
    """Return the model with an engine that pads prompts and reads positions from tensors."""
    other = copy.copy(model)
    other.engine = Engine(model.loaded.model, model.loaded.decoder, model.engine.encoder, padded=True)
    other.engine.ahead = True
    other.caches = caches.KeptCaches(other.engine)
    return other


def talked(model: FlashSloth, shown: Sequence[Any], **options: Any) -> Iterator[list[int]]:
    """Yield the ids of two answers about pictures, the second about one more."""
    chat = model.chat(*shown)
    for question in (ASKED, "And here?"):
        answer = chat.ask(question, **{"max_tokens": 12, "temperature": 0, **options})
        answer.text()
        yield list(answer.token_ids)
        chat.add_image(TALL)


@each_model
def test_texts_alone_are_those_of_the_plain_decoder(model: FlashSloth) -> None:
    """Bit for bit, in a prompt and in steps."""
    plain = copy.deepcopy(model.engine.decoder)
    plain.shifts = False
    plain.rotary = RotaryTable(plain.rotary.frequencies, plain.rotary.factor, plain.limit)
    ids, _ = encoded(model, "", [("Who wrote this?", [])])
    found = []
    for decoder in (model.engine.decoder, plain):
        engine = Engine(model.loaded.model, decoder, model.engine.encoder)
        state = engine.new_state()
        found.append([engine.prefill(ids, state)])
        found[-1] += [engine.decode(token, state) for token in (5, 6, 7)]
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@each_model
def test_as_on_a_card(model: FlashSloth) -> None:
    """In two turns with pictures, and in rows with and without pictures together."""
    other = as_on_a_card(model)
    assert [*talked(other, [WIDE])] == [*talked(model, [WIDE])]
    shown = [WIDE, None, TALL]
    settings = AnswerSettings(max_tokens=12, temperature=0)
    answers = []
    for each in (model, other):
        answerer = BatchedAnswerer(each, settings, 4)
        asked = [answerer.questions([ASKED], image and read_image(image), None) for image in shown]
        answers.append(
            {number: found[0].token_ids for number, found in answerer.answer(enumerate(asked))}
        )
    assert answers[0] == answers[1]


@each_model
def test_forced_tokens(model: FlashSloth) -> None:
    """On the CPU one prefill computes them, after a picture; on a card they come one by one."""
    answers = [
        [*talked(each, [WIDE], regex="(The picture shows [a-c]{2}; it does){2}", max_tokens=90)]
        for each in (model, as_on_a_card(model))
    ]
    assert answers[0] == answers[1]


@each_model
def test_a_state_that_covers_a_later_picture(model: FlashSloth) -> None:
    """Its shift is that of all its pictures, which is not the one of its beginning."""
    engine = model.engine
    chat = model.chat(WIDE)
    settings = AnswerSettings(choices=["yes", "no", "it may be"])
    asked = [Question.of(text, settings) for text in ("Is it?", "Is the other one?")]
    prompt = chat.backend.prompts.choices(chat, asked)
    first = engine.encode_image(model.pictures.prepare(WIDE, hd=None))
    fresh = choices.choose(engine, prompt, engine.new_state(), [first])
    # by one more picture after the same beginning
    ids, prepared = encoded(model, "", [(ASKED, [WIDE, TALL])])
    state = engine.new_state()
    engine.prefill(ids, state, [first, engine.encode_image(prepared[1])])
    beginning = [*prompt.prefix, choices.OTHER]
    assert engine.reusable_prefix_length(beginning, state, [first]) == len(prompt.prefix)
    found = choices.choose(engine, prompt, state, [first])
    for (ours, mass), (wanted, whole) in zip(found, fresh, strict=True):
        assert ours == pytest.approx(wanted, rel=1e-4)
        assert mass == pytest.approx(whole, rel=1e-4)


@each_model
def test_choices_are_those_of_answers(model: FlashSloth) -> None:
    """A tree of choices after a picture has the positions of each answer alone."""
    engine = model.engine
    chat = model.chat(WIDE)
    asked = Question.of("Is it?", AnswerSettings(choices=["yes", "no"]))
    prompt = chat.backend.prompts.choices(chat, [asked])
    image = engine.encode_image(model.pictures.prepare(WIDE, hd=None))
    state = engine.new_state()
    [(_, mass)] = choices.choose(engine, prompt, state, [image])
    total = 0.0
    for ids in {each for spellings in prompt.spellings for each in spellings}:
        state = engine.new_state()
        logits = engine.prefill([*prompt.prefix, *prompt.questions[0][0]], state, [image])
        share = 0.0
        for token in ids:
            share += float(engine.mask_placeholders(logits).double().log_softmax(-1)[token])
            logits = engine.decode(token, state)
        total += torch.tensor(share).exp().item()
    assert mass == pytest.approx(total, rel=1e-4)


@each_model
def test_encoded_pictures_on_disk(model: FlashSloth, tmp_path: Path) -> None:
    """With the features of early layers, and their memory is counted."""
    folder = CacheFolder(tmp_path / "images", ".safetensors", 10**9)
    cache = caches.ImageCache({"weights": "a"}, folder)
    ids, [prepared] = encoded(model, "", [(ASKED, [WIDE])])
    image = model.engine.encode_image(prepared)
    key = cache.key(prepared)
    cache.put(key, image)
    found = cache.get(key, torch.device("cpu"))
    assert found is not None
    assert found.nbytes == image.nbytes
    has_features = "deepstack_visual_indexes" in STAND_INS[QUICK].config["vision_config"]
    assert (image.nbytes > image.tokens.nbytes) == (has_features and image.deep is not None)
    logits = [model.engine.prefill(ids, model.engine.new_state(), each) for each in (image, found)]
    assert torch.equal(*logits)


# ---- the number of visual tokens


@pytest.fixture
def larger(name: str, stand_in_folder: Callable[[str], Path], tmp_path: Path) -> Path:
    """A folder that allows 1,500 visual tokens of a picture."""
    folder = Path(shutil.copytree(stand_in_folder(name), tmp_path / "model"))
    images = json.loads((folder / "preprocessor_config.json").read_text())
    most = 1500 * (images["patch_size"] * images["merge_size"]) ** 2
    sizes = {"size/longest_edge": most} if "size" in images else {"max_pixels": most}
    changed("preprocessor_config.json", **sizes)(folder)
    return folder


@each_model
def test_most_visual_tokens(cli: Cli, name: str, larger: Path) -> None:
    """As if the image processor had this limit of pixels."""
    large, small = picture(900, 700, 3), picture(90, 70, 3)
    model = flashsloth.open(larger, device="cpu", dtype="float32", quant="none")
    counts = [
        model.pictures.prepare(large, hd=hd).block.count(model.config.image_token_id)
        for hd in (False, None, True)
    ]
    shown = cli("show", larger, "--json").ok.document["most_visual_tokens"]
    assert all(count <= most < 1.3 * count for count, most in zip(counts, shown, strict=True))
    assert 200 < counts[0] <= 256
    assert 900 < counts[1] <= 1024
    assert counts[2] > 1024
    blocks = [model.pictures.prepare(small, hd=hd).block for hd in (False, None, True)]
    assert blocks[0] == blocks[1] == blocks[2]
    theirs = Reference(STAND_INS[name], larger)
    area = model.config.token_side**2
    size = {"shortest_edge": area, "longest_edge": 256 * area}
    made = theirs.processor(
        images=[large], text=[STAND_INS[name].image], return_tensors="pt", size=size
    )
    ours = model.pictures.prepare(large, hd=False)
    assert ours.block == made.input_ids[0].tolist()
    assert torch.equal(torch.as_tensor(ours["pixel_values"]), made.pixel_values)


@each_model
def test_options_and_the_note(cli: Cli, larger: Path, tmp_path: Path) -> None:
    """--hd and --no-hd choose the number of visual tokens; without them a large picture has a note.
    --show-input is the picture as it is read."""
    photo = tmp_path / "large.png"
    picture(900, 700, 3).save(photo)
    asked = ("ask", "-m", larger, photo, ASKED, "--set", "temperature=0", "--max-tokens", "4")
    counts = {}
    for more in ((), ("--hd",), ("--no-hd",), ("--set", "max_side=100")):
        done = cli(
            *asked, "--json", *more, "--show-input", tmp_path / "seen.png", "--force"
        ).ok.document
        shown = done["images"][0]
        counts[more[-1] if more else ""] = shown["visual_tokens"]
        with Image.open(tmp_path / "seen.png") as seen:
            assert abs(seen.width - shown["seen_width"]) < seen.width // 4
    assert counts["max_side=100"] < counts["--no-hd"] <= 256 < counts[""] <= 1024 < counts["--hd"]
    assert "1,024" in cli(*asked).ok.err
    assert "1,024" not in cli(*asked, "--hd").ok.err
    assert "1,024" not in cli(*asked, "-q").ok.err


@each_model
def test_visual_tokens_only_when_needed(name: str, larger: Path) -> None:
    """hd=auto reads as with --no-hd, or as by default; and so does a request with `detail: low`."""
    large = picture(900, 700, 3)
    model = flashsloth.open(larger, device="cpu", dtype="float32", quant="none")
    found = []
    for hd, options in (
        (False, {}),
        ("auto", {"detail_threshold": 0}),
        (None, {}),
        ("auto", {"detail_threshold": 1}),
    ):
        chat = model.chat(large, hd=hd)
        answer = chat.ask(ASKED, max_tokens=6, temperature=0, **options)
        answer.text()
        found.append((chat.picture_tokens, list(answer.token_ids)))
    assert found[0] == found[1] != found[2] == found[3]
    with serving(lambda: model) as running:
        body = {"messages": [user(ASKED, large)], "max_tokens": 1}
        status, usual = running.ask(body)
        assert status == 200, usual
        body["messages"][0]["content"][-1]["image_url"]["detail"] = "low"
        _, low = running.ask(body)
    less = usual["usage"]["prompt_tokens"] - low["usage"]["prompt_tokens"]
    assert less == found[2][0][0] - found[0][0][0] > 0


def test_a_temperature_that_means_greedy(stand_in_folder: Callable[[str], Path]) -> None:
    """Qwen2.5-VL's generation_config.json has 0.000001."""
    model = flashsloth.open(stand_in_folder("qwen2.5-vl"), device="cpu", dtype="float32")
    assert model.facts.generation_defaults == {"temperature": 0}
