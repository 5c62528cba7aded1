"""An opened model: its weights on a device, its engine, its tokenizer. Knows no terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flashsloth import devices
from flashsloth.chat.conversation import Chat, ImageOptions, Overflow
from flashsloth.chat.turns import Turn
from flashsloth.checkpoints import hub, loader, resolve
from flashsloth.checkpoints.adapter import read as read_adapter
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import InvalidConfiguration, OptionError
from flashsloth.generation.engine import Engine
from flashsloth.generation.sampling import Sampling
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils import progress


def open_model(
    model: str | os.PathLike[str] | None = None,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: str | os.PathLike[str] | None = None,
    cache: bool = False,
    offline: bool = False,
    confirm_download: Callable[[hub.Download], bool] | None = None,
    on_progress: progress.Progress | None = None,
) -> FlashSloth:
    """Open a model: read and check all its weights and put them on the device.

    Args:
        model: a known name ("nano", "flashsloth", "flashsloth-hd"), a hub id with optional "@revision", or a folder.
            None is the adapter's, if there is one, else the built-in nano. The hub is never asked for a model that only
            an adapter names, but for the known ones.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        dtype: "float32", "bfloat16" or "float16"; None chooses by device and size.
        quant: "auto", "none", "int4", "int8", "nf4" or "llm-int8"; None is auto, or none where a dtype is given. On a
            CPU auto means int4 for models of a billion parameters and more.
        adapter: a folder that `flashsloth finetune` wrote, to be put into the model's weights.
        cache: keep a quantized copy in the user's cache, and open it from there the next time.
        offline: never ask the network, even if the model is not cached.
        confirm_download: asked before anything is fetched; None fetches without asking.
        on_progress: called with (done, total, label) while files are fetched and tensors read.

    Raises: a FlashSlothError: UnknownModel, ModelUnavailable, CheckpointError, OutOfMemory, OptionError.
    """
    trained = read_adapter(Path(adapter)) if adapter is not None else None
    if model is None:
        model = trained.base if trained is not None else resolve.NANO
        if trained is not None and not offline:
            resolve.check_named(trained.base, trained.folder)
    source = resolve.find(model, offline=offline, confirm=confirm_download, on_progress=on_progress)
    loaded = loader.load(
        source, device=device, dtype=dtype, quant=quant, trained=trained, cache=cache, on_progress=on_progress
    )
    return FlashSloth(loaded)


TIDY = 200  # conversations after which what the allocator of the host holds for nobody goes back to the system


class FlashSloth:
    """An opened model. `chat` begins a conversation; several can be held side by side, one at a time computing.

    Raises: InvalidConfiguration where the model's own sampling settings are out of range.
    """

    def __init__(self, loaded: loader.LoadedModel) -> None:
        try:
            Sampling(**loaded.generation_defaults)
        except OptionError as error:
            where = loaded.source.folder / "generation_config.json"
            raise InvalidConfiguration(f"{where}: {error}", hint="Mend the file or remove it.") from error
        self.loaded = loaded
        self.engine = Engine(loaded.model, loaded.decoder, oom_hint=loaded.oom_hint)
        self.prompt = PromptEncoder(loaded.processor.tokenizer, loaded.config)
        self._begun = 0  # conversations

    @property
    def config(self) -> FlashSlothConfig:
        return self.loaded.config

    @property
    def name(self) -> str:
        """The name it was opened by."""
        return self.loaded.source.name

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: bool | None = None,
        reference: bool = False,
        allow_truncated: bool = False,
        allow_local: bool = False,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
    ) -> Chat:
        """Begin a conversation about a picture, about several, or without one about nothing but text.

        Args:
            images: each a path, URL, `data:` URL, bytes, file object, PIL picture or LoadedImage. Those that `turns`
                do not count among theirs are shown with the next question; where no turn counts, the first has all.
                Those that turns have `dropped` are not given.
            system: text before the first turn instead of the model's own; "" for none.
            hd: five tiles instead of one; None does what the model was trained for.
            reference: read the picture exactly as the reference does (no rotation by EXIF, transparency dropped).
            turns: what was said before, to go on from; a turn without ids is encoded from its text.
            overflow: what happens when the context is full: "error", or "drop-oldest", which lets the model forget
                whole turns from the first one on, and says so in the answer's warnings. `turns` keeps them.

        Raises: ImageError, OptionError for turns that count more pictures than there are.
        """
        reading: ImageOptions = {
            "reference": reference,
            "allow_truncated": allow_truncated,
            "allow_local": allow_local,
        }
        system = self.config.system_prompt if system is None else system
        self._begun += 1
        if self._begun % TIDY == 0:  # else a program that asks for days grows by kilobytes a question
            devices.trim_host_heap()
        chat = Chat(self, system, self.config.image_hd if hd is None else hd, reading)
        for image in images:
            chat.add_image(image)
        chat.turns = [self._with_ids(turn) for turn in turns]
        if chat.turns and all(turn.images is None for turn in turns):
            chat.turns[0] = replace(chat.turns[0], images=len(images))
        if chat._pending_images() < 0:
            counted = len(images) - chat._pending_images()
            raise OptionError(f"these turns are about {counted} pictures, not {len(images)}", hint="Give them all.")
        chat.overflow = overflow
        return chat

    def _with_ids(self, turn: Turn) -> Turn:
        places = (self.config.image_token_id, self.config.query_token_id)  # which no answer has
        size = self.config.text_config.vocab_size
        known = all(0 <= token < size and token not in places for token in turn.token_ids)
        if known and (turn.token_ids or not turn.answer):
            return turn
        return replace(turn, token_ids=tuple(self.prompt.text(f" {turn.answer}")))
