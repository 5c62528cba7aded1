"""Count what an engine does in each phase: launches, waits of the host, bytes, and the peak of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
import transformers

from card.state import Card
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeLoop, DecodeRequest, Generation
from flashsloth.generation.engine import Engine

ROWS = 8
AS_COUNTED = torch.__version__.startswith("2.13.") and transformers.__version__.startswith("5.23.")


class Counts(NamedTuple):
    launches: int  # eager ones; a captured graph plays them at once
    waits: int
    moved: int  # bytes
    peak: int  # bytes


@dataclass(eq=False)
class Counter:
    """Counts what functions do on a card."""

    card: Card
    phases: dict[str, Counts] = field(default_factory=dict)

    def run(self, name: str, function: Callable[[], Any]) -> Any:
        card = self.card
        card.reset()
        card.peak = card.used
        value = function()
        self.phases[name] = Counts(card.kernels.total(), len(card.waits), card.moved, card.peak)
        return value

    def run_all(self, engine: Engine, pixels: Any, ids: list[int], question: list[int]) -> None:
        """Count the phases of a conversation about a picture, then a step of several."""
        image, state = self.run("tower", lambda: engine.encode_image(pixels)), engine.new_state()
        self.run("prefill", lambda: engine.prefill(ids, state, image))
        token = torch.zeros(1, dtype=torch.int64, device=engine.device)
        self.run("decode step", lambda: engine.decode(token, state))
        state.ids.append(0)
        self.run("later turn", lambda: engine.prefill([*state.ids, *question], state, image))
        loop = DecodeLoop[Generation](engine, ROWS)
        for _ in range(ROWS):
            answer = Generation(engine, DecodeRequest(ids, (image,), AnswerSettings()), loop.add())
            answer.append(int(answer.choose(answer.prefill())))
            loop.join(answer)
        for answer, chosen, _ in loop.step():  # it may start the one that is counted
            answer.append(chosen)
        self.run(f"{ROWS} rows", loop.step)
