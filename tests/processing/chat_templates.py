"""Small tokenizers, chat templates with the structure of published ones, and conversations for both."""

from __future__ import annotations

from itertools import repeat
from typing import Any, TypeAlias

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from flashsloth.processing.prompt import PromptEncoder

# questions and answers, of which the last may be missing
Turns: TypeAlias = list[tuple[str, str | None]]
TEMPLATES = {
    "chatml": (
        "{% for m in messages %}{% if loop.first and m.role != 'system' %}"
        "{{ '<|im_start|>system\nYou are a helpful assistant<|im_end|>\n' }}{% endif %}"
        "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "thinking": (  # Qwen3: no thought in earlier answers, an empty one before the next
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
        "{% if enable_thinking is defined and enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
        "{% endif %}"
    ),
    "always-thinking": (
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n' }}{% endif %}"
    ),
    "llama3": (
        "{% if strftime_now is defined %}{% set today = strftime_now('%d %b %Y') %}{% else %}{% set today = '?' %}"
        "{% endif %}{{ '<s>' }}{% if messages[0].role == 'system' %}{% set text = messages[0].content | trim %}"
        "{% set rest = messages[1:] %}{% else %}{% set text = '' %}{% set rest = messages %}{% endif %}"
        "{{ '<|role|>system<|/role|>\n\nToday Date: ' + today + '\n\n' + text + '<|eot|>' }}"
        "{% for m in rest %}{{ '<|role|>' + m.role + '<|/role|>\n\n' + m.content | trim + '<|eot|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|role|>assistant<|/role|>\n\n' }}{% endif %}"
    ),
    "gemma": (
        "{{ '<s>' }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for m in messages %}{% set role = 'model' if m.role == 'assistant' else m.role %}"
        "{{ '<|im_start|>' + role + '\n' + m.content | trim + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>model\n' }}{% endif %}"
    ),
    "mistral": (  # the system text moves to the last question
        "{% if messages[0].role == 'system' %}{% set text = messages[0].content %}{% set rest = messages[1:] %}"
        "{% else %}{% set rest = messages %}{% endif %}{{ '<s>' }}{% for m in rest %}{% if m.role == 'user' %}"
        "{% if loop.last and text is defined %}{{ '[INST] ' + text + '\n\n' + m.content + ' [/INST]' }}"
        "{% else %}{{ '[INST] ' + m.content + ' [/INST]' }}{% endif %}"
        "{% else %}{{ ' ' + m.content + '</s>' }}{% endif %}{% endfor %}"
    ),
    "phi3": (
        "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
    ),
}
ENDS = {"llama3": "<|eot|>", "mistral": "</s>", "phi3": "<|end|>"}
SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|role|>", "<|/role|>", "<|eot|>")
# Phi-3's: white space after them is dropped
STRIPPING = ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>")
PLAIN = ("<think>", "</think>")  # added tokens that are not marked as special, as Qwen's


def byte_level() -> Tokenizer:
    """Bytes without merges, digits and words apart, as GPT-2's."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {token: number for number, token in enumerate([*SPECIAL, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece(scheme: str) -> Tokenizer:
    """Letters and bytes, with a space before the text ("first") or before each part of it ("every"), as
    Llama's."""
    letters = [chr(code) for code in range(33, 127)] + ["\u2581"]
    every = [*SPECIAL, *(f"<0x{code:02X}>" for code in range(256)), *letters]
    tokenizer = Tokenizer(
        models.BPE(vocab={t: n for n, t in enumerate(every)}, merges=[], byte_fallback=True)
    )
    if scheme == "first":
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
        )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("\u2581", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return tokenizer


def unigram() -> Tokenizer:
    """A Unigram model that has the control tokens among its words, and would find them in any text."""
    letters = [chr(code) for code in range(32, 127)] + ["\n"]
    pieces = [(token, -1.0) for token in SPECIAL] + [(letter, -5.0) for letter in letters]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


KINDS = {
    "byte-level": byte_level,
    "sentencepiece": lambda: sentencepiece("first"),
    "sentencepiece-every": lambda: sentencepiece("every"),
    "unigram": unigram,
}


def make(kind: str, template: str | None) -> Any:
    """Return a tokenizer of transformers."""
    tokenizer = KINDS[kind]()
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False, special=True) for token in SPECIAL]
    )
    tokenizer.add_special_tokens(
        [AddedToken(t, normalized=False, special=True, rstrip=True) for t in STRIPPING]
    )
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in PLAIN])
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token=ENDS.get(template or "", "<|im_end|>"),
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
    )
    made.chat_template = TEMPLATES[template] if template else None
    return made


def messages_of(turns: Turns, system: str | None = None, shown: int = -1) -> list[dict[str, Any]]:
    """Return turns as messages, with a picture in the turn of number `shown`."""
    made: list[dict[str, Any]] = [] if system is None else [{"role": "system", "content": system}]
    for number, (question, answer) in enumerate(turns):
        picture = [{"type": "image", "image": np.zeros((8, 8, 3), np.uint8)}] if number == shown else []
        text = [*picture, {"type": "text", "text": question}] if shown >= 0 else question
        made.append({"role": "user", "content": text})
        made += [] if answer is None else [{"role": "assistant", "content": answer}]
    return made


def ids_of(
    encoder: PromptEncoder, turns: Turns, system: str | None = None, shown: int = -1
) -> list[int]:
    """Return the encoder's ids of the same turns, with four visual tokens."""
    parts = [
        (question, int(number == shown), None if answer is None else encoder.answer(answer))
        for number, (question, answer) in enumerate(turns)
    ]
    system = encoder.config.system_prompt if system is None else system
    return encoder.conversation(system, parts, repeat([encoder.config.image_token_id] * 4))
