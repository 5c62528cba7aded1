"""One new position of some sequences between two products of a layer, by compiled kernels (quantization/cpp/step.cc).

Where they cannot be used, torch's operators are (layer_core.py).
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.config.families import attention_heads
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.inference import compiled_prefill
from flashsloth.inference.layer_core import Attend, Between, Gate, Gelu, LayerCore, Part, gated
from flashsloth.inference.packed_layers import AdaptedNorm, GatedLayer, RmsNorm, layer_class
from flashsloth.inference.rotary import angle_table, rotate_
from flashsloth.quantization import compiled, compiler, processor, rounding
from flashsloth.quantization.linear import Int4Linear, QuantizedLinear
from flashsloth.quantization.presets import Preset

_Args = compiler.struct_class(
    "ptr packed out cos sin lengths keys values query_norm key_norm",
    "long B H K F cache_row cache_head longest",
    "float eps",
)
_GateArgs = compiler.struct_class("ptr packed out", "long B F")
_LayerArgs = compiler.struct_class(
    "ptr x normed product y weight bias",
    "long B D",
    "float eps",
    "ptr inner inner_args between between_args outer outer_args",
)
NUMBERS = 16  # of a register
LARGEST_HEAD = 256  # for which the kernel has room


def available(head_dim: int, rotary: int, mlp: int, normed: bool = False) -> bool:
    """Return whether CompiledStep can be used here for heads and an MLP of this width, and computes correctly.
    `normed`: whether queries and keys have a norm."""
    return _fits(head_dim, rotary, mlp) and compiler.can(_try, head_dim, rotary, normed)


def _fits(head_dim: int, rotary: int, mlp: int) -> bool:
    fits = head_dim % NUMBERS == mlp % NUMBERS == 0 and rotary % 2 == 0
    return fits and 0 < rotary <= head_dim <= LARGEST_HEAD


def begin(config: FlashSlothConfig, preset: Preset, device: torch.device, dtype: torch.dtype) -> None:
    """Compile what the steps of a decoder in a preset need, in a thread of its own, if they use compiled kernels."""
    if device.type != "cpu" or dtype != torch.bfloat16:
        return
    text = config.text_config
    makers: list[Callable[[], object]] = [functools.partial(compiled.prepare, format) for format in preset.compiled]
    makers += [compiled.prepare_in_tiles] * (preset.tower == "int8")
    if (kind := layer_class(text)) is not None:
        makers += (*_step_makers(text, preset, is_gated=kind is GatedLayer), compiled_prefill.prepare)
    if makers:
        compiler.begin(*makers)


def _step_makers(text: Any, preset: Preset, *, is_gated: bool) -> Iterator[Callable[[], object]]:
    head_dim, rotary = attention_heads(text).width, 2 * angle_table(text, 1).shape[-1]
    if _fits(head_dim, rotary, text.intermediate_size):
        yield functools.partial(_kernel, head_dim, rotary, text.model_type == "qwen3")
        if is_gated:
            yield _gate_kernel
        if preset.compiled:
            yield _layer_kernel


class CompiledStep(LayerCore):
    """What is between two products, for one new position of B sequences.

    Args:
        angles: cos and sin of the new positions, bfloat16 (B, 1, 1, 2, rotary/2).
        pairs: the KV cache, bfloat16 (layers, 2, >=B, K, capacity, d); the new position is written.
        lengths: the positions in the cache of each sequence. Raises: IndexError if there is no room for a new one.
        queries: H, heads of queries; K by default.
        removed: int64 (layers, >=B), how many of these positions each layer left out; None for none.
    """

    def __init__(
        self,
        angles: tuple[Tensor, Tensor],
        pairs: Tensor,
        lengths: Sequence[int],
        queries: int | None = None,
        removed: Tensor | None = None,
    ) -> None:
        _, _, rows, self.keys, capacity, self.head_dim = pairs.shape
        if len(lengths) > rows or max(lengths) >= capacity:  # memory of others would be overwritten
            raise IndexError(f"no room in a cache of {rows} rows and {capacity} positions")
        self.queries = queries or self.keys
        self.pairs, self.lengths = pairs, torch.tensor(lengths)
        self.longest: list[int] | None = None  # of each layer, if they differ
        if removed is not None and removed.any():
            self.lengths = self.lengths - removed[:, : len(lengths)]
            self.longest = self.lengths.amax(1).tolist()
        self.cos, self.sin = (angle.contiguous() for angle in angles)
        self.still: tuple[Tensor, Tensor] | None = None  # angles of layers that do not rotate
        self.buffers: dict[type, list[Tensor]] = {}  # between the parts of a layer
        _, _, row, head, _, _ = pairs.stride()
        self.args = _Args(
            lengths=self.lengths.data_ptr(),
            B=len(lengths),
            H=self.queries,
            K=self.keys,
            cache_row=row,
            cache_head=head,
            longest=max(lengths),
        )

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if isinstance(how, Gate) and not _has_gate(how):
            return gated(packed, how)
        packed = packed.contiguous()
        less = packed.shape[1] // 2 if isinstance(how, Gate) else 2 * self._heads(how)[1] * self.head_dim
        out = packed.new_empty(len(packed), packed.shape[1] - less)
        kernel, args = self._call(index, packed, out, how)
        kernel.run(ctypes.addressof(args), torch.get_num_threads())
        return out

    def _heads(self, how: Attend | Gelu) -> tuple[int, int]:
        """Return the heads of queries, and of keys: none without attention."""
        return (self.queries, self.keys) if isinstance(how, Attend) else (0, 0)

    def _call(
        self, index: int, packed: Tensor, out: Tensor, how: Between
    ) -> tuple[compiler.CompiledKernel, ctypes.Structure]:
        """Return the kernel that writes `out`, and its arguments, which hold addresses only."""
        if isinstance(how, Gate):
            return _gate_kernel(), _GateArgs(packed.data_ptr(), out.data_ptr(), *out.shape)
        args, keys = self.args, self.pairs.data_ptr() + 2 * index * self.pairs.stride(0)
        if self.longest is not None:
            args.lengths, args.longest = self.lengths[index].data_ptr(), self.longest[index]
        args.packed, args.out = packed.data_ptr(), out.data_ptr()
        args.H, args.K = self._heads(how)
        args.F = out.shape[1] - args.H * self.head_dim
        if isinstance(how, Gelu):
            return _kernel(self.head_dim, 2 * self.cos.shape[-1], False), args
        args.keys, args.values = keys, keys + 2 * self.pairs.stride(1)
        cos, sin = (self.cos, self.sin) if how.rotates else self._still()
        args.cos, args.sin = cos.data_ptr(), sin.data_ptr()
        if how.norms is not None:
            args.query_norm, args.key_norm = (norm.weight.data_ptr() for norm in how.norms)
            args.eps = how.norms[0].eps
        return _kernel(self.head_dim, 2 * self.cos.shape[-1], how.norms is not None), args

    def _still(self) -> tuple[Tensor, Tensor]:
        if self.still is None:
            self.still = torch.ones_like(self.cos), torch.zeros_like(self.sin)
        return self.still

    def part(self, index: int, x: Tensor, part: Part) -> Tensor:
        whole = self.whole_part(index, x, part)
        return super().part(index, x, part) if whole is None else whole

    def whole_part(self, index: int, x: Tensor, part: Part) -> Tensor | None:
        """Compute a part with its products in one call: bfloat16 (B, D) -> (B, D). Return None if its norm, its
        activation or its products have no compiled kernel."""
        norm, inner, outer, how = part
        quantized = isinstance(inner, QuantizedLinear) and isinstance(outer, QuantizedLinear)
        if not quantized or isinstance(norm, AdaptedNorm):
            return None
        fits = norm.weight.dtype == torch.bfloat16 and x.shape[1] % NUMBERS == 0
        if not fits or (isinstance(how, Gate) and not _has_gate(how)):
            return None
        return self._whole_part(index, x.contiguous(), part) if compiler.can(_try_layer, norm.bias is None) else None

    def _whole_part(self, index: int, x: Tensor, part: Part) -> Tensor | None:
        products: Any = part.inner, part.outer
        norm, how = part.norm, part.between
        if type(how) not in self.buffers:
            widths = [width for each in products for width in (each.in_features, each.out_features)]
            self.buffers[type(how)] = [x.new_empty(len(x), width) for width in widths]
        normed, packed, mixed, product = self.buffers[type(how)]
        first, second = products[0].kernel_call(normed, packed), products[1].kernel_call(mixed, product)
        if first is None or second is None:
            return None
        y = torch.empty_like(x)
        addresses = (tensor.data_ptr() for tensor in (x, normed, product, y, norm.weight))
        bias = None if norm.bias is None else norm.bias.data_ptr()
        parts = (first, self._call(index, packed, mixed, how), second)
        calls = ((kernel.address, ctypes.addressof(args)) for kernel, args in parts)
        args = _LayerArgs(*addresses, bias, *x.shape, norm.eps, *itertools.chain(*calls))
        _layer_kernel().run(ctypes.addressof(args), torch.get_num_threads())
        return y


def _has_gate(how: Gate) -> bool:
    return isinstance(how.act, nn.SiLU) and compiler.can(_try_gate)


@compiler.once
def _kernel(head_dim: int, rotary: int, normed: bool) -> compiler.CompiledKernel:
    return compiler.compile_kernel("step", "step", HEAD_DIM=head_dim, ROTARY=rotary, NORMED=int(normed))


@compiler.once
def _gate_kernel() -> compiler.CompiledKernel:
    return compiler.compile_kernel("gate", "step")


@compiler.once
def _layer_kernel() -> compiler.CompiledKernel:
    return compiler.compile_kernel("layer", "step")


def _try(head_dim: int, rotary: int, normed: bool) -> bool:
    """Two rows of six heads that read three of keys; one row sees more than a register of positions."""
    H, K, lengths = 6, 3, (3, 18)
    D, width, F_ = H * head_dim, (H + 2 * K) * head_dim, 64
    pairs = processor.example(2 * 2 * K * 24, head_dim).view(1, 2, 2, K, 24, head_dim).bfloat16()
    packed = processor.example(2, width + F_).bfloat16()
    cos, sin = (processor.example(2, rotary).view(2, 1, 1, 2, rotary // 2).bfloat16() for _ in range(2))
    norms = (_rms_norm(head_dim), _rms_norm(head_dim, flipped=True)) if normed else None
    qkv = packed[:, :width].view(2, 1, H + 2 * K, head_dim).clone()
    out = CompiledStep((cos, sin), pairs, lengths, H).between(0, packed, Attend(norms)).float()
    if norms is not None:
        qkv[:, :, :H], qkv[:, :, H : H + K] = norms[0](qkv[:, :, :H]), norms[1](qkv[:, :, H : H + K])
    rotate_(qkv[:, :, : H + K], cos, sin, rotary)
    contexts = [
        F.scaled_dot_product_attention(
            qkv[row, 0, :H, None].float(), *pairs[0, :, row, :, : n + 1].float().repeat_interleave(2, 1)
        )
        for row, n in enumerate(lengths)
    ]
    written = torch.stack([pairs[0, :, row, :, n] for row, n in enumerate(lengths)])
    expected = torch.cat((torch.stack(contexts).view(2, D), F.gelu(packed[:, width:].float(), approximate="tanh")), 1)
    return processor.close(out, expected) and processor.close(written, qkv[:, 0, H:].view(2, 2, K, head_dim).float())


def _try_gate() -> bool:
    packed = processor.example(2, 96).bfloat16()
    step = CompiledStep((packed, packed), packed.view(1, 1, 2, 1, 2, 48), (0, 0))
    gate, up = packed.float().chunk(2, 1)
    return processor.close(step.between(0, packed, Gate(nn.SiLU())).float(), F.silu(gate) * up)


def _try_layer(rms: bool) -> bool:
    """Two rows through a layer of int4."""
    H, head_dim, mlp = 4, 16, 64
    D = H * head_dim
    norm: Any = _rms_norm(D)
    if not rms:
        norm = nn.LayerNorm(D).bfloat16().requires_grad_(False)
        norm.weight.copy_(processor.example(1, D)[0] + 1)
        norm.bias.copy_(processor.example(1, D)[0].flip(0))
    part = Part(norm, _int4(3 * D + mlp, D), _int4(D, D + mlp), Attend())
    cos, sin = (processor.example(2, 8).view(2, 1, 1, 2, 4).bfloat16() for _ in range(2))
    pairs = processor.example(2 * 2 * H * 8, head_dim).view(1, 2, 2, H, 8, head_dim).bfloat16()
    x = processor.example(2, D).bfloat16()
    step = CompiledStep((cos, sin), pairs, (3, 5))
    found = step._whole_part(0, x, part)
    return found is not None and processor.close(found, LayerCore.part(step, 0, x, part).float())


def _int4(n: int, k: int) -> Int4Linear:
    weight = rounding.quantize_int4(processor.example(n, k), 64)
    return Int4Linear(*weight, processor.example(1, n)[0].bfloat16(), torch.device("cpu"))


def _rms_norm(width: int, *, flipped: bool = False) -> RmsNorm:
    weight = processor.example(1, width)[0] + 1
    return RmsNorm(SimpleNamespace(weight=(weight.flip(0) if flipped else weight).bfloat16(), variance_epsilon=1e-6))
