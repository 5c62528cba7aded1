"""The prompts of rows, as a policy is measured on them."""

from __future__ import annotations

from collections.abc import Iterator

from flashsloth.chat import FlashSloth
from flashsloth.config.families import PACKED
from flashsloth.errors import ContextTooLong, DataError, UnsupportedModel
from flashsloth.evaluation.datasets import EvalDataset
from flashsloth.generation.context import check_length
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.reduced_core import PromptRows
from flashsloth.processing.image_processor import tower_pixels
from flashsloth.reduction.fitprune import CalibrationPrompt
from flashsloth.utils.progress import Progress


def reducible(model: FlashSloth) -> PackedDecoder:
    """Return the decoder whose rows can be left out. Raises: UnsupportedModel."""
    decoder = model.engine.decoder
    if not isinstance(decoder, PackedDecoder):
        kind = model.config.text_config.model_type
        raise UnsupportedModel(
            f"the layers of a {kind} model cannot leave tokens out", hint=f"{', '.join(PACKED)} can."
        )
    return decoder


def prompts(
    model: FlashSloth, dataset: EvalDataset, *, hd: bool | None = None, on_progress: Progress | None = None
) -> Iterator[CalibrationPrompt]:
    """Yield the first question of each row that shows a picture. Rows that are too long are left out.

    Raises: BadRow, ImageError; DataError if no row shows one.
    """
    engine, config, found = model.engine, model.config, 0
    hd = config.image_hd if hd is None else hd
    for number in range(len(dataset)):
        sample = dataset.sample(number)
        picture = sample.read()
        if on_progress is not None:
            on_progress(number + 1, len(dataset), "pictures read")
        if picture is None:
            continue
        image = model.encode_image(tower_pixels(picture.image, config, hd=hd))
        system = config.system_prompt if sample.system is None else sample.system
        ids = model.prompt.conversation(system, [(sample.turns[0].question, 1, None)], image.visual_tokens)
        try:
            check_length(ids, engine.context_length, engine.image_token)
        except ContextTooLong:
            continue
        rows = PromptRows.of(ids, len(ids), 0, image.visual_tokens, engine.image_token, engine.query_token)
        x, embq = engine.prompt_inputs(ids, image)
        found += 1
        yield CalibrationPrompt(x, embq, rows.to(engine.device))
    if not found:
        raise DataError("no row shows a picture", hint="A recipe is measured on questions about pictures.")
