"""The moments of the inputs of a decoder's linears over prompts of a data set, for GPTQ
(quantization/gptq.py). As in importance.py the prompts run through one layer at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from flashsloth.checkpoints.importance import Importance, MeasuredLinear
from flashsloth.inference.decoder import PromptInputs
from flashsloth.quantization import gptq
from flashsloth.quantization.presets import group_size


class Moments(Importance):
    """Measures the moments of the inputs of linears. As in Importance, the input of a layer is computed
    with the unrounded weights of the layers before it. With rounded weights the result was the same.

    Args:
        model, kind: as for Importance.
        prompts: the prompts with their pictures.
        on_prompt: called after a prompt has run through a layer.
    """

    def __init__(
        self, model: Any, kind: Any, prompts: Sequence[PromptInputs], on_prompt: Callable[[], object]
    ) -> None:
        super().__init__(model, kind, [prompt.x for prompt in prompts])
        self.config = model.config
        self.embq = [prompt.embq for prompt in prompts]
        self.deep = [prompt.deep for prompt in prompts]
        self.axes = [prompt.axes for prompt in prompts]
        self.on_prompt = on_prompt

    @torch.inference_mode()
    def measure(
        self, number: int, weights: Mapping[str, tuple[torch.Tensor, torch.Tensor | None]]
    ) -> dict[str, Any]:
        """Return the moments of the inputs of each linear of a layer."""
        if number == self.config.embq_layer:
            self.inputs = [
                x if embq is None else self.text.embq.update(x, embq)
                for x, embq in zip(self.inputs, self.embq, strict=True)
            ]
            self.embq = []  # releases the keys and values of pictures
        for at, deep in enumerate(self.deep):
            if deep is not None and 0 < number <= len(deep):
                self.inputs[at] = self.inputs[at] + deep[number - 1]
        linears = {name: MeasuredLinear(*each) for name, each in weights.items()}
        moments: dict[str, list[torch.Tensor]] = {name: [] for name in weights}
        for name, linear in linears.items():
            linear.register_forward_pre_hook(partial(_add_moments, moments[name]))
        self.run(number, linears, self.on_prompt)
        return moments


def _add_moments(sums: list[torch.Tensor], _: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
    """Add the moments of a linear's input to sums over blocks of columns, which are empty at first."""
    rows = inputs[0].flatten(0, -2).float()
    blocks = gptq.split_columns(rows, group_size(rows.shape[1]) or 1)
    if not sums:
        sums += [rows.new_zeros(block.shape[1], block.shape[1]) for block in blocks]
    for total, block in zip(sums, blocks, strict=True):
        total.addmm_(block.t(), block)
