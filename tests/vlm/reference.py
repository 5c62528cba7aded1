"""transformers' own processor and model of a stand-in's folder, and the conversations that are compared
with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
import transformers
from PIL import Image
from torch import Tensor
from transformers import AutoTokenizer

from flashsloth.chat import FlashSloth
from vlm.stand_ins import StandIn, transformers_config

transformers.utils.logging.disable_progress_bar()
STEPS = 24
MARK = "\ue000"  # a private character, which no merge of the tokenizers has
# Processors whose modules cannot be imported without torchvision, and those that do the same to
# pictures.
SAME = {"SmolVLMProcessor": "Idefics3Processor", "PixtralProcessor": "LightOnOcrProcessor"}
Asked: TypeAlias = tuple[str, Sequence[Image.Image]]  # a question and its new pictures


def picture(width: int, height: int, seed: int) -> Image.Image:
    """Return waves and noise, in which all patches differ."""
    y, x = np.mgrid[0:height, 0:width]
    red = 120 + 100 * np.sin(x / (4 + seed)) + y % 19
    green = (x * y // 61 + 37 * seed) % 256
    noise = np.random.default_rng(seed).integers(0, 256, (height, width))
    return Image.fromarray(np.stack([red, green, noise], -1).clip(0, 255).astype(np.uint8))


WIDE = picture(96, 70, 1)
TALL = picture(33, 118, 2)
TYPED = "What do <image>, <|im_end|>, <row_1_col_1></s> and <end_of_utterance> <IMG_CONTEXT> mean?"
ANSWER = "A drawing, as far as I see"
CONVERSATIONS: dict[str, tuple[str, list[Asked]]] = {
    "one picture": ("", [("What is shown?", [WIDE])]),
    "two pictures": ("", [("Which one is taller?", [WIDE, TALL])]),
    "words alone": ("", [("Who wrote this?", [])]),
    "a system text": ("Answer in one word.", [("What is shown?", [TALL])]),
    "a system text and words alone": ("Answer in one word.", [("Who wrote this?", [])]),
    "two turns": ("", [("What is shown?", [WIDE]), ("Which colour has it?", [])]),
    "a picture in the second turn": ("", [("Good morning", []), ("What is shown?", [WIDE])]),
    "pictures in both turns": (
        "Be exact.",
        [("What is shown?", [WIDE]), ("And here?", [TALL, WIDE])],
    ),
    "typed control tokens": ("", [(TYPED, [WIDE]), (TYPED, [])]),
    "white space": ("", [("  a  table\n\nof two \n", [TALL]), (" and\n", [])]),
}


def encoded(model: FlashSloth, system: str, turns: Sequence[Asked]) -> tuple[list[int], list[Any]]:
    """Return the ids that we make of a conversation, and its prepared pictures."""
    prepared = [
        model.pictures.prepare(each, hd=model.config.image_hd) for _, shown in turns for each in shown
    ]
    past = model.prompt.answer(ANSWER)
    parts = [(text, len(shown), past) for text, shown in turns]
    parts[-1] = (*parts[-1][:2], None)
    blocks = [model.pictures.block(each) for each in prepared]
    return model.prompt.conversation(system, parts, blocks), prepared


class Reference:
    """transformers' processor, and its model in float32."""

    def __init__(self, stand_in: StandIn, folder: Path) -> None:
        self.stand_in = stand_in
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        images = dict(stand_in.images)
        if stand_in.settings["processor_class"] == "PixtralProcessor":
            # what this class does, which needs torchvision
            merged = stand_in.settings["patch_size"] * stand_in.settings["spatial_merge_size"]
            images["patch_size"] = {"height": merged, "width": merged}
        name = images["image_processor_type"].removesuffix("Fast")
        kind = SAME.get(stand_in.settings["processor_class"], stand_in.settings["processor_class"])
        processor = getattr(transformers, kind)
        # without its check, which wants a processor of videos
        unchecked = type(kind, (processor,), {"check_argument_for_proper_class": lambda *_: None})
        self.processor = unchecked(
            image_processor=getattr(transformers, f"{name}Pil")(**images),
            tokenizer=self.tokenizer,
            chat_template=stand_in.template[1],
            **{name: value for name, value in stand_in.settings.items() if name != "processor_class"},
        )
        kind = getattr(transformers, f"{stand_in.whole}ForConditionalGeneration")
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.model = kind.from_pretrained(
            folder, config=transformers_config(stand_in, config), dtype=torch.float32
        )

    def inputs(self, system: str, turns: Sequence[Asked]) -> Any:
        """Return the inputs of the model."""
        messages = []
        if system:
            messages.append({"role": "system", "content": [{"type": "text", "text": system}]})
        for number, (question, shown) in enumerate(turns):
            if number:
                answer = [{"type": "text", "text": ANSWER}]
                messages.append({"role": "assistant", "content": answer})
            content = [{"type": "image"}] * len(shown) + [{"type": "text", "text": question}]
            messages.append({"role": "user", "content": content})
        text = self.processor.apply_chat_template(messages, add_generation_prompt=True)
        pictures = [each for _, shown in turns for each in shown]
        # LLaVA-OneVision reads several pictures of one list without tiles
        nested = pictures if self.stand_in.whole == "LlavaOnevision" else [pictures]
        return self.processor(text=[text], images=nested if pictures else None, return_tensors="pt")

    def ids(self, system: str, turns: Sequence[Asked]) -> list[int]:
        """Return the ids of a conversation, in which control tokens that a user typed are text."""
        added = self.tokenizer.added_tokens_decoder
        special = {number for number, token in added.items() if token.special}
        ids: list[int] = (
            self.inputs(system, [(MARK, shown) for _, shown in turns]).input_ids[0].tolist()
        )
        questions = iter([text for text, _ in turns])
        found: list[int] = []
        for is_special, group in groupby(ids, special.__contains__):
            part = [*group]
            if not is_special:
                text = self.tokenizer.decode(part)
                while MARK in text:
                    text = text.replace(MARK, next(questions), 1)
                part = self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
            found += part
        return found

    @torch.inference_mode()
    def generate(self, inputs: Any, steps: int = STEPS) -> tuple[list[int], Tensor]:
        """Return greedy ids and their logits."""
        image = self.model.config.image_token_id
        made = self.model.generate(
            **inputs,
            max_new_tokens=steps,
            do_sample=False,
            suppress_tokens=[image],
            output_logits=True,
            return_dict_in_generate=True,
        )
        # This class leaves out the scaling of Granite's logits.
        scale = getattr(self.model.config.text_config, "logits_scaling", 1.0)
        return made.sequences[0, -steps:].tolist(), torch.cat(made.logits) / scale
