"""Linear layers that share an input, or whose outputs are summed, joined into one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.quantization import torch_products

# A product with at least this many rows is computed in 32 bit if products in the dtype of the weights
# are slow.
SLOW_ROWS = 8


@dataclass(frozen=True, slots=True)
class Product:
    """One matrix product of a packed layer, which joins linears of the corresponding layer of
    transformers.

    Args:
        parts: the names of the linears in the layer of transformers.
        dim: the dimension in which the weights are concatenated. 0 if the linears have the same input,
            1 if their outputs are summed.
    """

    parts: tuple[str, ...]
    dim: int = 0

    def shape(self, layer: nn.Module) -> tuple[int, int]:
        """Return the numbers of outputs and inputs of the product for this layer of transformers."""
        linears: list[Any] = [layer.get_submodule(part) for part in self.parts]
        if self.dim:
            return linears[0].out_features, sum(x.in_features for x in linears)
        return sum(x.out_features for x in linears), linears[0].in_features

    def tensors(self, layer: nn.Module) -> set[str]:
        """Return the names of the tensors of the product's linears in this layer, such as
        "mlp.fc1.bias"."""
        linears = {part: layer.get_submodule(part) for part in self.parts}
        return {f"{part}.{leaf}" for part, x in linears.items() for leaf, _ in x.named_parameters()}

    def join(self, tensors: dict[str, Tensor]) -> tuple[Tensor, Tensor | None]:
        """Return the weight and the bias of the product. The tensors of the linears that the product
        joins are removed from `tensors`."""
        weights = [tensors.pop(f"{part}.weight") for part in self.parts]
        biases = [tensors.pop(f"{part}.bias") for part in self.parts if f"{part}.bias" in tensors]
        weight = weights[0] if len(weights) == 1 else torch.cat(weights, self.dim)
        if len(biases) < 2:
            return weight, biases[0] if biases else None
        return weight, torch.stack(biases).float().sum(0) if self.dim else torch.cat(biases)


class JoinedLinear(nn.Module):
    """A product joined from linears of a layer of transformers. The weights and biases of these linears
    become views into the joined ones.

    The values of the linears are copied. If they are on the meta device, values can be written later
    through the views.

    Biases of linears whose outputs are summed stay separate in `biases` (S, N), as they are saved.
    Their sum is computed at its first use, so they must not change after that.
    """

    @torch.no_grad()
    def __init__(
        self, layer: nn.Module, product: Product, dtype: torch.dtype, device: torch.device
    ) -> None:
        super().__init__()
        parts: Sequence[Any] = [layer.get_submodule(name) for name in product.parts]
        rows, columns = product.shape(layer)
        biases = 0
        if parts[0].bias is not None:
            biases = len(parts) if product.dim else 1
        self.weight = nn.Parameter(
            torch.empty(rows, columns, dtype=dtype, device=device), requires_grad=False
        )
        self.biases = nn.Parameter(
            torch.zeros(biases, rows, dtype=dtype, device=device), requires_grad=False
        )
        # the sum of `biases`, or a view of `biases` if it has only one row
        self.bias: Tensor | None = None
        at = 0
        for number, part in enumerate(parts):
            size = part.weight.shape[product.dim]
            views = {"weight": self.weight.narrow(product.dim, at, size)}
            if biases:
                views["bias"] = self.biases[number] if product.dim else self.biases[0, at : at + size]
            for name, view in views.items():
                parameter = getattr(part, name)
                if not parameter.is_meta:
                    view.copy_(parameter)
                setattr(part, name, nn.Parameter(view, requires_grad=False))
            at += size

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (T, K) -> (T, N)."""
        return product(x, self.weight, self.joined_bias())

    def joined_bias(self) -> Tensor | None:
        """Return the sum of the biases, which is computed at its first use; None without biases."""
        if self.bias is None and len(self.biases):
            self.bias = self.biases[0] if len(self.biases) == 1 else self.biases.sum(0)
        return self.bias


def product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return the product of rows with a weight, in 32 bit where products in their dtype are slow: (T,
    K), (N, K) -> (T, N)."""
    if len(x) >= SLOW_ROWS and x.device.type == "cpu" and torch_products.is_slow(x.dtype):
        out = torch_products.converted_product(x, weight, torch.float32)
        return (out if bias is None else out.add_(bias)).to(x.dtype)
    return F.linear(x, weight, bias)
