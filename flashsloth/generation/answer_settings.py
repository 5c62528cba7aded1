"""How to answer: one set of settings from the command line to the decode loop. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from flashsloth.errors import OptionError
from flashsloth.generation.constraint import Constraint, check_no_stop
from flashsloth.generation.sampling_settings import Sampling


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How to answer. None stands for the model's own: its system text, the tiles it was trained with, and greedy
    decoding with the repetition penalty in its files.

    Raises: OptionError and SchemaError for settings that exclude each other.
    """

    system: str | None = None  # text before the first question
    hd: bool | None = None  # five tiles a picture
    max_tokens: int = 512  # 0 computes the prompt alone
    stop: tuple[str, ...] = ()  # texts that end an answer
    sampling: Sampling | None = None
    constraint: Constraint | None = None  # what the answer keeps to
    choices: tuple[str, ...] = ()  # texts of which the likeliest is the answer

    def __post_init__(self) -> None:
        check_no_stop(self.constraint, self.stop)
        if self.choices and (any(self.stop) or self.constraint is not None):
            other = "schema" if self.constraint is not None else "stop"
            raise OptionError(f"choices and {other} exclude each other", hint=f"Leave out {other}.")
