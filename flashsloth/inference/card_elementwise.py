"""Residuals, norms and activations of new positions on NVIDIA's cards, as operators of torch. Each
operator launches one Triton kernel (triton_elementwise.py), where torch's own operators would launch
two or three kernels.

Shapes: T rows; the widths D of the model, F of an MLP, C of the attention's context.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.quantization.card_products import launch, power_of_two, register

BLOCK = 1024  # how many elements one program of the kernel `activate` computes


def launch_add_norm(
    x: Tensor,
    added: Tensor | None,
    weight: Tensor,
    bias: Tensor | None,
    eps: float,
    stream: Tensor | None,
    out: Tensor,
) -> None:
    from flashsloth.inference import triton_elementwise

    rows, width = x.shape
    given = (x, added, weight, bias, stream, out, eps)
    launch(triton_elementwise.add_norm, (rows,), *given, D=width, WIDE=power_of_two(width))


def add_norm(
    x: Tensor,
    added: Tensor | None,
    weight: Tensor,
    bias: Tensor | None,
    eps: float,
    stream: Tensor | None,
    out: Tensor,
) -> None:
    """Write x + added (T, D) to `stream`, and the norm of this sum to `out`. Without `added`, write
    only the norm of x. The norm is a layer norm if there is a bias, otherwise an RMS norm."""
    if stream is not None:
        x = stream.copy_(x.float() + added.float())  # type: ignore[union-attr]
    shape = x.shape[1:]
    if bias is None:
        out.copy_(F.rms_norm(x.float(), shape, weight.float(), eps))
    else:
        out.copy_(F.layer_norm(x.float(), shape, weight.float(), bias.float(), eps))


def launch_activate(packed: Tensor, context: Tensor | None, out: Tensor) -> None:
    from flashsloth.inference import triton_elementwise

    rows, width = out.shape
    before = (0, 0) if context is None else (context.stride(0), context.shape[1])
    given = (packed, context, out, packed.stride(0), *before, width)
    launch(triton_elementwise.activate, (rows, -(-width // BLOCK)), *given, BLOCK=BLOCK)


def activate(packed: Tensor, context: Tensor | None, out: Tensor) -> None:
    """Write the context (T, C), followed by GELU (tanh form) of packed (T, F), to `out` (T, C + F).
    Without a context, write SiLU of the first half of packed (T, 2*F) times its second half to `out`
    (T, F)."""
    if context is None:
        gate, up = packed.float().chunk(2, 1)
        out.copy_(F.silu(gate) * up)
    else:
        out.copy_(torch.cat((context.float(), F.gelu(packed.float(), approximate="tanh")), 1))


register(launch_add_norm, add_norm, "stream", "out")
register(launch_activate, activate, "out")


def activated(packed: Tensor, context: Tensor | None) -> Tensor:
    """Return the tensor that `activate` writes."""
    width = packed.shape[1]
    width = width // 2 if context is None else width + context.shape[1]
    out = packed.new_empty(len(packed), width)
    torch.ops.flashsloth.activate(packed, context, out)
    return out


def normed_sum(x: Tensor, added: Tensor | None, norm: Any) -> tuple[Tensor, Tensor]:
    """Return x + added (T, D), and the norm of this sum."""
    stream = None if added is None else torch.empty_like(x)
    out = torch.empty_like(x)
    torch.ops.flashsloth.add_norm(x, added, norm.weight, norm.bias, norm.eps, stream, out)
    return x if stream is None else stream, out
