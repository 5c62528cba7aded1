"""The task of a benchmark, which has a picture, a prompt as token ids, and a number of tokens to
generate. This module measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from flashsloth import devices
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.runner import Job
from flashsloth.checkpoints import model_files
from flashsloth.errors import ContextTooLong
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.processing.pixels import Pixels, device_input
from flashsloth.processing.prompt import PromptEncoder, prepare_tokenizer
from flashsloth.processing.resizing import squares
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
    config: FlashSlothConfig
    device: torch.device
    picture: Image.Image
    hd: bool
    opening: list[int]  # ids of the system text and the picture
    ids: list[int]  # ids of the whole prompt
    tokens: int
    on_progress: Progress = lambda *_: None

    def pixels(self, device: str = "cpu") -> Pixels:
        """Convert the picture to the tower's input on a device (`device_input`)."""
        return device_input(
            squares(self.picture, self.config.picture_scale, hd=self.hd), self.config, device
        )


def make_task(job: Job) -> Task:
    """Return the task of a job. Raises: ContextTooLong if the answer cannot have at least two
    tokens."""
    config = (
        model_files.read_config(Path(job.folder))
        if job.folder
        else random_weights.make_config(job.sizes or {})
    )
    hd = config.image_hd if job.hd is None else job.hd
    visual = config.visual_tokens(hd)
    if job.folder:
        tokenizer = model_files.read_tokenizer(Path(job.folder))
        prepare_tokenizer(tokenizer, config)
        encoder = PromptEncoder(tokenizer, config)
        opening = encoder.opening(config.system_prompt, visual)
        question = encoder.question(QUESTION, after_picture=True)
    else:
        opening, question = random_prompt(config, visual)
    ids = opening + question
    device = devices.choose_device(job.device)
    room = config.text_config.max_position_embeddings - len(ids)
    if room < 2:
        raise ContextTooLong(f"the prompt has {len(ids)} tokens and leaves no room for two more")
    return Task(job, config, device, picture(), hd, opening, ids, min(job.max_tokens, room))


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
