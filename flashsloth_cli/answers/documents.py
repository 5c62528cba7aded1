"""The JSON document of an answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flashsloth_cli.answers.picture_input import SEEN, seen_facts

if TYPE_CHECKING:
    from flashsloth.chat import Answer, Chat
    from flashsloth.chat.chat_model import ModelFacts
    from flashsloth.generation.constraint import Constraint
    from flashsloth.generation.events import Choice
    from flashsloth.images.reader import LoadedImage

USAGE = ("input_tokens", "visual_tokens", "query_tokens", "cached_tokens", "output_tokens")
TIMINGS = ("image_ms", "ttft_ms", "decode_ms", "tokens_per_second")
MODEL = ("name", "repo", "revision", "adapter", "quant", "dtype", "device")  # fields of a model
IMAGE = ("sha256", "format", "width", "height", "orientation_applied")  # fields of a picture


def answer_document(chat: Chat, answer: Answer) -> dict[str, Any]:
    """Return the document `flashsloth.answer/1` of a finished answer."""
    stats = answer.stats
    assert stats is not None
    document = unanswered_document(chat, answer)
    return {
        **document,
        "images": [
            _image(image, chat, cached=cached)
            for image, cached in zip(chat.images, chat.images_from_cache, strict=True)
        ],
        "response": chat.turns[-1].answer,
        **({} if answer.constraint is None else {"value": answer.value()}),
        "token_ids": list(answer.token_ids),
        "finish_reason": answer.reason,
        "usage": {name: getattr(stats, name) for name in USAGE}
        | ({"kept_by_layer": list(stats.kept_by_layer)} if stats.kept_by_layer else {}),
        "timings": document["timings"] | {name: round(getattr(stats, name), 1) for name in TIMINGS},
        "warnings": answer.warnings,
        **choice_fields(answer.choices),
    }


def unanswered_document(chat: Chat, answer: Answer, images: Sequence[str] = ()) -> dict[str, Any]:
    """Return the document of a question that was not asked, with null for the answer. `images` are the sources of
    pictures that could not be read, where the conversation has none."""
    facts = chat.model.facts
    return {
        **document_header(model_fields(facts), chat.model.server),
        "prompt": answer.question,
        "system": chat.system,
        "images": [_image(image, chat, cached=False) for image in chat.images] or list(map(unread_image, images)),
        "response": None,
        **({} if answer.constraint is None else {"value": None}),
        "token_ids": [],
        "finish_reason": None,
        "options": {
            **asdict(answer.sampling),
            "max_tokens": answer.max_tokens,
            "hd": chat.hd,
            **constraint_options(answer.constraint),
            **choice_options(answer.choice_texts, facts.choice_temperature),
        },
        "usage": dict.fromkeys(USAGE),
        "timings": {"load_ms": round(facts.load_ms, 1), **dict.fromkeys(TIMINGS)},
        "memory": {"peak_bytes": chat.model.peak_memory()},
        "session": None,
        "warnings": [],
    }


def constraint_options(constraint: Constraint | None) -> dict[str, Any]:
    """Return the fields of a schema or a regular expression, which are there only with one: old documents lack them."""
    return {} if constraint is None else constraint.options


def document_header(model: dict[str, Any], server: str | None) -> dict[str, Any]:
    """Return the first fields of every answer's document. `server` is the address of the one that answered."""
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "schema": "flashsloth.answer/1",
        "id": uuid.uuid4().hex,
        "created": created,
        "model": model,
        "server": server,
    }


def choice_fields(choices: Sequence[Choice] | None) -> dict[str, Any]:
    """Return the probabilities of the choices; nothing for an answer without choices."""
    return {"choices": [choice._asdict() for choice in choices]} if choices else {}


def choice_options(texts: Sequence[str], temperature: float) -> dict[str, Any]:
    """Return the choices and their temperature unless it is 1; nothing without choices, so that earlier batches have
    the same options."""
    fitted = {} if temperature == 1 else {"choice_temperature": temperature}
    return {"choices": list(texts), **fitted} if texts else {}


def model_fields(facts: ModelFacts) -> dict[str, Any]:
    """Return the name of a model and how it was opened."""
    return {name: getattr(facts, name) for name in MODEL}


def unread_image(source: str) -> dict[str, Any]:
    """Return the fields of a picture that could not be read: its source, and null for the rest."""
    return {"source": source, **dict.fromkeys((*IMAGE, *SEEN, "visual_tokens", "cached"))}


def _image(image: LoadedImage, chat: Chat, *, cached: bool) -> dict[str, Any]:
    facts = chat.model.facts
    return {
        "source": image.source,
        **{name: getattr(image, name) for name in IMAGE},
        **({} if image.crop is None else {"crop": image.crop}),
        **seen_facts(facts.picture_scale, image.width, image.height, hd=chat.hd),
        "visual_tokens": facts.visual_tokens[chat.hd],
        "cached": cached,
    }
