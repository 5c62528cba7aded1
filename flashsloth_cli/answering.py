"""One answer for a script: the body that `ask` and a one-shot `chat` share."""

from __future__ import annotations

import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError
from flashsloth_cli import inputs, opening, render, settings

if TYPE_CHECKING:
    from flashsloth.processing.load import LoadedImage
    from flashsloth.session import Answer, Chat, FlashSloth

SAMPLING = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed")


@dataclass(frozen=True, slots=True)
class AskOptions:
    """The flags of one question, beside those that choose the model."""

    model: opening.ModelOptions
    system: str | None = None
    max_tokens: int | None = None
    sampling: dict[str, Any] = field(default_factory=dict)
    stop: tuple[str, ...] = ()
    hd: bool | None = None
    json: bool = False
    no_stream: bool = False
    stats: bool = False
    allow_truncated: bool = False
    allow_local: bool = False
    reference: bool = False


def read_picture(picture: inputs.Picture, options: AskOptions) -> LoadedImage:
    """Read it before any model is opened, so that a wrong path fails at once."""
    from flashsloth.processing.load import read_image

    return read_image(
        picture.data if picture.data is not None else picture.source,
        reference=options.reference,
        allow_truncated=options.allow_truncated,
        allow_local=options.allow_local,
        name=picture.source if picture.data is not None else None,
    )


def begin(model: FlashSloth, image: LoadedImage | None, options: AskOptions, settled: settings.Settings) -> Chat:
    """A conversation with these settings."""
    images = [image] if image is not None else []
    return model.chat(*images, system=settled.get("system", options.system), hd=settled.get("hd", options.hd))


def put(chat: Chat, question: str, options: AskOptions, settled: settings.Settings) -> Answer:
    """Ask with these settings."""
    chosen = {name: settled.get(name, options.sampling.get(name)) for name in SAMPLING}
    return chat.ask(
        question, max_tokens=settled.get("max_tokens", options.max_tokens, 512), stop=options.stop, **chosen
    )


def read_settings() -> settings.Settings:
    """What is settled, with its warnings on stderr."""
    settled = settings.read()
    for warning in settled.warnings:
        render.note(f"warning: {warning}")
    return settled


def answer_once(given: inputs.Inputs, options: AskOptions, settled: settings.Settings) -> None:
    """One question, one answer on stdout.

    Raises: OptionError without a question or with several pictures, and whatever opening and answering raise.
    """
    if given.question is None:
        raise OptionError("no question was given", hint='Add one: flashsloth ask photo.jpg "What is this?" or -p TEXT')
    if len(given.pictures) > 1:
        raise OptionError(
            f"one picture a question for now, not {len(given.pictures)}", hint="Ask about them one by one, in a loop."
        )
    image = read_picture(given.pictures[0], options) if given.pictures else None
    model = opening.open_model(options.model, settled)
    chat = begin(model, image, options, settled)
    answer = put(chat, given.question, options, settled)
    for warning in answer.warnings:
        render.note(f"warning: {warning}")
    if options.json:
        answer.text()
        render.write_json(envelope(model, chat, answer))
    else:
        show(answer, whole=options.no_stream)
    if (options.stats or settled.get("stats", default=False)) and answer.stats is not None:
        render.note(render.stats_line(answer.stats))


def show(answer: Answer, *, whole: bool = False) -> None:
    """The answer on stdout as it comes; Ctrl-C leaves what is there and goes on up."""
    out = render.TextOut()
    try:
        if whole:
            out.piece(answer.text())
        else:
            for piece in answer:
                out.piece(piece)
    except KeyboardInterrupt:
        answer.close()
        out.broken_off()
        raise
    out.end()


def envelope(model: FlashSloth, chat: Chat, answer: Answer) -> dict[str, Any]:
    """The document `flashsloth.answer/1`."""
    loaded, stats, sampling = model.loaded, answer.stats, answer.sampling
    assert stats is not None  # the answer was read to its end
    image = chat.image
    return {
        "schema": "flashsloth.answer/1",
        "id": uuid.uuid4().hex,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "model": {
            "name": loaded.source.name,
            "repo": loaded.source.repo,
            "revision": loaded.source.revision,
            "adapter": None,
            "quant": "none",
            "dtype": loaded.dtype,
            "device": loaded.device,
        },
        "prompt": answer.question,
        "system": chat.system,
        "images": [_image(image, chat)] if image is not None else [],
        "response": chat.turns[-1].answer,
        "token_ids": list(answer.token_ids),
        "finish_reason": answer.reason,
        "options": {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            "repetition_penalty": sampling.repetition_penalty,
            "max_tokens": answer.max_tokens,
            "seed": sampling.seed,
            "hd": chat.hd,
        },
        "usage": {
            "input_tokens": stats.input_tokens,
            "visual_tokens": stats.visual_tokens,
            "query_tokens": stats.query_tokens,
            "cached_tokens": stats.cached_tokens,
            "output_tokens": stats.output_tokens,
        },
        "timings": {
            "load_ms": round(loaded.load_ms, 1),
            "image_ms": round(stats.image_ms, 1),
            "ttft_ms": round(stats.ttft_ms, 1),
            "decode_ms": round(stats.decode_ms, 1),
            "tokens_per_second": round(stats.tokens_per_second, 1),
        },
        "memory": {"peak_bytes": peak_bytes(loaded.device)},
        "session": None,
        "warnings": answer.warnings,
    }


def _image(image: LoadedImage, chat: Chat) -> dict[str, Any]:
    return {
        "source": image.source,
        "sha256": image.sha256,
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "orientation_applied": image.orientation_applied,
        "visual_tokens": chat.visual_tokens,
    }


def peak_bytes(device: str) -> int:
    """Most memory held so far: on CUDA by the allocator, elsewhere by this process; 0 where it cannot be told."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
