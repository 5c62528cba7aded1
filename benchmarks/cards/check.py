"""The parts that all checks share: the rows of the table, the sizes, the model, and the measurement of
times."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from peer_sizes import TINY_OURS
from torch import Tensor

from flashsloth.benchmark import measurement
from flashsloth.benchmark.measurement import FlashSlothBackend, make_task
from flashsloth.benchmark.runner import Job

GIB = 2**30
TINY: dict[str, Any] = {
    **TINY_OURS,
    "text_config": {
        **TINY_OURS["text_config"],
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 3,
    },
    "vision_config": {**TINY_OURS["vision_config"], "image_size": 84, "patch_size": 14},
}
CLOSE = 0.02  # the relative difference that 16-bit computation in another order may cause


class NotHere(Exception):
    """Raised for a check that this machine cannot make. The message says why."""


@dataclass(frozen=True)
class Row:
    """A line of the table. `kept` is None if nothing was promised or nothing could be measured."""

    step: int
    name: str
    measured: str
    promise: str = ""
    kept: bool | None = None


def at_most(step: int, name: str, value: float, bound: float, unit: str, digits: int = 2) -> Row:
    """Return a row whose promise is a maximum."""
    return Row(
        step, name, f"{value:.{digits}f} {unit}".strip(), f"<= {bound:g} {unit}".strip(), value <= bound
    )


def at_least(step: int, name: str, value: float, bound: float, unit: str, digits: int = 2) -> Row:
    """Return a row whose promise is a minimum."""
    return Row(
        step, name, f"{value:.{digits}f} {unit}".strip(), f">= {bound:g} {unit}".strip(), value >= bound
    )


@dataclass(frozen=True)
class Machine:
    """The device, and whether tiny sizes are used to test the checks."""

    device: torch.device
    tiny: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def cuda(self) -> bool:
        return self.device.type == "cuda"

    @property
    def dtype(self) -> torch.dtype:
        return torch.float32 if self.tiny and not self.cuda else torch.bfloat16

    def description(self) -> str:
        """Return the device and the versions that the rows depend on."""
        values = measurement.environment(self.device)
        return f"{values['device']}, torch {values['torch']}, transformers {values['transformers']}."

    def job(self, *, quant: str = "none", hd: bool = False, graphs: bool = True) -> Job:
        return Job(
            "flashsloth",
            "flashsloth",
            sizes={**(TINY if self.tiny else {}), **({"image_hd": True} if hd else {})},
            quant=quant,
            dtype=str(self.dtype).removeprefix("torch."),
            device=str(self.device),
            graphs=graphs,
        )

    def backend(self, **settings: Any) -> FlashSlothBackend:
        """Return a model of random weights."""
        with torch.inference_mode():
            return FlashSlothBackend(make_task(self.job(**settings)))

    def milliseconds(self, run: Callable[[], Any]) -> float:
        """Return the median time of a call over five loops of 20 calls; in tiny sizes, of one call."""
        calls = 1 if self.tiny else 20
        # the first call compiles and allocates
        run()

        def loop() -> None:
            for _ in range(calls):
                run()

        return statistics.median(
            measurement.milliseconds(loop, self.device)[0] / calls for _ in range(1 if self.tiny else 5)
        )


def difference(found: Tensor, expected: Tensor) -> float:
    """Return the relative error of `found`: the norm of the difference, divided by the norm of
    `expected`."""
    found, expected = found.float(), expected.float()
    return float((found - expected).norm() / expected.norm())
