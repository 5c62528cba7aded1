"""Several pictures in one conversation: each before its question, and EmbQ looks at all pictures so
far.

The engine with its cache, one forward of the transformers model, and `generate` must agree.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from chat.helpers import failing
from flashsloth.chat import Chat, FlashSloth, Turn
from flashsloth.chat.chat import Answer
from flashsloth.errors import ContextTooLong, OptionError, OutOfMemory
from flashsloth.processing.pictures import tower_pixels
from generation.helpers import QUESTIONS, TOKENS, counting, driven, generate, hf, inputs
from replies import said
from token_stream import prompt_ids


def pixels(sloth: FlashSloth, *images: Image.Image, hd: bool = False) -> Tensor:
    return torch.stack([torch.from_numpy(tower_pixels(image, sloth.config, hd=hd)) for image in images])


def as_messages(parts: list[tuple[str, list[Image.Image], str]]) -> list[dict[str, Any]]:
    """Return (question, pictures, answer) as messages for transformers, without the last answer."""
    messages: list[dict[str, Any]] = []
    for question, images, answer in parts:
        parts_of_images = [{"type": "image", "image": image} for image in images]
        messages.append(
            {"role": "user", "content": [*parts_of_images, {"type": "text", "text": question}]}
        )
        messages.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
    return messages[:-1]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["eager", "padded"])
@pytest.mark.parametrize("hd", [False, True], ids=["one tile", "five tiles"])
def test_a_long_conversation_equals_generate(
    sloth: FlashSloth, pictures: list[Image.Image], hd: bool, mode: str
) -> None:
    """Two at once, a question without, one more: every answer equals that of `generate` for the whole
    conversation."""
    if hd and sloth.config.visual_tokens(True) * 4 > sloth.engine.context_length // 2:
        pytest.skip("four pictures of five tiles do not fit beside the answers")
    opened = sloth if mode == "eager" else driven(sloth, padded=True)
    chat = opened.chat(pictures[0], pictures[1], hd=hd)
    count = 2
    for number, more in enumerate([0, 0, 1, 1]):
        for image in pictures[count : count + more]:
            chat.add_image(image)
        count += more
        ids = prompt_ids(chat, QUESTIONS[number % 3])
        reply = said(chat.ask(QUESTIONS[number % 3], max_tokens=TOKENS))
        seen = pixels(sloth, *pictures[:count], hd=hd)
        assert reply == generate(sloth, {"input_ids": torch.tensor([ids]), "pixel_values": seen})[0]
    assert [turn.images for turn in chat.turns] == [2, 0, 1, 1]
    assert chat.visual_tokens == 4 * sloth.config.visual_tokens(hd)


def test_ids_are_those_of_the_template(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    shown = [pictures[:2], [], pictures[2:3]]
    turns = [
        Turn(QUESTIONS[n], "A red circle.", (), "stop", len(images)) for n, images in enumerate(shown)
    ]
    messages = as_messages([(turn.question, shown[n], turn.answer) for n, turn in enumerate(turns)])
    chat = tiny_sloth.chat(*pictures[:3], turns=turns[:2])
    given = inputs(tiny_sloth, [messages])
    assert prompt_ids(chat, QUESTIONS[2]) == given["input_ids"][0].tolist()
    assert torch.equal(given["pixel_values"], pixels(tiny_sloth, *pictures[:3]))


def test_the_cache_equals_one_forward(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """A reused cache, a fresh prefill, one padded to a bucket, and one forward of the whole model."""
    chat = sloth.chat(pictures[0])
    chat.ask(QUESTIONS[0], max_tokens=TOKENS).text()
    chat.add_image(pictures[1])
    chat.add_image(pictures[2])
    chat.ask(QUESTIONS[1], max_tokens=TOKENS).text()
    ids, engine = prompt_ids(chat, QUESTIONS[2]), sloth.engine
    with counting(sloth) as computed:
        reused = engine.prefill(ids, chat.backend.state, chat.encoded)
    assert computed[0] < len(ids) // 2
    fresh = engine.prefill(ids, engine.new_state(), chat.encoded)
    padded = driven(sloth, padded=True).engine
    by_bucket = padded.prefill(ids, padded.new_state(), chat.encoded)
    given = {"input_ids": torch.tensor([ids]), "pixel_values": pixels(sloth, *pictures[:3])}
    with torch.no_grad():
        whole = hf(sloth)(**{name: each.to(engine.device) for name, each in given.items()}).logits[
            0, -1
        ]
    for found in (reused, fresh, by_bucket):
        torch.testing.assert_close(found, whole, rtol=0, atol=1e-4)


def test_a_question_does_not_see_later_pictures(sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """The first turn does not depend on the second picture; the second turn depends on the first
    picture."""
    ids, engine = prompt_ids(sloth.chat(pictures[0]), QUESTIONS[0]), sloth.engine
    seen = [engine.encode_image(pixels(sloth, image)[0].numpy()) for image in pictures]
    alone = engine.prefill(ids, engine.new_state(), seen[0])
    chat = sloth.chat(pictures[0])
    chat.ask(QUESTIONS[0], max_tokens=4).text()
    chat.add_image(pictures[1])
    later = prompt_ids(chat, QUESTIONS[1])
    hidden: list[Tensor] = []
    hook = sloth.engine.decoder.norm.register_forward_hook(
        lambda module, args, output: hidden.append(output)
    )
    try:
        for last in (1, 3):
            engine.prefill(later, engine.new_state(), [seen[0], seen[last]])
    finally:
        hook.remove()
    torch.testing.assert_close(hidden[0][: len(ids)], hidden[1][: len(ids)], rtol=0, atol=1e-5)
    torch.testing.assert_close(
        engine.decoder.head(hidden[0][len(ids) - 1 : len(ids)])[0], alone, rtol=0, atol=1e-4
    )
    assert (hidden[0][-1] - hidden[1][-1]).abs().max() > 1e-3
    first_changed = engine.prefill(later, engine.new_state(), [seen[2], seen[1]])
    assert (
        first_changed - engine.prefill(later, engine.new_state(), [seen[0], seen[1]])
    ).abs().max() > 1e-3


def test_embq_sees_both_pictures(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    """With fixed visual tokens, the features of the first picture still change the answer to the second
    question."""
    engine = tiny_sloth.engine
    chat = tiny_sloth.chat(pictures[0], pictures[1])
    chat.prefill()
    ids, (one, two) = prompt_ids(chat, QUESTIONS[0]), chat.encoded
    other = engine.encode_image(pixels(tiny_sloth, pictures[3])[0].numpy())
    mixed = replace(one, keys=other.keys, values=other.values)
    plain, changed = (engine.prefill(ids, engine.new_state(), [first, two]) for first in (one, mixed))
    assert (plain - changed).abs().max() > 1e-6


def test_a_turn_records_its_removed_pictures(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = tiny_sloth.chat(*pictures[:3])
    follow(chat, QUESTIONS[0])
    second, first = chat.remove_image(2), chat.remove_image(1)
    (turn,) = chat.turns
    assert (turn.images, turn.visible_images, chat.pending_images) == (3, 1, 0)
    assert [(each.index, each.since, each.image) for each in turn.dropped] == [
        (1, 1, second),
        (0, 1, first),
    ]
    follow(chat, QUESTIONS[1])
    restored = tiny_sloth.chat(pictures[2], turns=chat.turns)
    assert prompt_ids(restored, "And?") == prompt_ids(chat, "And?")
    chat.undo()
    chat.retry(max_tokens=4).text()  # the new answer never saw them
    assert (chat.turns[0].images, chat.turns[0].dropped) == (1, ())


def test_the_turn_of_a_removal_is_kept_up_to_date(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = tiny_sloth.chat(*pictures[:2])
    follow(chat, *QUESTIONS[:2])
    chat.remove_image(1)
    assert chat.turns[0].dropped[0].since == 2
    assert chat.turns[-1].reason == "length"
    chat.continue_answer(max_tokens=4).text()
    assert chat.turns[0].dropped[0].since == 2  # the continued answer began with it
    chat.retry(max_tokens=4).text()
    assert chat.turns[0].dropped[0].since == 1


def test_removing_an_unknown_picture(tiny_sloth: FlashSloth, pictures: list[Image.Image]) -> None:
    for number in (0, 2, -1):
        with pytest.raises(OptionError, match="no picture"):
            tiny_sloth.chat(pictures[0]).remove_image(number)


def follow(chat: Chat, *questions: str) -> list[list[int]]:
    return [said(chat.ask(question, max_tokens=12)) for question in questions]


def test_continuing_an_answer_shows_no_new_picture(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = tiny_sloth.chat(pictures[0])
    chat.ask(QUESTIONS[0], max_tokens=3).text()
    chat.add_image(pictures[1])
    more = said(chat.continue_answer(max_tokens=9))
    assert [more] == follow(tiny_sloth.chat(pictures[0]), QUESTIONS[0])
    assert (chat.turns[0].images, chat.pending_images) == (1, 1)


def test_pictures_of_dropped_turns_are_dropped(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    """The last picture stays visible."""
    chat = tiny_sloth.chat(pictures[0])
    chat.overflow = "drop-oldest"
    follow(chat, QUESTIONS[0])
    chat.add_image(pictures[1])
    follow(chat, QUESTIONS[1])
    long = "word " * 60
    while chat.forgotten < 2:
        follow(chat, long)
    assert chat.visual_tokens == tiny_sloth.config.visual_tokens(False)
    first, *rest = chat.turns[chat.forgotten :]
    fresh = tiny_sloth.chat(pictures[1], turns=[replace(first, images=1), *rest])
    fresh.overflow = "drop-oldest"
    assert prompt_ids(fresh, "And?") == prompt_ids(chat, "And?")
    assert follow(fresh, "And?") == follow(chat, "And?")


def test_too_many_pictures_fail_before_any_is_encoded(
    tiny_sloth: FlashSloth, pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = tiny_sloth.chat(*[pictures[0]] * 200)
    monkeypatch.setattr(tiny_sloth, "encode_image", lambda pixels: pytest.fail("encoded"))
    with pytest.raises(ContextTooLong) as raised:
        chat.ask("What?").text()
    assert "800" in raised.value.hint


def test_a_batch_with_different_numbers_of_pictures(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    """`generate` gives the same answers to the rows together and alone."""
    rows = [as_messages([(QUESTIONS[0], pictures[:n], "")]) for n in (1, 3, 0, 2)]
    together = generate(tiny_sloth, inputs(tiny_sloth, rows))
    assert together == [generate(tiny_sloth, inputs(tiny_sloth, [row]))[0] for row in rows]


STEPS = ("show", "ask", "ask", "interrupt", "retry", "continue", "undo", "drop", "prefill", "long")


def step(chat: Chat, name: str, random: Random, pictures: list[Image.Image]) -> Answer | None:
    """Do one thing that a user may do next; it may raise OptionError."""
    question, count = random.choice(QUESTIONS), random.randint(1, 10)
    answer = None
    match name:
        case "show":
            chat.add_image(random.choice(pictures))
        case "ask":
            answer = chat.ask(question, max_tokens=count)
        case "long":
            answer = chat.ask("word " * random.randint(20, 80), max_tokens=count)
        case "interrupt":
            answer = chat.ask(question, max_tokens=10)
            for _ in islice(answer.events(), count - 1):
                pass
            answer.close()
        case "retry":
            answer = chat.retry(random.choice([None, question]), max_tokens=count)
        case "continue":
            answer = chat.continue_answer(max_tokens=count)
        case "undo":
            chat.undo()
        case "drop":
            chat.remove_image(random.randint(1, 4))
        case "prefill":
            chat.prefill()
    if answer is not None:
        answer.text()
    return answer


def outcome(*arguments: Any) -> tuple[list[int], str]:
    """Do a step; return the ids of its answer, and the error that it raised."""
    try:
        answer = step(*arguments)
    except (OptionError, ContextTooLong) as error:
        return [], str(error)
    return answer.token_ids if answer else [], ""


def told(chat: Chat) -> list[Any]:
    """Return what the next answer depends on."""
    turns = [
        (turn.question, turn.answer, turn.token_ids, turn.reason, turn.visible_images)
        for turn in chat.turns
    ]
    return [turns, chat.pending_images, chat.forgotten, prompt_ids(chat, "And?")]


def restored(sloth: FlashSloth, chat: Chat) -> Chat:
    """Return a chat with the same history, in which no removed picture was ever shown."""
    turns = [replace(turn, images=turn.visible_images, dropped=()) for turn in chat.turns]
    again = sloth.chat(*chat.images, turns=turns, overflow=chat.overflow)
    again.forgotten = chat.forgotten
    return again


def check_failure(sloth: FlashSloth, chat: Chat, random: Random) -> None:
    """Let a forward of an answer fail: the tokens before it are its turn. Read late, one more is lost
    with it."""
    question, forward, count = random.choice(QUESTIONS), random.randint(1, 6), len(chat.turns)
    whole = restored(sloth, chat).ask(question, max_tokens=8)
    with suppress(ContextTooLong):
        whole.text()
    answer, read = chat.ask(question, max_tokens=8), 8
    error = random.choice([KeyboardInterrupt, ValueError, torch.OutOfMemoryError])
    with failing(sloth, random.randrange(3), forward, error), suppress(ContextTooLong):
        try:
            answer.text()
        except (error, OutOfMemory):
            read = max(0, forward - 1 - sloth.engine.ahead)
    assert answer.token_ids == whole.token_ids[:read]
    assert len(chat.turns) == count + bool(answer.token_ids)


@pytest.mark.parametrize("overflow", ["error", "drop-oldest"])
@pytest.mark.parametrize(("padded", "ahead"), [(False, False), (False, True), (True, True)])
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_random_steps_are_those_of_a_fresh_chat(
    tiny_sloth: FlashSloth,
    pictures: list[Image.Image],
    seed: int,
    padded: bool,
    ahead: bool,
    overflow: Any,
) -> None:
    """Before each of many random steps, which may fail, a fresh chat with the same history has the same
    prompt and logits; the step gives both the same answer or error. `padded` and `ahead` imitate a CUDA
    device."""
    opened = driven(tiny_sloth, padded=padded, ahead=ahead)
    random = Random(seed)
    chat = opened.chat(*random.sample(pictures, random.randint(0, 2)), overflow=overflow)
    done: list[str] = []
    for _ in range(16):
        fresh = restored(opened, chat)
        assert told(fresh) == told(chat), done
        if random.random() < 0.5:
            check_logits(opened, fresh, chat)
        done.append(random.choice([*STEPS, "fail", "fail", "restore"]))
        if done[-1] == "fail":
            check_failure(opened, chat, random)
        elif done[-1] == "restore":
            chat = fresh
        else:
            number = random.random()
            same = [outcome(each, done[-1], Random(number), pictures) for each in (chat, fresh)]
            assert same[0] == same[1], done
            assert told(fresh) == told(chat), done


def check_logits(sloth: FlashSloth, *chats: Chat) -> None:
    """Compare the logits after the next question, from what each chat has computed."""
    found = []
    with suppress(ContextTooLong):
        for chat in chats:
            chat.prefill()
            ids, state = prompt_ids(chat, "And?"), chat.backend.state
            found.append(
                sloth.engine.prefill(
                    ids, state, [chat.encoded[number] for number in chat.context().pictures]
                )
            )
        torch.testing.assert_close(*found, rtol=0, atol=1e-4)


def test_prefill_during_an_answer_does_not_change_it(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    """The thread that prefills may run after the answer has begun."""

    def tokens_of(continued: bool, late: bool) -> list[int]:
        chat = tiny_sloth.chat(pictures[0])
        if continued:
            chat.ask(QUESTIONS[0], max_tokens=3).text()
            chat.add_image(pictures[1])
        answer = (
            chat.continue_answer(max_tokens=12) if continued else chat.ask(QUESTIONS[0], max_tokens=12)
        )
        next(answer.events())
        if not continued:
            chat.add_image(pictures[1])
        if late:
            chat.prefill()
        return said(answer)

    for continued in (True, False):
        assert tokens_of(continued, late=True) == tokens_of(continued, late=False)


def test_a_picture_added_after_turns_without_one(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    chat = tiny_sloth.chat()
    chat.ask("Hello there.", max_tokens=2).text()
    chat.add_image(pictures[0])
    again = tiny_sloth.chat(pictures[0], turns=chat.turns)
    assert (again.pending_images, prompt_ids(again, "x")) == (1, prompt_ids(chat, "x"))
    uncounted = tiny_sloth.chat(*pictures[:2], turns=[Turn("Hello there.", "Hi.", (), "stop")])
    assert (uncounted.pending_images, uncounted.turns[0].images) == (0, 2)
