"""How to answer: one set of settings from the command line to the decode loop, and the ranges of sampling. Loads no
torch.

A new setting of sampling takes effect in `sampling.choose`. It also needs a line in `chat/conversation.py`
(AnswerOptions), in `model_files.sampling_defaults`, `server/requests.py` and, in flashsloth_cli, `options.py` (a field
of SamplingOptions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

from flashsloth.errors import OptionError
from flashsloth.generation.constraint import Constraint

RANGES: Mapping[str, tuple[Callable[[Any], bool], str]] = {  # whether a value is valid, and which values are
    "temperature": (lambda value: value == 0 or 1e-3 <= value <= 1e3, "0 (greedy), or 0.001 to 1000"),
    "top_p": (lambda value: 0 < value <= 1, "more than 0, at most 1"),
    "top_k": (lambda value: value >= 0, "a whole number, 0 (off) or more"),
    "min_p": (lambda value: 0 <= value < 1, "0 (off) or more, less than 1"),
    "repetition_penalty": (lambda value: 1e-3 <= value <= 1e3, "0.001 to 1000; 1 is off"),
    "seed": (lambda value: 0 <= value < 2**64, "0 to 2**64 - 1"),
}


@dataclass(frozen=True, slots=True)
class Sampling:
    """Settings of sampling. `temperature` 0 is greedy decoding, which applies only the repetition penalty.

    Raises: OptionError for values of another type or out of range.
    """

    temperature: float = 0.0
    top_k: int = 0  # 0: all tokens
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, (is_valid, allowed) in RANGES.items():
            value: Any = getattr(self, name)
            kind: type[Any] = Integral if name in ("top_k", "seed") else Real
            if name == "seed" and value is None:
                continue
            if not isinstance(value, kind) or isinstance(value, bool):
                number = "a whole number" if kind is Integral else "a number"
                raise OptionError(f"{name} must be {number}, not {repr(value)[:40]}", hint=f"Use {allowed}.")
            if not is_valid(value):
                raise OptionError(f"{name} {str(value)[:40]} is out of range", hint=f"Use {allowed}.")


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

    def completed(self, system: str, hd: bool, sampling: Sampling, *, schema_in_prompt: bool) -> AnswerSettings:
        """Return these settings with a model's own in place of None."""
        return replace(
            self,
            system=system if self.system is None else self.system,
            hd=hd if self.hd is None else self.hd,
            sampling=self.sampling or sampling,
            constraint=self.constraint and self.constraint.completed(schema_in_prompt),
        )
