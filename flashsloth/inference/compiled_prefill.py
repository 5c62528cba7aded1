"""What a prefill computes between two products of a layer, by compiled kernels (quantization/cpp/step.cc) where there
are any: in bfloat16 torch's take three times as long."""

from __future__ import annotations

import ctypes

import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.inference.rotary import rotate_ as rotate_by_torch_
from flashsloth.quantization import compiler, processor

_GeluArgs = compiler.struct_class("ptr x out", "long rows columns x_row out_row")
_RotateArgs = compiler.struct_class("ptr x cos sin", "long rows heads width dims x_row")


def rotate_(x: Tensor, cos: Tensor, sin: Tensor) -> None:
    """Apply rotary embeddings to heads (T, H, d) in place. cos and sin (T, 1, 1, 2, dims/2), from RotaryTable."""
    dims = 2 * cos.shape[-1]
    fits = _takes(x, dims) and x.stride(1) == x.shape[2] and cos.dtype == x.dtype and len(cos) == len(x)
    if not fits or not compiler.can(_try_rotate):
        rotate_by_torch_(x[:, None], cos, sin, dims)
    else:
        _rotate(x, cos.contiguous(), sin.contiguous())


def with_gelu(context: Tensor, x: Tensor) -> Tensor:
    """Return the context (T, C), and GELU of x (T, F) in its tanh form beside it: (T, C + F)."""
    if not _takes(x, x.shape[1]) or not compiler.can(_try_gelu):
        return torch.cat((context, F.gelu(x, approximate="tanh")), dim=1)
    out = x.new_empty(len(x), context.shape[1] + x.shape[1])
    out[:, : context.shape[1]] = context
    _gelu(x, out[:, context.shape[1] :])
    return out


def prepare() -> None:
    """Compile the kernels. Raises: RuntimeError, OSError."""
    for name in ("rotate_rows", "gelu_rows"):
        _kernel(name)


def _takes(x: Tensor, numbers: int) -> bool:
    """Return whether a kernel takes so many numbers of x at a time."""
    fits = x.device.type == "cpu" and x.dtype == torch.bfloat16 and numbers % 32 == 0 and x.stride(-1) == 1
    return fits and not x.requires_grad


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> None:
    addresses = (tensor.data_ptr() for tensor in (x, cos, sin))
    _run("rotate_rows", _RotateArgs(*addresses, *x.shape, 2 * cos.shape[-1], x.stride(0)))


def _gelu(x: Tensor, out: Tensor) -> None:
    _run("gelu_rows", _GeluArgs(x.data_ptr(), out.data_ptr(), *x.shape, x.stride(0), out.stride(0)))


def _run(name: str, args: ctypes.Structure) -> None:
    _kernel(name).run(ctypes.addressof(args), torch.get_num_threads())


@compiler.once
def _kernel(name: str) -> compiler.CompiledKernel:
    return compiler.compile_kernel(name, "step")


def _try_gelu() -> bool:
    x, out = processor.example(3, 64).mul(4).bfloat16(), torch.zeros(3, 48, dtype=torch.bfloat16)
    _gelu(x[:, 16:48], out[:, 16:])
    return processor.close(out[:, 16:], F.gelu(x[:, 16:48].float(), approximate="tanh")) and not out[:, :16].any()


def _try_rotate() -> bool:
    packed, turned = (processor.example(3, 5 * 64).bfloat16() for _ in range(2))
    cos, sin = (processor.example(3, 32).view(3, 1, 1, 2, 16).bfloat16() for _ in range(2))
    sin = sin.flip(0)
    rotate_by_torch_(packed.view(3, 1, 5, 64)[:, :, :4], cos, sin, 32)
    _rotate(turned.view(3, 5, 64)[:, :4], cos, sin)
    return processor.close(turned, packed.float())
