"""PromptEncoder and the chat template: equal ids, typed control tokens, invalid messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import tiny
from flashsloth.checkpoints.model_files import read_tokenizer, read_transformers_tokenizer
from flashsloth.errors import InputError
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.processing.prompt import PromptEncoder, prepare_tokenizer
from flashsloth.processing.tokenizer import Tokenizer
from flashsloth.utils.paths import NANO_FOLDER
from paths import PARITY

from .chat_templates import Turns, ids_of, messages_of

CONTROL = ["<image>", "<learnable>", "</s>", "<|endoftext|>"]
RELEASED = PARITY / "tokenizer"
RELEASED_IDS = {"image_token_id": 50297, "query_token_id": 50295, "query_offset_token_id": 764}
RELEASED_TEXT = {
    "vocab_size": 51200,
    "bos_token_id": 50256,
    "eos_token_id": 50296,
    "pad_token_id": 50256,
}


@pytest.fixture(scope="module", params=["nano", "released"])
def config(request: pytest.FixtureRequest):
    return tiny.config() if request.param == "nano" else tiny.config(text=RELEASED_TEXT, **RELEASED_IDS)


def folder_for(config) -> Path:
    return NANO_FOLDER if config.text_config.vocab_size == tiny.VOCABULARY else RELEASED


@pytest.fixture(scope="module")
def processor(config):
    """With nano's tokenizer, and with the released one, which has tokens for runs of spaces."""
    return FlashSlothProcessor.from_config(config, read_transformers_tokenizer(folder_for(config)))


@pytest.fixture(scope="module")
def encoder(config) -> PromptEncoder:
    """With the same tokenizer by `tokenizers` alone."""
    tokenizer = read_tokenizer(folder_for(config))
    assert isinstance(tokenizer, Tokenizer)
    prepare_tokenizer(tokenizer, config)
    return PromptEncoder(tokenizer, config)


def by_template(processor: Any, messages: list[dict[str, Any]], sanitize: bool = True) -> list[int]:
    encoded = processor.apply_chat_template(
        messages,
        tokenize=True,
        return_dict=True,
        add_generation_prompt=True,
        sanitize_control_tokens=sanitize,
    )
    (ids,) = encoded["input_ids"]
    return list(ids)


THREE = [
    ("What is it?", "A kite."),
    ("Which colour?", "Red and white."),
    ("Where  is it?\nSay exactly.", None),
]


def test_text_of_three_turns(processor, encoder, config) -> None:
    """One system text, one picture, nine query tokens after each question, `</s>USER:` between
    turns."""
    text = processor.apply_chat_template(messages_of(THREE, shown=0), add_generation_prompt=True)
    queries = "<learnable>" * 9
    assert text == (
        f"{config.system_prompt} USER: <image>\nWhat is it?{queries} ASSISTANT: A kite.</s>"
        f"USER: Which colour?{queries} ASSISTANT: Red and white.</s>"
        f"USER: Where  is it?\nSay exactly.{queries} ASSISTANT:"
    )
    ids = ids_of(encoder, THREE, shown=0)
    assert ids.count(config.image_token_id) == config.tokens_per_tile == 4
    assert ids.count(config.query_token_id) == 27
    assert ids.count(config.end_token_id) == 2
    assert processor.tokenizer.decode(ids) == text.replace("<image>", "<image>" * 4)


def test_without_a_generation_prompt_no_answer_is_started(processor) -> None:
    text = processor.apply_chat_template(messages_of(THREE[:2]), add_generation_prompt=False)
    assert text.endswith(" ASSISTANT: Red and white.</s>")
    asked = processor.apply_chat_template(messages_of([("Hi", None)]), add_generation_prompt=False)
    assert asked.endswith("USER: Hi" + "<learnable>" * 9)


def test_assistant_mask(processor) -> None:
    """transformers' mask covers the answers with their `</s>`, and nothing else."""
    options = {"tokenize": True, "return_dict": True, "return_assistant_tokens_mask": True}
    encoded = processor.apply_chat_template(
        messages_of([("What?", "A kite."), ("Where?", "Above.")]), **options
    )
    (ids,), (mask,) = encoded["input_ids"], encoded["assistant_masks"]
    learned = [i for i, kept in zip(ids, mask, strict=True) if kept]
    assert processor.tokenizer.decode(learned) == " A kite.</s> Above.</s>"


def test_typed_control_tokens_without_sanitizing(processor, config) -> None:
    """Without sanitize_control_tokens a typed `</s>` is a control token."""
    ids = by_template(processor, messages_of([("one </s> two", None)]), sanitize=False)
    assert config.end_token_id in ids


IMAGE, TEXT = {"type": "image"}, {"type": "text", "text": "Hi"}


def ask(*parts: Any, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": list(parts), **more}


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (
            [ask({"type": "video", "url": "a.mp4"}, TEXT)],
            "a part of type video: FlashSloth reads text and image",
        ),
        ([ask({"type": "text"})], "a part of type text has no text"),
        ([{"role": "user"}], "a message of role user has no content"),
        (
            [ask(TEXT), ask(TEXT, IMAGE, role="assistant")],
            "pictures stand in messages of role user, not assistant",
        ),
        ([ask(TEXT), ask(role="assistant", tool_calls=[{"name": "f"}])], "FlashSloth knows no tools"),
        ([ask(TEXT), ask(TEXT)], "message 2 is of role user"),
        ([ask(TEXT, role="system")], "there is no message of role user"),
    ],
)
def test_invalid_messages_are_refused(processor, messages: list[dict[str, Any]], message: str) -> None:
    """By the processor, and by the tokenizer's own rendering."""
    with pytest.raises(jinja2.TemplateError) as refused:
        processor.apply_chat_template(messages)
    assert message in str(refused.value)
    with pytest.raises(jinja2.TemplateError):
        processor.tokenizer.apply_chat_template(messages, chat_template=processor.chat_template)


def test_tools_and_documents_are_refused(processor) -> None:
    for options in (
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"documents": [{"text": "x"}]},
    ):
        with pytest.raises(jinja2.TemplateError, match="FlashSloth knows neither tools nor documents"):
            processor.apply_chat_template([ask(TEXT)], **options)


def test_other_spellings_of_messages(processor) -> None:
    assert by_template(processor, [ask(TEXT)]) == by_template(processor, messages_of([("Hi", None)]))
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}
    assert processor.apply_chat_template([ask(url, TEXT)]) == processor.apply_chat_template(
        [ask(IMAGE, TEXT)]
    )


words = st.text(max_size=20) | st.sampled_from(
    [*CONTROL, "USER:", "ASSISTANT:", "  ", "\n", "\t", "é", "🙂", "<", ">"]
)
phrases = st.lists(words, max_size=5).map("".join)


@given(
    turns=st.lists(st.tuples(phrases, phrases.filter(bool)), max_size=2),
    last=phrases,
    system=st.none() | phrases,
)
@example(THREE[:2], THREE[2][0], None)
@example(THREE[:1], "What?", " Spaces around. ")
@example([], "Hi", "")
@example([("<image>", "</s>")], "<learnable>", "<image></s>")
@example([("", "x")], "", None)
@example([("\n\n  ", " ")], "\t", None)
@example([("\U000e0001\u200b", "\u0301")], "\u0301", None)
def test_template_equals_encoder_for_any_text(
    processor, encoder, turns: Turns, last: str, system: str | None
) -> None:
    """With a picture and without. Control tokens that are typed stay text; where transformers splits a
    text at one, the tokens around it may differ."""
    asked = [*turns, (last, None)]
    typed = any(
        token in str(text)
        for token in CONTROL
        for text in (system, *(text for turn in asked for text in turn))
    )
    for shown in (0, -1):
        messages = messages_of(asked, system, shown)
        ours, theirs = ids_of(encoder, asked, system, shown), by_template(processor, messages)
        if typed:
            assert processor.tokenizer.decode(theirs) == processor.tokenizer.decode(ours)
        else:
            assert theirs == ours == by_template(processor, messages, sanitize=False)
        for ids in (ours, theirs):
            assert ids.count(encoder.config.query_token_id) == 9 * len(asked)
            assert ids.count(encoder.config.image_token_id) == 4 * (shown == 0)
            assert ids.count(encoder.config.end_token_id) == len(turns)
            assert encoder.config.text_config.pad_token_id not in ids


def test_lone_surrogates_are_refused(encoder) -> None:
    """Python decodes invalid bytes of an argument to lone surrogates."""
    with pytest.raises(InputError, match="UTF-8"):
        encoder.text("a \udcff b")
    with pytest.raises(InputError, match="UTF-8"):
        encoder.conversation("", [("a \udcff b", 0, None)])


def test_a_long_conversation_is_not_copied_for_each_turn(encoder) -> None:
    """9,400 empty turns in a request of 800 kB took a server 46 seconds. Each turn has its own ids."""
    turns = [*encoder.turns("", [("Hello.", 0, [7])] * 50, [])]
    assert len({len(ids) for ids, _ in turns[1:]}) == 1
    assert all(answer == [7] for _, answer in turns)


def test_ctrl_c_passes_through_the_tokenizer(encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder.tokenizer, "encode", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        encoder.text("a")


@given(phrases)
@example("What does <image> mean, or<image><image>?")
@example("a </s>b")
def test_text_is_encoded_without_loss(encoder, text: str) -> None:
    """And without a control token."""
    ids = encoder.text(text)
    assert encoder.tokenizer.decode(ids) == text
    assert not {encoder.tokenizer.convert_tokens_to_ids(token) for token in CONTROL} & {*ids}
