"""The JSON document of an answer, `flashsloth.answer/1`, for `ask`, `batch` and Ray. No torch is
loaded."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flashsloth.errors import FlashSlothError
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.detail import AUTO

if TYPE_CHECKING:
    from flashsloth.chat.chat import ChatModel, ModelFacts
    from flashsloth.images.reader import LoadedImage

SCHEMA = "flashsloth.answer/1"
COUNTS = ("input_tokens", "visual_tokens", "query_tokens")  # token counts of a prompt
TIMINGS = ("image_ms", "ttft_ms", "decode_ms", "tokens_per_second")
MODEL = ("name", "repo", "revision", "adapter", "quant", "dtype", "device")  # fields of a model
IMAGE = ("sha256", "format", "width", "height", "orientation_applied")  # fields of a picture
SEEN = ("seen_width", "seen_height", "smallest_letters")


def document(
    model: ChatModel,
    settings: AnswerSettings,
    prompt: str | None,
    images: Sequence[dict[str, Any]],
    record: AnswerRecord | None,
    /,
    **more: Any,
) -> dict[str, Any]:
    """Return the document of a question that is asked with these settings. Without a record the fields
    about the answer are null. A field in `more` replaces the field of the same name, or comes after the
    other fields. What only some answers have comes last (`AnswerRecord.described`)."""
    stats = None if record is None else record.stats
    timings = {name: None if stats is None else round(getattr(stats, name), 1) for name in TIMINGS}
    values: dict[str, Any] = {
        "schema": SCHEMA,
        "id": uuid.uuid4().hex,
        "created": now(),
        "model": model_fields(model.facts),
        "server": model.server,
        "prompt": prompt,
        "system": settings.system,
        "images": list(images),
        "response": None if record is None else record.text,
        **({} if settings.constraint is None else {"value": None}),
        "token_ids": [] if record is None else list(record.token_ids),
        "finish_reason": None if record is None else record.reason,
        "options": options_of(model.facts, settings),
        "usage": _usage(record),
        "timings": {"load_ms": round(model.facts.load_ms, 1), **timings},
        "memory": {"peak_bytes": model.peak_memory()},
        "session": None,
        "warnings": [] if record is None else record.warnings,
    } | more
    if record is None:
        return values
    values |= record.described()
    # A foreign server reports only some of the fields. An unknown number must become null and not 0.
    return _clear_unreported(values, record.untold)


def _clear_unreported(value: Any, untold: frozenset[str]) -> Any:
    """Return a value with null for the fields that a foreign server did not report."""
    if not untold or not isinstance(value, dict):
        return value
    return {
        name: None if name in untold else _clear_unreported(each, untold)
        for name, each in value.items()
    }


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def model_fields(facts: ModelFacts) -> dict[str, Any]:
    """Return the name of a model and how it was opened."""
    return {name: getattr(facts, name) for name in MODEL}


def options_of(facts: ModelFacts, settings: AnswerSettings, **more: Any) -> dict[str, Any]:
    """Return the options of an answer, with `more` after the sampling settings.

    A schema, a regular expression, choices and a recipe have fields only if they are used, and the
    temperature of choices only if it is not 1. If none of these is used, the options are therefore
    equal to those in documents of older versions.
    """
    options = {
        **settings.sampling,
        "max_tokens": settings.max_tokens,
        "hd": settings.hd,
        **more,
    }
    if settings.constraint is not None:
        options |= settings.constraint.options
    if settings.choices:
        options["choices"] = list(settings.choices)
        if facts.choice_temperature != 1:
            options["choice_temperature"] = facts.choice_temperature
    if settings.hd == AUTO:
        options["detail_threshold"] = settings.detail_threshold
        options["refusal"] = settings.refusal
    if facts.reduction is not None:
        options["reduce"] = facts.reduction
    if facts.max_side is not None:
        options["max_side"] = facts.max_side
    return options


def _usage(record: AnswerRecord | None) -> dict[str, Any]:
    if record is None:
        return dict.fromkeys((*COUNTS, "cached_tokens", "output_tokens"))
    usage = {
        **{name: getattr(record, name) for name in (*COUNTS, "cached_tokens")},
        "output_tokens": record.generated,
    }
    if record.kept_by_layer:
        usage["kept_by_layer"] = list(record.kept_by_layer)
    return usage


def error_fields(error: FlashSlothError) -> dict[str, Any]:
    return {"code": error.code, "exit": error.exit_code, "message": str(error), "hint": error.hint}


def image_fields(
    image: LoadedImage,
    facts: ModelFacts,
    *,
    hd: bool | None,
    tokens: int | None = None,
    cached: bool = False,
) -> dict[str, Any]:
    """Return the fields of a picture. They include the size at which the model sees the picture, the
    height of the smallest letters that the model can read, its number of visual tokens, and whether the
    encoded picture came from the cache (`cached`). These fields are null if a foreign server sees the
    picture; the first three are if they depend on how the model cuts the picture into tiles."""
    fields = {"source": image.source, **{name: getattr(image, name) for name in IMAGE}}
    if image.crop is not None:
        fields["crop"] = image.crop
    scale = facts.scale_of(hd=hd)
    seen: Sequence[Any] = [None] * len(SEEN)
    if scale is not None:
        seen = scale.seen(image.width, image.height, hd=hd)[: len(SEEN)]
    fields |= zip(SEEN, seen, strict=True)
    is_foreign = facts.context_length is None
    return fields | {"visual_tokens": tokens, "cached": None if is_foreign else cached}


def unread_image(source: str) -> dict[str, Any]:
    """Return the fields of a picture that could not be read. All fields except its source are null."""
    return {"source": source, **dict.fromkeys((*IMAGE, *SEEN, "visual_tokens", "cached"))}
