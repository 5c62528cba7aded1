"""Count what an engine does in each phase: launches, waits of the host, bytes, and the peak of
memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import transformers

from card.runtime import Card
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop, Generation, Prompt
from flashsloth.generation.engine import Engine

ROWS = 8
AS_COUNTED = torch.__version__.startswith("2.13.") and transformers.__version__.startswith("5.23.")


class Counts(NamedTuple):
    launches: int  # eager ones; a captured graph plays them at once
    waits: int
    moved: int  # bytes
    peak: int  # bytes


class Counter:
    """Counts what functions do on a card, by the name of a phase."""

    def __init__(self, card: Card) -> None:
        self.card, self.phases = card, dict[str, Counts]()

    def run(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        card = self.card
        card.reset()
        card.peak = card.used
        value = function(*args)
        self.phases[name] = Counts(card.kernels.total(), len(card.waits), card.moved, card.peak)
        return value

    def run_all(self, engine: Engine, pixels: Any, ids: list[int], question: list[int]) -> None:
        """Count the phases of a conversation about a picture, then a step of several."""
        image, state = self.run("tower", engine.encode_image, pixels), engine.new_state()
        self.run("prefill", engine.prefill, ids, state, image)
        token = torch.zeros(1, dtype=torch.int64, device=engine.device)
        self.run("decode step", engine.step, token, [len(state.ids)], state.cache)
        state.ids.append(0)
        self.run("later turn", engine.prefill, [*state.ids, *question], state, image)
        loop = DecodeLoop[Generation](engine, ROWS)
        for _ in range(ROWS):
            loop.add(Generation(engine, Prompt(ids, (image,), AnswerSettings()), loop.new_row()))
        for answer, chosen, logits in loop.step():  # it may start the one that is counted
            answer.append(chosen, logits)
        self.run(f"{ROWS} rows", loop.step)
