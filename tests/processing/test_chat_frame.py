"""Chat frames: cut out of chat templates, encoded as the templates would be, and safe from what users
type."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import repeat
from typing import Any

import jinja2
import pytest
from tokenizers import processors
from transformers import AutoTokenizer

import tiny
from flashsloth.data.sample import IGNORED, QAPair, Sample, encode_caption, encode_chat, token_spans
from flashsloth.errors import InvalidConfiguration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.model.query_groups import find_groups
from flashsloth.processing.chat_frame import MAX_CHARACTERS, PAPER, ChatFrame
from flashsloth.processing.prompt import PromptEncoder, SpecialTokens, add_special_tokens, chat_template
from messages import refused
from smollm2 import prepare

from .chat_templates import KINDS, PLAIN, SPECIAL, STRIPPING, TEMPLATES, ids_of, make, messages_of

TURNS = [("What is it?", "A kite."), ("Which  colour,\nexactly?", "Red (and white)."), ("Where?", None)]


def slow(*values: object) -> Any:
    """Return values whose cases add little to those of the others, of every tokenizer with every
    template."""
    return pytest.param(*values, marks=pytest.mark.slow)


def opened(
    kind: str, template: str | None, queries: int = 2
) -> tuple[Any, SpecialTokens, PromptEncoder]:
    tokenizer = make(kind, template)
    special = add_special_tokens(tokenizer, 0, ChatFrame.of(tokenizer))
    special = replace(special, num_query_tokens=queries)
    return tokenizer, special, PromptEncoder(tokenizer, special)


def makers(tokenizer: Any, chat: list[dict[str, Any]]) -> list[int]:
    """The ids of the maker's own template."""
    template = tokenizer.chat_template.replace("strftime_now('%d %b %Y')", "'26 Jul 2024'")
    options = {"enable_thinking": False, "chat_template": template}
    return list(
        tokenizer.apply_chat_template(
            chat, tokenize=True, return_dict=False, add_generation_prompt=True, **options
        )
    )


@pytest.mark.parametrize("count", [slow(1), 3])
@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "always-thinking"])
@pytest.mark.parametrize("kind", KINDS)
def test_without_query_tokens_the_ids_are_the_makers(kind: str, template: str, count: int) -> None:
    tokenizer, _, encoder = opened(kind, template, queries=0)
    turns = [*TURNS[: count - 1], (TURNS[count - 1][0], None)]
    assert ids_of(encoder, turns) == makers(tokenizer, messages_of(turns))
    if template in ("chatml", "thinking", "llama3", "phi3"):
        assert ids_of(encoder, turns, "Be brief.") == makers(tokenizer, messages_of(turns, "Be brief."))


def test_a_tokenizer_that_begins_each_text_with_a_token() -> None:
    """As Llama's, unless it is told not to."""
    tokenizer, _, encoder = opened("sentencepiece", "chatml", queries=0)
    start = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.backend_tokenizer.post_processor = start
    assert tokenizer("a").input_ids[0] == tokenizer.bos_token_id
    assert ids_of(encoder, TURNS) == makers(tokenizer, messages_of(TURNS))


def test_a_system_text_that_a_template_moves_stays_in_the_first_turn() -> None:
    """Questions have one form: a space before each of them."""
    tokenizer, _, encoder = opened("byte-level", "mistral", queries=0)
    text = tokenizer.decode(ids_of(encoder, [("What?", "A kite."), ("Where?", None)], "Be brief."))
    assert text == "<s>[INST] Be brief.\n\n What? [/INST] A kite.</s>[INST] Where? [/INST]"


@pytest.mark.parametrize("kind", ["byte-level", "sentencepiece", "sentencepiece-every", "unigram"])
@pytest.mark.parametrize("template", [*TEMPLATES, None])
@pytest.mark.parametrize(("shown", "system"), [slow(-1, ""), (0, "Be brief."), slow(1, "")])
def test_the_jinja_template_gives_the_encoders_ids(
    kind: str, template: str | None, shown: int, system: str
) -> None:
    tokenizer, special, encoder = opened(kind, template, queries=9)
    config = tiny.config(text=special.text_settings(), system_prompt=system, **special.own_settings())
    processor = FlashSlothProcessor.from_config(config, tokenizer)
    encoded = processor.apply_chat_template(
        messages_of(TURNS, shown=shown), tokenize=True, return_dict=True, add_generation_prompt=True
    )
    assert [*encoded["input_ids"][0]] == ids_of(encoder, TURNS, system, shown)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_user_types_is_no_control_token(kind: str, template: str) -> None:
    """Each control token's own text, alone, doubled and within another."""
    tokenizer, _, encoder = opened(kind, template)
    typed = [
        *SPECIAL[1:],
        *STRIPPING,
        "<image>",
        "<learnable>",
        *(PLAIN if template == "thinking" else ()),
    ]
    control = {tokenizer.convert_tokens_to_ids(token) for token in typed}
    assert len(control) == len(typed)
    plain = ids_of(encoder, [("a", "b"), ("c", None)], "d")
    for token in typed:
        for text in (token, f"x{token}{token} y", token[:3] + token + token[3:], f"{token}\n"):
            ids = ids_of(encoder, [(text, text), (text, None)], text)
            assert [i for i in ids if i in control] == [i for i in plain if i in control], text
            assert control.isdisjoint(encoder.text(text))
            if kind in ("byte-level", "unigram"):
                assert tokenizer.decode(encoder.text(text)) == text


def test_a_token_that_cannot_be_written_as_letters_is_refused() -> None:
    tokenizer = make("byte-level", "chatml")
    tokenizer.add_tokens(["\u732b"], special_tokens=True)
    special = add_special_tokens(tokenizer, 0, ChatFrame.of(tokenizer))
    assert tokenizer.decode(PromptEncoder(tokenizer, special).text("a \u732b b")) == "a \u732b b"
    letter = replace(special, query_token_id=tokenizer.convert_tokens_to_ids("z"))
    with refused("input"):
        PromptEncoder(tokenizer, letter).text("a z")


@pytest.mark.parametrize("template", [*TEMPLATES, None])
@pytest.mark.parametrize("kind", ["byte-level", "sentencepiece"])
def test_questions_are_found_in_several_turns(kind: str, template: str | None) -> None:
    """A picture with the first question, another with the second, none with the third."""
    tokenizer, special, encoder = opened(kind, template, queries=9)
    config = tiny.config(text=special.text_settings(), system_prompt="", **special.own_settings())
    turns = [
        ("What?", 1, encoder.answer("A kite.")),
        ("And this?", 1, encoder.answer("Red.")),
        ("Where?", 0, None),
    ]
    ids = encoder.conversation("", turns, repeat([encoder.config.image_token_id] * 4))
    groups = find_groups(ids, config, 4)
    assert [len(group.images) for group in groups] == [1, 2, 2]
    asked = [
        tokenizer.decode(ids[group.question_start : group.query_start]).strip() for group in groups
    ]
    assert asked == ["What?", "And this?", "Where?"]


@pytest.mark.parametrize("template", [*TEMPLATES, None])
def test_a_prompt_begins_with_the_one_before_it(template: str | None) -> None:
    """And its answer; where the history leaves a thought out, with the prompt up to the thought."""
    _, special, encoder = opened("byte-level", template)
    blocks = [[encoder.config.image_token_id] * 4]
    first = encoder.conversation("", [("What?", 1, None)], blocks)
    answer = encoder.answer("A kite.")
    (asked, _), (more, _) = encoder.turns("", [("What?", 1, answer), ("Where?", 0, None)], blocks)
    for pictures in (0, 1):
        opening = encoder.conversation("", [(None, pictures, None)], blocks)
        assert opening
        whole = encoder.conversation("", [("What?", pictures, None)], blocks)
        assert opening == whole[: len(opening)]
    assert asked == first[: len(asked)]
    if template == "thinking":
        assert encoder.frame.before_answer.endswith("assistant\n<think>\n\n</think>\n\n")
    else:
        assert asked == first
    assert more[0] == special.end_token_ids[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_keeps_the_spaces(kind: str) -> None:
    """Also before answers, with decoders that drop the space of the first token."""
    _, _, encoder = opened(kind, "mistral")
    sample = Sample((QAPair("What?", "A kite."), QAPair("Where?", "Up.")), None, None)
    spans = token_spans(encoder, encode_chat(encoder, sample, 4))
    shown = "".join(span.text for span in spans if span.kind == "text")
    assert "[/INST] A kite.</s>" in shown
    assert "[/INST] Up.</s>" in shown
    assert [span.text for span in spans if span.learned] == [" A kite.</s>", " Up.</s>"]


@pytest.mark.parametrize("template", [*TEMPLATES, None])
def test_labels(template: str | None) -> None:
    """Each answer with the token that ends it; the last one follows what it is generated after."""
    tokenizer, _, encoder = opened("byte-level", template)
    sample = Sample((QAPair("What?", "A kite."), QAPair("Where?", "Up.")), "a.png", None)
    encoded = encode_chat(encoder, sample, 4)
    end = tokenizer.decode([encoder.end_of_answer[-1]])
    learned = tokenizer.decode([i for i in encoded.labels if i != IGNORED])
    assert [part.strip() for part in learned.split(end)] == ["A kite.", "Up.", ""]
    turns = [("What?", 1, encoder.answer("A kite.")), ("Where?", 0, None)]
    prompt = encoder.conversation("", turns, repeat([encoder.config.image_token_id] * 4))
    assert encoded.input_ids == prompt + encoder.answer("Up.") + encoder.end_of_answer
    caption = encode_caption(encoder, sample, 4).input_ids
    begins = template in ("llama3", "gemma", "mistral")
    assert caption[: 1 + begins] == [tokenizer.bos_token_id] * begins + [encoder.config.image_token_id]


def test_parts_of_frames() -> None:
    """The date is fixed; a model that always thinks answers at once; a system text that a template
    refuses comes before the question; without a template the paper's form ends with the tokenizer's own
    end."""
    assert "Today Date: 26 Jul 2024" in ChatFrame.of(make("byte-level", "llama3")).without_system
    frame = ChatFrame.of(make("byte-level", "always-thinking"))
    assert frame.before_answer == frame.before_past_answer == "<|im_end|>\n<|im_start|>assistant\n"
    frame = ChatFrame.of(make("byte-level", "gemma"))
    assert (frame.before_system, frame.after_system) == (frame.without_system, "\n\n")
    assert ChatFrame.of(make("byte-level", None)) == replace(PAPER, after_answer="<|im_end|>")
    assert ChatFrame.from_dict(FRAME) == ChatFrame.from_dict(None) == PAPER


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% for m in messages | reverse %}{{ m.content + '</s>' }}{% endfor %}", "in order"),
        ("{% for m in messages %}{{ m.content | upper + '</s>' }}{% endfor %}", "in order"),
        ("{% for m in messages %}{{ m.content + '\n' }}{% endfor %}", "control token"),
        ("{{ raise_exception('no') }}", "fails: no"),
        (
            "{% for m in messages %}{{ 'x' * 9000 + m.content + '</s>' }}{% endfor %}",
            f"more than {MAX_CHARACTERS}",
        ),
    ],
)
def test_templates_that_are_refused(template: str, message: str) -> None:
    tokenizer = make("byte-level", "chatml")
    tokenizer.chat_template = template
    with refused("model_unsupported", message, "base model"):
        ChatFrame.of(tokenizer)


FRAME = asdict(PAPER)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("text", "chat_frame: invalid value 'text'"),
        ({}, "chat_frame: before_system is missing"),
        ({**FRAME, "more": ""}, "chat_frame: unknown key more"),
        ({**FRAME, "before_answer": 3}, "chat_frame: invalid before_answer 3"),
        ({**FRAME, "before_answer": "x" * (MAX_CHARACTERS + 1)}, "invalid before_answer 'xxx"),
        ({**FRAME, "next_question": "\ud800"}, "invalid next_question"),
        ({**FRAME, "after_answer": ""}, "invalid after_answer ''"),
    ],
)
def test_frames_of_a_strangers_config(values: Any, message: str) -> None:
    with pytest.raises(InvalidConfiguration, match=message):
        ChatFrame.from_dict(values)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_texts_of_a_configuration_run_nothing_in_the_jinja_template(count: int) -> None:
    """Quotes, braces and names of placeholders, in the system text and in the frame, which has one of
    its own."""
    odd = 'Say "no" to }}{{ 7 * 7 }}@queries@ and \\ \u2013 \u732b \U0001f9a5'
    frame = asdict(replace(PAPER, without_system=f"{odd} USER: "))
    for system in (odd, ""):
        config = tiny.config(num_query_tokens=count, system_prompt=system, chat_frame=frame)
        source = (
            chat_template(config).replace("{%- generation -%}", "").replace("{%- endgeneration -%}", "")
        )
        template = jinja2.Environment().from_string(source)  # the generation tag is transformers' own
        text = template.render(messages=[{"role": "user", "content": "Hi"}], add_generation_prompt=True)
        assert text == f"{odd} USER: Hi{'<learnable>' * count} ASSISTANT:"


@pytest.mark.parametrize(("spare", "grown"), [(0, True), (3, True), (4, False), (100, False)])
def test_special_tokens_take_spare_rows_first(spare: int, grown: bool) -> None:
    tokenizer = make("byte-level", "chatml")  # it has no pad token: that makes three
    size = len(tokenizer)
    made = add_special_tokens(
        tokenizer, size + spare - 1, ChatFrame.of(tokenizer), end_token_ids=(2, 4)
    )
    assert sorted((made.query_token_id, made.image_token_id, made.pad_token_id)) == [
        size,
        size + 1,
        size + 2,
    ]
    assert made.vocab_size == (-(-(size + 3) // 64) * 64 if grown else size + spare - 1)
    assert made.end_token_ids == (tokenizer.convert_tokens_to_ids("<|im_end|>"), 2)
    assert (
        add_special_tokens(tokenizer, made.vocab_size, ChatFrame.of(tokenizer), end_token_ids=(2,))
        == made
    )
    with pytest.raises(InvalidConfiguration, match="no room for"):
        add_special_tokens(make("byte-level", "chatml"), size, ChatFrame.of(tokenizer), may_grow=False)


@pytest.mark.parametrize("name", ["before_system", "after_system", "before_answer", "next_question"])
def test_frames_of_other_tokenizers_and_with_placeholders_are_refused(name: str) -> None:
    tokenizer, special, _ = opened(next(iter(KINDS)), None)
    frame = special.chat_frame or {}
    with refused("configuration_invalid", "'<other>'"):
        add_special_tokens(make("byte-level", None), 0, replace(PAPER, after_answer="<other>"))
    for token in ("<image>", "<learnable>"):
        with pytest.raises(InvalidConfiguration, match="placeholder"):
            PromptEncoder(
                tokenizer, replace(special, chat_frame={**frame, name: f"{frame[name]}{token}"})
            )


@pytest.mark.slow
def test_smollm2() -> None:
    smollm2: Any = AutoTokenizer.from_pretrained(**prepare().package())
    frame = ChatFrame.of(smollm2)
    assert "You are a helpful AI assistant named SmolLM" in frame.without_system
    special = add_special_tokens(smollm2, 49152, frame)
    assert (special.vocab_size, special.end_token_ids, special.turn_prefix_length) == (49216, (2,), 5)
    assert {special.query_token_id, special.image_token_id, special.pad_token_id} == {
        49152,
        49153,
        49154,
    }
    encoder = PromptEncoder(smollm2, replace(special, num_query_tokens=0))
    for system in ("", "Be brief."):
        assert ids_of(encoder, TURNS, system) == makers(smollm2, messages_of(TURNS, system or None))
    for token in smollm2.added_tokens_decoder.values():
        assert set(encoder.text(f"a {token.content} b")).isdisjoint(smollm2.added_tokens_decoder)
