"""How to answer: one set of settings from the command line to the decode loop. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flashsloth.generation.constraint import Constraint
from flashsloth.generation.sampling_settings import Sampling


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How to answer. None stands for the model's own: its system text, the tiles it was trained with, and greedy
    decoding with the repetition penalty in its files."""

    system: str | None = None  # text before the first question
    hd: bool | None = None  # five tiles a picture
    max_tokens: int = 512  # 0 computes the prompt alone
    stop: tuple[str, ...] = ()  # texts that end an answer; not with a constraint or choices
    sampling: Sampling | None = None
    constraint: Constraint | None = None  # what the answer keeps to
    choices: tuple[str, ...] = ()  # texts of which the likeliest is the answer; not with a constraint

    def completed(self, system: str, hd: bool, sampling: Sampling) -> AnswerSettings:
        """Return these settings with a model's own in place of None."""
        system, hd = system if self.system is None else self.system, hd if self.hd is None else self.hd
        return replace(self, system=system, hd=hd, sampling=self.sampling or sampling)
