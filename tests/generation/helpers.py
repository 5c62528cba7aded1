"""One function for each way to generate an answer, for tests that compare them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from PIL import Image
from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import loader, model_files, resolve
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, generation_config
from flashsloth.hf.module_decoder import make_decoder
from flashsloth.processing.pictures import tower_pixels
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils.paths import NANO_FOLDER
from token_stream import TokenStream

QUESTIONS = [
    "What do you see?",
    "How many shapes are there? Digits only.",
    "What colour is the circle?",
]
TOKENS = 24


def in_memory(model: FlashSlothForConditionalGeneration, device: str = "cpu") -> FlashSloth:
    """Return a model in float32 on its device with nano's tokenizer, without a folder of it."""
    model.generation_config = generation_config(model.config, {})
    tokenizer = model_files.read_processor(model.config, NANO_FOLDER).tokenizer
    decoder = make_decoder(model, torch.float32, torch.device(device)).to(device)
    source = resolve.ModelSource("made", NANO_FOLDER)
    return FlashSloth(
        loader.LoadedModel(
            source=source,
            config=model.config,
            model=model,
            decoder=decoder,
            tokenizer=tokenizer,
            device=device,
            dtype="float32",
        )
    )


_made: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def hf(sloth: FlashSloth) -> Any:
    """Return the model of transformers with the weights of an opened one, always the same."""
    network = sloth.loaded.model
    if network not in _made:
        _made[network] = sloth.loaded.as_transformers()
    return _made[network]


def driven(sloth: FlashSloth, *, padded: bool | None, ahead: bool = False) -> FlashSloth:
    """Return the model with another engine of the same policy; on a CUDA device `padded` and `ahead`
    are True."""
    other = copy.copy(sloth)
    other.engine = Engine(sloth.loaded.model, sloth.loaded.decoder, padded=padded)
    other.encode_image = other.engine.encode_image
    other.engine.ahead = ahead
    if sloth.engine.policy is not None and not sloth.config.routed_layers:
        other.engine.reduce(sloth.engine.policy)
    return other


def see(sloth: FlashSloth, image: Image.Image, hd: bool = False) -> EncodedImage:
    return sloth.engine.encode_image(tower_pixels(image, sloth.config, hd=hd))


def pixel_values(sloth: FlashSloth, *images: Image.Image) -> dict[str, Tensor]:
    """Return the argument of transformers' forward and generate for pictures of one tile; none without
    pictures."""
    pixels = [torch.from_numpy(tower_pixels(image, sloth.config, hd=False)) for image in images]
    return {"pixel_values": torch.stack(pixels)} if images else {}


def prompt(
    sloth: FlashSloth, question: str, visual_tokens: int = 0, system: str | None = None
) -> list[int]:
    system = sloth.config.system_prompt if system is None else system
    block = [sloth.config.image_token_id] * visual_tokens
    return sloth.prompt.conversation(system, [(question, bool(visual_tokens), None)], [block])


def later(encoder: PromptEncoder, question: str, visual_tokens: int = 0) -> list[int]:
    """Return the ids from the end of an answer to the beginning of the next one."""
    block = [encoder.config.image_token_id] * visual_tokens
    turns = [("", 0, ()), (question, bool(visual_tokens), None)]
    _, (ids, _) = encoder.turns("", turns, [block])
    return ids


def answer(
    sloth: FlashSloth, ids: list[int], picture: EncodedImage | None, count: int = TOKENS
) -> list[int]:
    """Generate with TokenStream from an empty state."""
    return list(TokenStream(sloth.engine, sloth.engine.new_state(), ids, picture, max_tokens=count))


def conversation(question: str, image: Image.Image | None) -> list[dict[str, Any]]:
    parts = [{"type": "image", "image": image}] if image is not None else []
    return [{"role": "user", "content": [*parts, {"type": "text", "text": question}]}]


def inputs(
    sloth: FlashSloth, conversations: list[list[dict[str, Any]]], hd: bool = False
) -> dict[str, Tensor]:
    return templated(
        model_files.read_processor(sloth.config, sloth.loaded.source.folder), conversations, hd
    )


def templated(
    processor: Any, conversations: list[list[dict[str, Any]]], hd: bool = False, sanitize: bool = True
) -> dict[str, Tensor]:
    """Encode conversations with a processor's chat template, as far as the beginning of the answer."""
    return dict(
        processor.apply_chat_template(
            conversations,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            add_generation_prompt=True,
            sanitize_control_tokens=sanitize,
            processor_kwargs={"padding": True, "hd": hd},
        )
    )


def generate(
    sloth: FlashSloth, batch: dict[str, Any], count: int = TOKENS, **options: Any
) -> list[list[int]]:
    """Generate greedily with transformers; return the ids of each row up to `</s>`."""
    output = hf(sloth).generate(**batch, do_sample=False, max_new_tokens=count, **options)
    end = sloth.config.end_token_id
    rows = output[:, batch["input_ids"].shape[1] :].tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@contextmanager
def counting(sloth: FlashSloth) -> Iterator[list[int]]:
    """Collect the number of positions of each forward, of the packed decoder or of transformers'
    layers."""
    lengths: list[int] = []

    def note(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        embeds = kwargs.get("inputs_embeds")
        lengths.append((kwargs["input_ids"] if embeds is None else embeds).shape[1])

    with (
        hf(sloth).language_model.register_forward_pre_hook(note, with_kwargs=True),
        sloth.engine.decoder.layers[0].register_forward_pre_hook(
            lambda module, args: lengths.append(args[0].shape[0])
        ),
    ):
        yield lengths
