"""One new position of some sequences between the two products of Phi's block, by a compiled kernel (step_ir.py).

Where it cannot be used, torch's operators are (layer_core.py).
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.inference import layer_ir, step_ir
from flashsloth.inference.layer_core import LayerCore, Products
from flashsloth.inference.packed_layers import layer_class
from flashsloth.inference.phi_layer import PhiLayer
from flashsloth.inference.rotary import rotary_dims, rotate_
from flashsloth.quantization import compiled, compiler, rounding, trials
from flashsloth.quantization.linear import Int4Linear, QuantizedLinear
from flashsloth.quantization.presets import Preset

_Args = compiler.struct_class(step_ir.ARGS)
_LayerArgs = compiler.struct_class(layer_ir.ARGS)


def core(
    dtype: torch.dtype, angles: tuple[Tensor, Tensor], pairs: Tensor, lengths: Sequence[int], mlp: int
) -> CompiledStep | None:
    """Return a CompiledStep, or None where torch's operators are to be used. `dtype` is that of the positions, `mlp`
    the width of the MLP; the rest as in CompiledStep."""
    if pairs.device.type != "cpu" or not dtype == pairs.dtype == torch.bfloat16:
        return None
    head_dim, rotary = pairs.shape[-1], 2 * angles[0].shape[-1]
    return CompiledStep(angles, pairs, lengths) if available(head_dim, rotary, mlp) else None


def available(head_dim: int, rotary: int, mlp: int) -> bool:
    """Return whether CompiledStep can be used here for heads and an MLP of this width, and computes correctly."""
    suits = compiler.instruction_set() is not None
    return suits and _fits(head_dim, rotary, mlp) and compiler.can(_try, head_dim, rotary)


def _fits(head_dim: int, rotary: int, mlp: int) -> bool:
    return head_dim % step_ir.NUMBERS == mlp % step_ir.NUMBERS == 0 and rotary % 2 == 0 and 0 < rotary <= head_dim


def begin(config: FlashSlothConfig, preset: Preset, device: torch.device, dtype: torch.dtype) -> None:
    """Compile what the steps of a decoder in a preset need, in a thread of its own, if they use compiled kernels."""
    if device.type != "cpu" or dtype != torch.bfloat16:
        return
    text = config.text_config
    makers: list[Callable[[], object]] = [functools.partial(compiled.compile_for, format) for format in preset.compiled]
    if layer_class(text) is PhiLayer and compiler.instruction_set() is not None:
        makers += _step_makers(text, preset)
    if makers:
        compiler.begin(*makers)


def _step_makers(text: Any, preset: Preset) -> Iterator[Callable[[], object]]:
    head_dim, rotary = text.hidden_size // text.num_attention_heads, rotary_dims(text)
    if _fits(head_dim, rotary, text.intermediate_size):
        yield functools.partial(_kernel, head_dim, rotary)
        if preset.compiled:
            yield _layer_kernel


class CompiledStep(LayerCore):
    """Rotary embeddings, the KV cache, attention and GELU for one new position of B sequences.

    Args:
        angles: cos and sin of the new positions, bfloat16 (B, 1, 1, 2, rotary/2).
        pairs: the KV cache, bfloat16 (layers, 2, >=B, H, capacity, d); the new position is written.
        lengths: the positions in the cache of each sequence. Raises: IndexError if there is no room for a new one.
    """

    def __init__(self, angles: tuple[Tensor, Tensor], pairs: Tensor, lengths: Sequence[int]) -> None:
        _, _, rows, self.heads, capacity, self.head_dim = pairs.shape
        if len(lengths) > rows or max(lengths) >= capacity:  # memory of others would be overwritten
            raise IndexError(f"no room in a cache of {rows} rows and {capacity} positions")
        cos, sin = angles
        self.pairs, self.lengths = pairs, torch.tensor(lengths)
        self.cos, self.sin = cos.contiguous(), sin.contiguous()
        self.kernel = _kernel(self.head_dim, 2 * cos.shape[-1])
        self.buffers: list[Tensor] = []  # between the parts of a layer
        _, _, row, head, _, _ = pairs.stride()
        self.args = _Args(
            cos=self.cos.data_ptr(),
            sin=self.sin.data_ptr(),
            lengths=self.lengths.data_ptr(),
            B=len(lengths),
            H=self.heads,
            cache_row=row,
            cache_head=head,
            longest=max(lengths),
        )

    def __call__(self, layer: int, packed: Tensor) -> Tensor:
        """Shape: the number of a layer, bfloat16 (B, 3*D + F) -> (B, D + F)."""
        packed = packed.contiguous()
        B, width = packed.shape
        out = packed.new_empty(B, width - 2 * self.heads * self.head_dim)
        args = self._args(layer, packed, out)
        self.kernel.run(ctypes.addressof(args), torch.get_num_threads())
        return out

    def _args(self, layer: int, packed: Tensor, out: Tensor) -> ctypes.Structure:
        keys = self.pairs.data_ptr() + 2 * layer * self.pairs.stride(0)
        args = self.args
        args.packed, args.out, args.F = (
            packed.data_ptr(),
            out.data_ptr(),
            packed.shape[1] - 3 * self.heads * self.head_dim,
        )
        args.keys, args.values = keys, keys + 2 * self.pairs.stride(1)
        return args

    def layer(self, index: int, x: Tensor, layer: Products) -> Tensor:
        whole = self.whole_layer(index, x, layer)
        return super().layer(index, x, layer) if whole is None else whole

    def whole_layer(self, index: int, x: Tensor, layer: Products) -> Tensor | None:
        """Compute a whole layer in one call: bfloat16 (B, D) -> (B, D). Return None if its norm or its products have no
        compiled kernel."""
        quantized = isinstance(layer.inner, QuantizedLinear) and isinstance(layer.outer, QuantizedLinear)
        if not quantized or layer.norm.weight.dtype != torch.bfloat16 or not compiler.can(_try_layer):
            return None
        return self._whole_layer(index, x.contiguous(), layer.norm, layer.inner, layer.outer)

    def _whole_layer(self, index: int, x: Tensor, norm: Any, inner: Any, outer: Any) -> Tensor | None:
        if not self.buffers:
            widths = inner.in_features, inner.out_features, outer.in_features, outer.out_features
            self.buffers = [x.new_empty(len(x), width) for width in widths]
        normed, packed, mixed, product = self.buffers
        first, second = inner.kernel_call(normed, packed), outer.kernel_call(mixed, product)
        if first is None or second is None:
            return None
        y = torch.empty_like(x)
        addresses = (tensor.data_ptr() for tensor in (x, normed, product, y, norm.weight, norm.bias))
        parts = (first, (self.kernel, self._args(index, packed, mixed)), second)
        calls = ((kernel.address, ctypes.addressof(args)) for kernel, args in parts)
        args = _LayerArgs(*addresses, *x.shape, norm.eps, *itertools.chain(*calls))
        _layer_kernel().run(ctypes.addressof(args), torch.get_num_threads())
        return y


@compiler.once
def _kernel(head_dim: int, rotary: int) -> compiler.CompiledKernel:
    return compiler.compile_kernel("step", step_ir.step(head_dim, rotary))


@compiler.once
def _layer_kernel() -> compiler.CompiledKernel:
    return compiler.compile_kernel("layer", layer_ir.layer())


def _try(head_dim: int, rotary: int) -> bool:
    """Two rows of three heads, of which one sees more than a register of positions."""
    H, lengths = 3, (3, 18)
    D, F_ = H * head_dim, 64
    pairs = trials.example(2 * 2 * H * 24, head_dim).view(1, 2, 2, H, 24, head_dim).bfloat16()
    packed = trials.example(2, 3 * D + F_).bfloat16()
    cos, sin = (trials.example(2, rotary).view(2, 1, 1, 2, rotary // 2).bfloat16() for _ in range(2))
    qkv = packed[:, : 3 * D].view(2, 3, H, head_dim).clone()
    out = CompiledStep((cos, sin), pairs, lengths)(0, packed).float()
    rotate_(qkv[:, :2], cos, sin, rotary)
    contexts = [
        F.scaled_dot_product_attention(qkv[row, :1].transpose(0, 1).float(), *pairs[0, :, row, :, : n + 1].float())
        for row, n in enumerate(lengths)
    ]
    written = torch.stack([pairs[0, :, row, :, n] for row, n in enumerate(lengths)])
    expected = torch.cat((torch.stack(contexts).view(2, D), F.gelu(packed[:, 3 * D :].float(), approximate="tanh")), 1)
    return trials.close(out, expected) and trials.close(written, qkv[:, 1:].float())


def _try_layer() -> bool:
    """Two rows through a layer of int4."""
    H, head_dim, mlp = 4, 16, 64
    D = H * head_dim
    cpu = torch.device("cpu")
    norm = nn.LayerNorm(D)
    norm.weight = nn.Parameter(trials.example(1, D)[0] + 1, requires_grad=False)
    norm.bias = nn.Parameter(trials.example(1, D)[0].flip(0), requires_grad=False)
    norm = norm.bfloat16()
    inner, outer = (
        Int4Linear(*rounding.quantize_int4(trials.example(n, k), 64), trials.example(1, n)[0].bfloat16(), cpu)
        for n, k in ((3 * D + mlp, D), (D, D + mlp))
    )
    cos, sin = (trials.example(2, 8).view(2, 1, 1, 2, 4).bfloat16() for _ in range(2))
    pairs = trials.example(2 * 2 * H * 8, head_dim).view(1, 2, 2, H, 8, head_dim).bfloat16()
    x = trials.example(2, D).bfloat16()
    step = CompiledStep((cos, sin), pairs, (3, 5))
    found = step._whole_layer(0, x, norm, inner, outer)
    return found is not None and trials.close(found, (x + outer(step(0, inner(norm(x))))).float())
