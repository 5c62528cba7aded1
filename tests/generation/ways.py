"""Every way to answer questions about a picture, as functions of a model and what is asked, and kinds
of models."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from PIL import Image

import replies
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.engine import EncodedImage
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.images.reader import read_image
from flashsloth.processing.prompt import PromptTurn
from flashsloth.reduction.dyvte import ExitGates, GatePolicy, gated_layers
from flashsloth.reduction.fitprune import FitPrune
from flashsloth.sizes.families import MIXED_RESOLUTION
from generation.helpers import (
    answer,
    conversation,
    driven,
    generate,
    in_memory,
    inputs,
    pixel_values,
    see,
)
from reduction.helpers import with_policy
from replies import said

COUNT = 6  # tokens of an answer


class Asked(NamedTuple):
    """A picture, or None, and the questions of a conversation about it."""

    picture: Image.Image | None
    questions: tuple[str, ...]


Answers = list[list[int]]  # the ids of each turn
Way = Callable[[FlashSloth, list[Asked]], list[Answers]]


def in_turn(sloth: FlashSloth, asked: Asked, answered: Callable[[list[int]], list[int]]) -> Answers:
    """Return the answers to each question, each from the ids of all before it."""
    found: Answers = []
    block = [sloth.config.image_token_id] * sloth.config.visual_tokens(False)
    turns: list[PromptTurn] = []
    for question in asked.questions:
        turns.append((question, int(asked.picture is not None and not turns), None))
        found.append(answered(sloth.prompt.conversation(sloth.config.system_prompt, turns, [block])))
        turns[-1] = (*turns[-1][:2], found[-1])
    return found


def from_nothing(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    """Prefill every question with all before it in a new state: what the other ways are compared to."""

    def alone(asked: Asked) -> Answers:
        image: EncodedImage | None = see(sloth, asked.picture) if asked.picture else None
        return in_turn(sloth, asked, lambda ids: answer(sloth, ids, image, COUNT))

    return [alone(asked) for asked in all_asked]


def one_step_late(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    """Pad each prefill to a bucket, and start each decode before its token is read, as on a CUDA
    device."""
    return from_nothing(driven(sloth, padded=True, ahead=True), all_asked)


def chat(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    """Ask in conversations, whose later turns use the cache of the earlier ones."""

    def answered(asked: Asked) -> Answers:
        talk = sloth.chat(*([asked.picture] if asked.picture else []))
        return [
            said(talk.ask(question, max_tokens=COUNT, temperature=0)) for question in asked.questions
        ]

    return [answered(asked) for asked in all_asked]


def together(sloth: FlashSloth, all_asked: list[Asked], size: int = 64) -> list[Answers]:
    wanted = [
        replies.Asked(each.questions, read_image(each.picture) if each.picture else None)
        for each in all_asked
    ]
    answerer = BatchedAnswerer(sloth, AnswerSettings(max_tokens=COUNT), size)
    found = replies.replies(answerer, wanted)
    return [[list(record.token_ids) for record in records] for records in found]


def two_at_a_time(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    return together(sloth, all_asked, 2)


def transformers(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    """Generate with transformers, from the ids of all turns so far."""

    def generated(asked: Asked) -> Answers:
        given = pixel_values(sloth, *([asked.picture] if asked.picture else []))
        return in_turn(
            sloth,
            asked,
            lambda ids: generate(sloth, {"input_ids": torch.tensor([ids]), **given}, COUNT)[0],
        )

    return [generated(asked) for asked in all_asked]


def transformers_together(sloth: FlashSloth, all_asked: list[Asked]) -> list[Answers]:
    """Generate the first turns with transformers, padded on the left: with and without a cache, and in
    a static one."""
    batch = inputs(sloth, [conversation(asked.questions[0], asked.picture) for asked in all_asked])
    assert not batch["attention_mask"].all()
    first, *others = (
        generate(sloth, batch, COUNT, **options)
        for options in ({}, {"use_cache": False}, {"cache_implementation": "static"})
    )
    assert others == [first, first]
    return [[ids] for ids in first]


ENGINE: tuple[Way, ...] = (one_step_late, chat, together, two_at_a_time)
ONE_ROW: tuple[Way, ...] = (*ENGINE, transformers)
ALL: tuple[Way, ...] = (*ONE_ROW, transformers_together)

MIXED: dict[str, Any] = {
    "model_type": MIXED_RESOLUTION,
    "low_resolution": {**tiny.VISION, "num_hidden_layers": 6},
    "high_resolution": {
        "patch_size": 2,
        "depths": [1, 1, 2, 1],
        "hidden_sizes": [8, 8, 16, 24],
        "layer_scale_init_value": 0.5,
    },
}


def made(config: FlashSlothConfig) -> FlashSloth:
    return in_memory(tiny.model(config=config))


def pruned(nano: FlashSloth) -> FlashSloth:
    """Drop tokens before and after EmbQ's layer."""
    drops = [3, 1, 1] + [0] * (nano.config.text_config.num_hidden_layers - 3)
    return with_policy(nano, FitPrune(drops, 16, nano.config.embq_layer))


def gated(nano: FlashSloth) -> FlashSloth:
    """Let random gates decide, each with a bias of its own, so that not all prompts leave before the
    same layer."""
    layers, generator = gated_layers(nano.config), torch.Generator().manual_seed(8)
    gates = ExitGates(len(layers), nano.config.text_config.hidden_size, 8)
    gates.reset_parameters(generator)
    return with_policy(nano, GatePolicy(gates, layers, 0.2, 16))


ROUTED: dict[str, Any] = {
    "pooling_window": 2,
    "embq_layer": 2,
    "routed_layers": [1, 2, 3],
    "skip_ratio": 0.4,
}
# of nano, opened, and which ways a model has
MODELS: dict[str, tuple[Callable[[FlashSloth], FlashSloth], tuple[Way, ...]]] = {
    "tiny": (lambda _: made(tiny.config()), ALL),
    "nano": (lambda nano: nano, ALL),
    "two resolutions": (
        lambda _: made(
            FlashSlothConfig(text_config=tiny.TEXT, vision_config=copy.deepcopy(MIXED), **tiny.OWN)
        ),
        ALL,
    ),
    "average": (lambda _: made(tiny.config(pooling="average")), ALL),
    "no pooling, no query tokens": (
        lambda _: made(tiny.config(pooling="average", pooling_window=1, num_query_tokens=0)),
        ALL,
    ),
    "no EmbQ": (lambda _: made(tiny.config(embq=False)), ALL),
    "skipped, adapters": (lambda _: made(tiny.config(skipped_attention=[1, 2], pia_rank=6)), ALL),
    "skipped": (lambda _: made(tiny.config(skipped_attention=[1, 2])), ALL),
    "routed": (
        lambda _: made(tiny.config({"num_hidden_layers": 5}, **ROUTED)),
        ONE_ROW,
    ),  # transformers' is refused
    "pruned": (pruned, ENGINE),
    "gates": (gated, ENGINE),
}
