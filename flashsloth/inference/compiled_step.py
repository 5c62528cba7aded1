"""Compute the operations between two products of a layer, for one new position of each sequence, with
compiled kernels (quantization/cpp/step.cc). Where these kernels cannot be used, packed_layers.py
computes the same with torch's operators.

The kernels of each layer are called once for each token. To save time, the arguments of these calls are
prepared only once. They are a C struct of addresses, which stays valid as long as the tensors stay at
these addresses.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from flashsloth.inference.attention import Angles, rotate_
from flashsloth.inference.compiled_prefill import (
    ActivatedArgs,
    LayerArgs,
    StepArgs,
    gated,
    has_gate,
    kernel,
    prepare,
)
from flashsloth.inference.packed_layers import (
    AdaptedNorm,
    Attend,
    Between,
    Gate,
    GatedLayer,
    Gelu,
    HalfBlock,
    LayerCore,
    RmsNorm,
    layer_class,
)
from flashsloth.model.network import rotary_dims
from flashsloth.quantization import compiled, cpu, rounding
from flashsloth.quantization.linear import Int4Linear, QuantizedLinear
from flashsloth.quantization.presets import Preset
from flashsloth.sizes.families import attention_heads
from flashsloth.sizes.model_sizes import ModelSizes

# how many numbers the kernels compute at once; the length of a row must be a multiple of this number
NUMBERS = 16
LARGEST_HEAD = 256  # the largest width of a head that the kernel supports


def available(head_dim: int, rotary: int, mlp: int, normed: bool = False) -> bool:
    """Return whether CompiledStep can be used on this machine for heads and an MLP of these widths, and
    computes correctly. `normed`: whether queries and keys have a norm."""
    return _fits(head_dim, rotary, mlp) and compiled.can(_try, head_dim, rotary, normed)


def _fits(head_dim: int, rotary: int, mlp: int) -> bool:
    fits = head_dim % NUMBERS == mlp % NUMBERS == 0 and rotary % 2 == 0
    return fits and 0 < rotary <= head_dim <= LARGEST_HEAD


def begin(config: ModelSizes, preset: Preset, device: torch.device, dtype: torch.dtype) -> None:
    """Compile, in a separate thread, the kernels that the steps of a decoder in this preset need. If
    the steps need no compiled kernels, do nothing."""
    if device.type != "cpu" or dtype != torch.bfloat16:
        return
    text = config.text_config
    makers: list[Callable[[], object]] = [
        functools.partial(compiled.prepare, format) for format in preset.compiled
    ]
    if (kind := layer_class(text)) is not None:
        makers += _step_makers(text, preset, is_gated=kind is GatedLayer)
    if makers:
        compiled.begin(*makers)


def _step_makers(text: Any, preset: Preset, *, is_gated: bool) -> Iterator[Callable[[], object]]:
    head_dim = attention_heads(text).width
    rotary = rotary_dims(text)
    if _fits(head_dim, rotary, text.intermediate_size):
        yield functools.partial(kernel, "step", head_dim, rotary, text.model_type == "qwen3")
        if is_gated:
            yield functools.partial(kernel, "gate")
        if preset.compiled:
            yield functools.partial(kernel, "layer")
        yield functools.partial(prepare, head_dim, rotary, is_gated=is_gated)


class _Whole(NamedTuple):
    """The prepared call that computes a part of a layer together with its products. Each step repeats
    this call until a module or a weight of the part is replaced. Scales and biases are only replaced
    together with their weight, so the addresses of the weights are enough to notice it."""

    part: HalfBlock
    addresses: tuple[int, ...]  # the addresses of the weights
    args: ctypes.Structure
    y: Tensor
    # the objects that own the memory at the addresses in `args`, which must stay alive
    held: tuple[object, ...]

    def run(self, x: Tensor) -> Tensor:
        self.args.x = x.data_ptr()
        kernel("layer").run(ctypes.addressof(self.args), torch.get_num_threads())
        return self.y


class CompiledStep(LayerCore):
    """Computes the operations between two products, for one new position of B sequences.

    Args:
        angles: cos and sin of the new positions, bfloat16 (B, 1, 1, 2, rotary/2).
        pairs: the KV cache, bfloat16 (layers, 2, >=B, K, capacity, d), to which the new position is
            written.
        lengths: int64 (layers, B), how many positions of each sequence the cache of each layer has; or
            (B,) if all layers have the same number. Raises: IndexError if the cache has no space for a
            new position.
        queries: H, the number of heads of queries; K by default.
    """

    def __init__(
        self,
        angles: Angles,
        pairs: Tensor,
        lengths: Tensor,
        queries: int | None = None,
    ) -> None:
        self.kind = _kind(pairs, lengths)
        layers, _, self.rows, self.keys, self.capacity, self.head_dim = pairs.shape
        self.queries = queries or self.keys
        self.pairs: Tensor | None  # keeps the cache alive during a step; None between two steps
        self.lengths = torch.empty(layers, lengths.shape[-1], dtype=torch.int64)
        self.cos, self.sin = (
            torch.empty_like(angle, memory_format=torch.contiguous_format) for angle in angles
        )
        # cos and sin for layers that do not apply rotary embeddings
        self.still = (torch.ones_like(self.cos), torch.zeros_like(self.sin))
        # The buffers for the intermediate results and the result of a part, by the class of its
        # attribute `between`. All layers share them.
        self.buffers: dict[type, list[Tensor]] = {}
        self.scratch = torch.empty(0, dtype=torch.uint8)
        self.wholes: dict[tuple[int, type], _Whole] = {}
        self.move(angles, pairs, lengths)

    def move(self, angles: Angles, pairs: Tensor, lengths: Tensor) -> bool:
        """Use this object for the next positions of the same sequences in the same cache. Return False
        if the number of sequences has changed, or if another cache is given. Raises: IndexError as in
        the constructor."""
        if self.kind != _kind(pairs, lengths):
            return False
        # The kernels check no bounds, so they would write beyond the end of the cache.
        if lengths.shape[-1] > self.rows or lengths.max().item() >= self.capacity:
            raise IndexError(f"no room in a cache of {self.rows} rows and {self.capacity} positions")
        self.pairs = pairs
        self.cos.copy_(angles[0])
        self.sin.copy_(angles[1])
        self.lengths.copy_(lengths)
        return True

    # A copy of the decoder (by copy or pickle) gets None in place of this object, whose addresses would
    # be invalid in the copy.
    def __reduce__(self) -> tuple[type, tuple[()]]:
        return type(None), ()

    def between(self, index: int, packed: Tensor, how: Between) -> Tensor:
        if isinstance(how, Gate):
            return gated(packed, how.act)
        packed = packed.contiguous()
        # The result has no columns for keys and values.
        less = 2 * self._heads(how)[1] * self.head_dim
        out = packed.new_empty(len(packed), packed.shape[1] - less)
        kernel, args = self._call(index, packed, out, how)
        kernel.run(ctypes.addressof(args), torch.get_num_threads())
        return out

    def _heads(self, how: Attend | Gelu) -> tuple[int, int]:
        """Return the numbers of heads of queries and of keys, which are 0 without attention."""
        return (self.queries, self.keys) if isinstance(how, Attend) else (0, 0)

    def _call(
        self, index: int, packed: Tensor, out: Tensor, how: Between
    ) -> tuple[compiled.CompiledKernel, ctypes.Structure]:
        """Return the kernel that writes `out`, and its arguments. The arguments contain only addresses,
        so the caller must keep the tensors alive."""
        if isinstance(how, Gate):
            rows = packed.stride(0), out.stride(0)
            return kernel("gate"), ActivatedArgs(packed.data_ptr(), out.data_ptr(), *out.shape, *rows)
        H, K = self._heads(how)
        args = StepArgs(
            packed.data_ptr(), out.data_ptr(), B=len(packed), H=H, K=K, capacity=self.capacity
        )
        # 1. GELU reads the columns after queries, keys and values, and writes the columns after the
        #    context (the result of attention). Offsets are multiplied by 2, because addresses count
        #    bytes and a bfloat16 number has two bytes.
        inputs = (H + 2 * K) * self.head_dim
        outputs = H * self.head_dim
        args.x = args.packed + 2 * inputs
        args.activated = args.out + 2 * outputs
        args.rows = len(packed)
        args.columns = out.shape[1] - outputs
        args.x_row = packed.shape[1]
        args.out_row = out.shape[1]
        if isinstance(how, Gelu):
            return kernel("step", self.head_dim, 2 * self.cos.shape[-1], False), args
        # 2. Attention reads the cache of this layer, and writes the new position to this cache.
        address, _, strides, *_ = self.kind
        layer, pair, row, head, *_ = strides
        args.lengths = self.lengths[index].data_ptr()
        args.keys = address + 2 * index * layer
        args.values = args.keys + 2 * pair
        args.cache_row = row
        args.cache_head = head
        # 3. A norm and rotary embeddings are applied to queries and keys.
        cos, sin = (self.cos, self.sin) if how.rotates else self.still
        args.cos = cos.data_ptr()
        args.sin = sin.data_ptr()
        if how.norms is not None:
            args.query_norm, args.key_norm = (norm.weight.data_ptr() for norm in how.norms)
            args.eps = how.norms[0].eps
        return kernel("step", self.head_dim, 2 * self.cos.shape[-1], how.norms is not None), args

    def part(self, index: int, x: Tensor, part: HalfBlock) -> Tensor:
        whole = self.whole_part(index, x, part)
        return super().part(index, x, part) if whole is None else whole

    def whole_part(self, index: int, x: Tensor, part: HalfBlock) -> Tensor | None:
        """Compute a part with its products in one call: bfloat16 (B, D) -> (B, D). The next part with
        the same class of `between` overwrites the result. Return None if the norm, the activation or
        the products have no compiled kernel."""
        whole = self.wholes.get((index, type(part.between)))
        if whole is None or whole.part != part or whole.addresses != part.addresses:
            how = part.between
            fits = _has_compiled_norm_and_products(part) and x.shape[1] % NUMBERS == 0
            if not fits or (isinstance(how, Gate) and not has_gate(how.act)):
                return None
            can = compiled.can(_try_layer, part.norm.bias is None)
            whole = self._whole(index, x, part) if can else None
        return None if whole is None else whole.run(x.contiguous())

    def _whole(self, index: int, x: Tensor, part: HalfBlock) -> _Whole | None:
        norm, inner, outer, how = part
        products: Any = inner, outer
        if type(how) not in self.buffers:
            widths = [width for each in products for width in (each.in_features, each.out_features)]
            widths.append(x.shape[1])
            self.buffers[type(how)] = [x.new_empty(len(x), width) for width in widths]
        # 1. Prepare the calls of both products. All products share one scratch memory, which is as
        #    large as the largest product needs.
        normed, packed, mixed, product, y = self.buffers[type(how)]
        first = products[0].kernel_call(normed, packed)
        second = products[1].kernel_call(mixed, product)
        if first is None or second is None:
            return None
        for _, args in (first, second):
            self.scratch = args.scratch_memory = max(self.scratch, args.scratch_memory, key=len)
            args.scratch = self.scratch.data_ptr()
        # 2. Combine these two calls, and the call for the operations between the products, into one
        #    call.
        addresses = (tensor.data_ptr() for tensor in (x, normed, product, y, norm.weight))
        bias = None if norm.bias is None else norm.bias.data_ptr()
        parts = (first, self._call(index, packed, mixed, how), second)
        calls = ((kernel.address, ctypes.addressof(args)) for kernel, args in parts)
        args = LayerArgs(*addresses, bias, *x.shape, norm.eps, *itertools.chain(*calls))
        # 3. Keep every tensor whose address is in the arguments.
        norms = [norm, *(getattr(how, "norms", None) or ())]
        tensors = [norm.bias, *(each.weight for each in norms)]
        for each in products:
            tensors += [each.weight, each.stored_scales, each.bias]
        held = [None if tensor is None else tensor.detach() for tensor in tensors]
        whole = _Whole(part, part.addresses, args, y, (parts, held))
        self.wholes[index, type(how)] = whole
        return whole


def _kind(pairs: Tensor, lengths: Tensor) -> tuple[Any, ...]:
    """Return the properties on which the prepared calls of a step depend. Inference mode is one of
    them: tensors that were made in inference mode may be written only in inference mode."""
    here = torch.get_num_threads(), torch.is_inference_mode_enabled()
    return pairs.data_ptr(), pairs.shape, pairs.stride(), lengths.shape[-1], *here


def _has_compiled_norm_and_products(part: HalfBlock) -> bool:
    # The products are checked first, because this function runs in every step for parts that have no
    # kernels, and there this check usually fails.
    if not isinstance(part.inner, QuantizedLinear) or not isinstance(part.outer, QuantizedLinear):
        return False
    return not isinstance(part.norm, AdaptedNorm) and part.norm.weight.dtype == torch.bfloat16


def _try(head_dim: int, rotary: int, normed: bool) -> bool:
    """Compare the kernel with torch for two rows of six heads of queries, which read three heads of
    keys. One of the rows attends to more positions than fit into a register."""
    H = 6
    K = 3
    lengths = torch.tensor((3, 18))
    D = H * head_dim
    width = (H + 2 * K) * head_dim
    pairs = cpu.example(2 * 2 * K * 24, head_dim).view(1, 2, 2, K, 24, head_dim).bfloat16()
    packed = cpu.example(2, width + 64).bfloat16()
    cos, sin = (cpu.example(2, rotary).view(2, 1, 1, 2, rotary // 2).bfloat16() for _ in range(2))
    norms = (_rms_norm(head_dim), _rms_norm(head_dim, flipped=True)) if normed else None
    qkv = packed[:, :width].view(2, 1, H + 2 * K, head_dim).clone()
    out = CompiledStep((cos, sin), pairs, lengths, H).between(0, packed, Attend(norms)).float()
    if norms is not None:
        for norm, part in zip(norms, qkv.split_with_sizes((H, K, K), dim=2), strict=False):
            part.copy_(norm(part))
    rotate_(qkv[:, :, : H + K], cos, sin, rotary)
    contexts = []
    written = []
    for row, length in enumerate(lengths.tolist()):
        queries = qkv[row, 0, :H, None].float()
        keys, values = pairs[0, :, row, :, : length + 1].float().repeat_interleave(2, 1)
        contexts.append(F.scaled_dot_product_attention(queries, keys, values))
        written.append(pairs[0, :, row, :, length])
    activated = F.gelu(packed[:, width:].float(), approximate="tanh")
    expected = torch.cat((torch.stack(contexts).view(2, D), activated), 1)
    stored = qkv[:, 0, H:].view(2, 2, K, head_dim).float()
    return cpu.close(out, expected) and cpu.close(torch.stack(written), stored)


def _try_layer(rms: bool) -> bool:
    """Compare one call for a whole part with int4 weights to separate calls, for two rows."""
    H = 4
    head_dim = 16
    mlp = 64
    D = H * head_dim
    norm: Any = _rms_norm(D)
    if not rms:
        norm = nn.LayerNorm(D).bfloat16().requires_grad_(False)
        norm.weight.copy_(cpu.example(1, D)[0] + 1)
        norm.bias.copy_(cpu.example(1, D)[0].flip(0))
    part = HalfBlock(norm, _int4(3 * D + mlp, D), _int4(D, D + mlp), Attend())
    cos, sin = (cpu.example(2, 8).view(2, 1, 1, 2, 4).bfloat16() for _ in range(2))
    pairs = cpu.example(2 * 2 * H * 8, head_dim).view(1, 2, 2, H, 8, head_dim).bfloat16()
    x = cpu.example(2, D).bfloat16()
    step = CompiledStep((cos, sin), pairs, torch.tensor((3, 5)))
    whole = step._whole(0, x, part)
    return whole is not None and cpu.close(whole.run(x), LayerCore.part(step, 0, x, part).float())


def _int4(n: int, k: int) -> Int4Linear:
    weight = rounding.quantize_int4(cpu.example(n, k), 64)
    return Int4Linear(*weight, cpu.example(1, n)[0].bfloat16(), torch.device("cpu"))


def _rms_norm(width: int, *, flipped: bool = False) -> RmsNorm:
    weight = cpu.example(1, width)[0] + 1
    return RmsNorm(
        SimpleNamespace(
            weight=(weight.flip(0) if flipped else weight).bfloat16(), variance_epsilon=1e-6
        )
    )
