"""The task of a benchmark, which has a picture, a prompt as token ids, and a number of tokens to
generate. This module measures nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from flashsloth import devices
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.runner import Job
from flashsloth.checkpoints import model_files
from flashsloth.checkpoints.model_files import read_tokenizer
from flashsloth.errors import ContextTooLong
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.processing.pictures import PictureProcessor, SquareProcessor
from flashsloth.processing.prompt import PromptEncoder, prepare_tokenizer
from flashsloth.utils.progress import Progress

PICTURE = (1024, 768)  # width and height in pixels
QUESTION = "What can be seen in this picture?"
# The numbers of text tokens in the released model's prompt: before the picture, in the question, and
# after the query tokens. They are used for models without a tokenizer.
OPENING = 38
ASKED = 14
CLOSING = 3


@dataclass(frozen=True, slots=True)
class Task:
    """The work that every backend does."""

    job: Job
    config: Any  # FlashSlothConfig, or the sizes of a model of transformers
    device: torch.device
    picture: Image.Image
    hd: bool
    # makes the input of a tower on a device, such as "cuda:0"
    pictures: Callable[[str], PictureProcessor]
    opening: list[int]  # ids of the system text and the picture
    ids: list[int]  # ids of the whole prompt
    tokens: int
    on_progress: Progress = lambda *_: None

    @property
    def visual_tokens(self) -> int:
        return self.ids.count(self.config.image_token_id)

    def pixels(self, device: str = "cpu") -> Any:
        """Convert the picture to the tower's input on a device."""
        return self.pictures(device).prepare(self.picture, hd=self.hd)


def make_task(job: Job) -> Task:
    """Return the task of a job. Raises: ContextTooLong if the answer cannot have at least two
    tokens."""
    config, encoder, make_pictures = _parts(job)
    config.check_hd(job.hd)
    hd = config.image_hd if job.hd is None else job.hd
    drawn = picture()

    def pictures(device: str) -> PictureProcessor:
        made = make_pictures(device)
        made.max_side = job.max_side
        return made

    made = pictures("cpu")
    block = made.block(made.prepare(drawn, hd=hd))
    if encoder is None:
        opening, question = random_prompt(config, len(block))
        ids = opening + question
    else:
        opening, ids = (
            encoder.conversation(config.system_prompt, [(asked, 1, None)], [block])
            for asked in (None, QUESTION)
        )
    device = devices.choose_device(job.device)
    room = config.text_config.max_position_embeddings - len(ids)
    if room < 2:
        raise ContextTooLong(f"the prompt has {len(ids)} tokens and leaves no room for two more")
    return Task(job, config, device, drawn, hd, pictures, opening, ids, min(job.max_tokens, room))


def _parts(
    job: Job,
) -> tuple[Any, PromptEncoder | None, Callable[[str], PictureProcessor]]:
    """Return the configuration of a job's model, what encodes its conversations, and what makes the
    PictureProcessor for a device. Random weights have no tokenizer."""
    if not job.folder:
        config = random_weights.make_config(job.sizes or {})
        return config, None, partial(SquareProcessor, config)
    folder = Path(job.folder)
    sizes = model_files.read_sizes(folder)
    if not sizes.is_flashsloth:
        pictures = model_files.read_pictures(sizes, folder)
        return sizes, PromptEncoder(read_tokenizer(folder), sizes), lambda _: pictures
    config = model_files.read_config(folder)
    tokenizer = read_tokenizer(folder)
    prepare_tokenizer(tokenizer, config)
    return config, PromptEncoder(tokenizer, config), partial(SquareProcessor, config)


def picture() -> Image.Image:
    """Draw a picture with colors and edges that is the same on every machine."""
    width, height = PICTURE
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    squares = (x // 64 + y // 64) % 2 * 255
    planes = (x * 255 // width, y * 255 // height, squares)
    return Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8))


def random_prompt(config: FlashSlothConfig, visual: int) -> tuple[list[int], list[int]]:
    """Return the ids of the opening and of the question of a prompt with arbitrary text. The parts of
    this prompt have the same lengths and order as in the released model's prompt."""
    special = {
        config.image_token_id,
        config.query_token_id,
        config.query_offset_token_id,
        *config.end_token_ids,
    }
    plain = [i for i in range(min(997, config.text_config.vocab_size)) if i not in special]

    def text(count: int, start: int) -> list[int]:
        return [plain[(start + 7 * i) % len(plain)] for i in range(count)]

    queries = [config.query_token_id] * config.num_query_tokens
    opening = text(OPENING, 11) + [config.image_token_id] * visual
    return opening, text(ASKED, 101) + queries + text(CLOSING, 401)
