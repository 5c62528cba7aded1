"""Call back between the blocks of a model, so that a long forward can give way to other work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flashsloth.config.families import FIRST
from flashsloth.generation.engine import Engine
from flashsloth.model.vision import tower_blocks


@contextmanager
def between_blocks(engine: Engine, call: Callable[[], None]) -> Iterator[None]:
    """Inside, call back before each block of the vision tower and each layer of the decoder that this thread computes.
    What the call raises ends the forward. Where CUDA graphs are captured nothing is called: their work must not be
    interrupted, and it is short."""
    # of the tower's blocks the first module that each calls: a function may use their parts to compute a block itself
    tower = [block.get_submodule(FIRST) for block in tower_blocks(engine.model.model.vision_tower)]
    blocks = [*tower, *engine.decoder.layers] if engine.graphs.disabled_reason else []
    thread = threading.get_ident()

    def hook(*_: Any) -> None:
        if threading.get_ident() == thread:
            call()

    hooks = [block.register_forward_pre_hook(hook) for block in blocks]
    try:
        yield
    finally:
        for each in hooks:
            each.remove()
