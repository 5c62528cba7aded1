"""Make prompts from the rows of a data set. Reduction policies are measured on these prompts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from flashsloth.chat import FlashSloth
from flashsloth.data.data_files import Rows
from flashsloth.data.sample import Encoded, encode_chat
from flashsloth.errors import ContextTooLong, DataError, UnsupportedModel
from flashsloth.evaluation.evaluate import read_picture
from flashsloth.inference.decoder import PackedDecoder
from flashsloth.processing.prompt import check_length
from flashsloth.reduction.eas import AnsweredPrompt
from flashsloth.sizes.families import PACKED
from flashsloth.utils.progress import Progress


def reducible(model: FlashSloth) -> PackedDecoder:
    """Return the decoder of a model if its layers can leave tokens out. Raises: UnsupportedModel."""
    if not isinstance(model.engine.decoder, PackedDecoder):
        raise UnsupportedModel(
            f"the layers of a {model.config.text_config.model_type} model cannot leave tokens out",
            hint=f"{', '.join(PACKED)} can.",
        )
    if model.config.routed_layers:
        raise UnsupportedModel(
            "visual tokens already skip layers of this model", hint="Use the model it was made from."
        )
    return model.engine.decoder


def prompts(
    model: FlashSloth,
    dataset: Rows,
    *,
    answers: bool = False,
    turns: int | None = None,
    hd: bool | None = None,
    on_progress: Progress = lambda *_: None,
) -> Iterator[AnsweredPrompt]:
    """Yield a prompt for each row with a picture. By default it has the first question of the row and
    no labels. If `answers` is true, it has the whole dialogue, or its first `turns` turns, with labels.
    Rows that exceed the context length are left out.

    Raises: BadRow, ImageError; DataError if no row has a picture.
    """
    engine = model.engine
    config = model.config
    config.require_flashsloth("leaving out visual tokens")
    prompt: Any = model.prompt
    found = 0
    hd = config.image_hd if hd is None else hd
    for number in range(len(dataset)):
        sample = dataset[number]
        picture = read_picture(sample)
        on_progress(number + 1, len(dataset), "pictures read")
        if picture is None:
            continue
        prepared = model.pictures.prepare(picture.image, hd=hd)
        image = model.encode_image(prepared)
        if answers:
            encoded = encode_chat(
                prompt, replace(sample, turns=sample.turns[:turns]), image.visual_tokens
            )
        else:
            # Only the first question is used, as a user would send it. Later questions depend on the
            # answer to the first one.
            system = config.system_prompt if sample.system is None else sample.system
            question = (sample.turns[0].question, 1, None)
            encoded = Encoded(
                model.prompt.conversation(system, [question], [model.pictures.block(prepared)])
            )
        # A prompt that is too long is skipped and not shortened: policies are measured on whole
        # prompts.
        try:
            check_length(encoded.input_ids, engine.context_length, engine.image_token)
        except ContextTooLong:
            continue
        found += 1
        given = engine.prompt_inputs(encoded.input_ids, image)
        yield AnsweredPrompt(
            given.x, given.embq, given.rows, torch.tensor(encoded.labels).to(given.x.device)
        )
    if not found:
        raise DataError(
            "no row has a picture", hint="A recipe is measured on questions about pictures."
        )
