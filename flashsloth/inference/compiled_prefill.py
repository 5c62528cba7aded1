"""Rotary embeddings, RMSNorm, GELU and gates of a prefill, computed by compiled kernels
(quantization/cpp/step.cc). If the kernels cannot be used, torch's operators compute them, which takes
three times as long in bfloat16."""

from __future__ import annotations

import ctypes

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.inference.attention import rotate_ as rotate_by_torch_
from flashsloth.quantization import compiled, cpu

SILU = ("SiLU", "SiLUActivation")  # the names of torch's module and of transformers'
ACTIVATED = "ptr x activated", "long rows columns x_row out_row"
ActivatedArgs = compiled.struct_class(*ACTIVATED)
StepArgs = compiled.struct_class(
    "ptr packed out cos sin lengths keys values query_norm key_norm",
    "long B H K cache_row cache_head capacity",
    "float eps",
    *ACTIVATED,
)
LayerArgs = compiled.struct_class(
    "ptr x normed product y weight bias",
    "long B D",
    "float eps",
    "ptr inner inner_args between between_args outer outer_args",
)


def rotate_(x: Tensor, cos: Tensor, sin: Tensor) -> None:
    """Apply rotary embeddings to heads (T, H, d) in place. cos and sin have the shape (T, 1, 1, 2,
    dims/2) and come from RotaryTable."""
    width = x.shape[-1]
    dims = 2 * cos.shape[-1]
    has_angles = cos.dtype == x.dtype and len(cos) == len(x)
    fits = has_angles and _takes(x, width) and x.stride(1) == width
    if not fits or not compiled.can(_try_rotate, width, dims):
        rotate_by_torch_(x[:, None], cos, sin, dims)
    else:
        _rotate(x, cos.contiguous(), sin.contiguous())


def with_gelu(context: Tensor, x: Tensor) -> Tensor:
    """Return the context (T, C), followed by GELU (tanh form) of x (T, F), as one tensor (T, C + F)."""
    if not _takes(x, x.shape[1]) or not compiled.can(_try_gelu):
        return torch.cat((context, F.gelu(x, approximate="tanh")), dim=1)
    out = x.new_empty(len(x), context.shape[1] + x.shape[1])
    out[:, : context.shape[1]] = context
    _run_rows("gelu_rows", x, out[:, context.shape[1] :])
    return out


def gated(packed: Tensor, act: nn.Module) -> Tensor:
    """Return act(gate) * up of the gates and their factors (T, 2*F): (T, F)."""
    if not _takes(packed, packed.shape[1] // 2) or not has_gate(act):
        gate, up = packed.chunk(2, dim=1)
        return act(gate) * up
    out = packed.new_empty(len(packed), packed.shape[1] // 2)
    _run_rows("gate", packed, out)
    return out


def has_gate(act: nn.Module) -> bool:
    """Return whether there is a kernel for gates with this activation."""
    return type(act).__name__ in SILU and compiled.can(_try_gate)


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return x (..., d) divided by the root of the mean square of each row, times weight (d,)."""
    takes = _takes(x, x.shape[-1]) and weight.dtype == x.dtype
    if not takes or not compiled.can(_try_rms_norm):
        return F.rms_norm(x, x.shape[-1:], weight, eps)
    return _rms_norm(x.contiguous(), weight, eps)


def prepare(width: int, dims: int, *, is_gated: bool) -> None:
    """Compile the kernels. Raises: RuntimeError, OSError."""
    kernel("rotate_rows", width, dims)
    kernel("norm_rows" if is_gated else "gelu_rows")


def _takes(x: Tensor, numbers: int) -> bool:
    """Return whether a kernel can read rows of `numbers` elements of x."""
    if x.device.type != "cpu" or x.dtype != torch.bfloat16 or x.requires_grad:
        return False
    return numbers % 16 == 0 and x.stride(-1) == 1


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> None:
    T, H, width = x.shape
    args = StepArgs(x.data_ptr(), B=T, H=H, x_row=x.stride(0))
    args.cos = cos.data_ptr()
    args.sin = sin.data_ptr()
    kernel("rotate_rows", width, 2 * cos.shape[-1]).run(ctypes.addressof(args), torch.get_num_threads())


def _run_rows(name: str, x: Tensor, out: Tensor) -> None:
    args = ActivatedArgs(x.data_ptr(), out.data_ptr(), *out.shape, x.stride(0), out.stride(0))
    kernel(name).run(ctypes.addressof(args), torch.get_num_threads())


def _rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    out = torch.empty_like(x)
    width = x.shape[-1]
    args = LayerArgs(x.data_ptr(), out.data_ptr(), B=x.numel() // width, D=width, eps=eps)
    args.weight = weight.data_ptr()
    kernel("norm_rows").run(ctypes.addressof(args), torch.get_num_threads())
    return out


@compiled.once
def kernel(
    name: str, head_dim: int = 16, rotary: int = 16, normed: bool = False
) -> compiled.CompiledKernel:
    """Return a kernel of step.cc. Raises: RuntimeError, OSError."""
    return compiled.compile_kernel(name, "step", HEAD_DIM=head_dim, ROTARY=rotary, NORMED=int(normed))


def _try_gelu() -> bool:
    x = cpu.example(3, 64).mul(4).bfloat16()
    out = torch.zeros(3, 48, dtype=torch.bfloat16)
    _run_rows("gelu_rows", x[:, 16:48], out[:, 16:])
    expected = F.gelu(x[:, 16:48].float(), approximate="tanh")
    return cpu.close(out[:, 16:], expected) and not out[:, :16].any()


def _try_gate() -> bool:
    packed = cpu.example(3, 96).bfloat16()
    out = torch.zeros(3, 48, dtype=torch.bfloat16)
    _run_rows("gate", packed, out)
    gate, up = packed.float().chunk(2, 1)
    return cpu.close(out, F.silu(gate) * up)


def _try_rms_norm() -> bool:
    x = cpu.example(3, 48).bfloat16()
    weight = cpu.example(1, 48)[0].bfloat16()
    expected = F.rms_norm(x.float(), (48,), weight.float(), 1e-6)
    return cpu.close(_rms_norm(x, weight, 1e-6), expected)


def _try_rotate(width: int, dims: int) -> bool:
    packed, turned = (cpu.example(3, 5 * width).bfloat16() for _ in range(2))
    cos, sin = (cpu.example(3, dims).view(3, 1, 1, 2, dims // 2).bfloat16() for _ in range(2))
    sin = sin.flip(0)
    rotate_by_torch_(packed.view(3, 1, 5, width)[:, :, :4], cos, sin, dims)
    _rotate(turned.view(3, 5, width)[:, :4], cos, sin)
    return cpu.close(turned, packed.float())
