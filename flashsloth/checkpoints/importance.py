"""How important each column of a weight is for int4: the mean square of its input over a few tokens.

A few inputs of a real decoder are much larger than the others. If the search for scales weights each
column by the mean square of its input (quantization/rounding.py), int4 changes the next-token
distribution a third as much as if all columns count alike. The tokens hardly matter: 64 drawn ones
are as good as text.

The tokens run through one layer at a time, with its unrounded weights. EmbQ is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.checkpoints.model_files import put
from flashsloth.inference.attention import RotaryTable, attend
from flashsloth.inference.packed_layers import PackedLayer, TorchCore, product
from flashsloth.sizes.families import attention_heads
from flashsloth.utils.progress import ignore

TOKENS = 64
SEED = 0
# what the configuration of a saved copy says about it
METHOD = {"scales": "weighted by the mean squares of the inputs of drawn tokens", "seed": SEED}


class Importance:
    """Measures the inputs of the linears of a decoder, layer by layer.

    Args:
        model: the model, with its embeddings, its final norm and its rotary frequencies.
        kind: the class of its packed layers; None if its layers run transformers' forward.
        prompts: the embeddings (T, D) of each prompt; empty for one of drawn tokens.
    """

    def __init__(
        self, model: Any, kind: type[PackedLayer] | None, prompts: Sequence[Tensor] = ()
    ) -> None:
        self.text = model.language_model.eval()  # without dropout
        self.kind: Any = kind
        self.layers = [*self.text.layers]
        words = model.get_input_embeddings()
        self.inputs = [*prompts] or [words(_drawn_ids(words.weight))]  # of the next layer
        # the rotary positions of each prompt; None if they count from 0
        self.axes: Sequence[Tensor | None] = [None] * len(self.inputs)
        if kind is None:
            # Masks and angles may differ from layer to layer, and some families scale the embeddings.
            stand_ins = [_StandIn(layer) for layer in self.layers]
            self.text.layers = nn.ModuleList(stand_ins)
            self.arguments = []  # of all layers for each prompt
            for number, x in enumerate(self.inputs):
                self.text(inputs_embeds=x[None], use_cache=False)
                self.arguments.append([each.arguments for each in stand_ins])
                self.inputs[number] = stand_ins[0].x[0]
            self.text.layers = nn.ModuleList(self.layers)
        else:
            frequencies, factor = model.rotary_frequencies()
            axes = model.config.rotary_axes
            table = RotaryTable(frequencies, factor, max(map(len, self.inputs)), axes)
            self.table = table.to(self.inputs[0].device)
            self.heads = attention_heads(model.config.text_config)

    def measure(
        self, number: int, weights: Mapping[str, tuple[Tensor, Tensor | None]]
    ) -> dict[str, Any]:
        """Return the importance (K,) of the columns of each linear of a layer, and compute the input of
        the next layer. The layers must be measured in their order.

        Args:
            weights: the unrounded weight (N, K) and the bias of each linear by its name in the layer.
        """
        measured = {name: MeasuredLinear(*each) for name, each in weights.items()}
        with torch.no_grad(), _one_thread(self.inputs[0].device):
            self.run(number, measured)
        return {name: linear.squares for name, linear in measured.items()}

    def run(
        self,
        number: int,
        linears: Mapping[str, nn.Module],
        on_prompt: Callable[[], object] = ignore,
    ) -> None:
        """Compute the input of the next layer for each prompt, with these linears in place of those of
        the layer."""
        layer = self.layers[number]
        if self.kind is None:
            for name, linear in linears.items():
                put(layer, name, linear)
        else:
            layer = self.kind(layer, linears)
        for at, x in enumerate(self.inputs):
            if self.kind is None:
                self.inputs[at] = layer(x[None], **self.arguments[at][number])[0]
            else:
                axes = self.axes[at]
                turned = slice(0, len(x)) if axes is None else axes
                angles = self.table.at(turned, len(x), x.dtype)
                self.inputs[at] = layer(x, 0, TorchCore(angles, _attend_causally, self.heads))
            on_prompt()


class MeasuredLinear(nn.Module):
    """A linear layer that measures its input.

    Args:
        weight: (N, K) of any floating point type.
        bias: (N,) or None.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.tensors = weight, bias  # no parameters, because they are rounded afterwards
        self.squares = weight.new_zeros(0)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(0, -2)
        self.squares = rows.float().square().mean(0)
        weight, bias = self.tensors
        bias = None if bias is None else bias.to(x.device, x.dtype)
        return product(rows, weight.to(x.device, x.dtype), bias).view(*x.shape[:-1], -1)


class _StandIn(nn.Module):
    """Takes the place of a layer of transformers, and keeps what the layer is called with."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer
        self.arguments: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the layer, such as the kind of its attention."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("layer"), name)

    def forward(self, x: Tensor, **arguments: Any) -> Tensor:
        self.x = x
        self.arguments = arguments
        return x


def _drawn_ids(words: Tensor) -> Tensor:
    """Return ids (TOKENS,) whose embeddings are not zero, as those of unused ids may be. If there are
    too few of them, others follow."""
    generator = torch.Generator().manual_seed(SEED)
    ids = torch.randint(len(words), (16 * TOKENS,), generator=generator).to(words.device)
    is_unused = ~words[ids].any(1)
    return ids[is_unused.to(torch.uint8).argsort(stable=True)[:TOKENS]]


def _attend_causally(_: int, q: Tensor, kv: Tensor) -> Tensor:
    keys, values = kv.permute(1, 2, 0, 3)[:, None]
    return attend(q, keys, values, None, causal=True)


@contextmanager
def _one_thread(device: torch.device) -> Iterator[None]:
    """Compute with one thread on a CPU, so that the result does not depend on their number."""
    before = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
