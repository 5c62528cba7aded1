"""One new position of some sequences between a layer's two products, by a compiled kernel (step_ir.py). Where it cannot
be used, torch's operators are (packed_decoder.py)."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from flashsloth.model import step_ir
from flashsloth.model.attention import rotate_
from flashsloth.quantization import compiler, kernels

_Job = compiler.job_class(step_ir.JOB)


def available(head_dim: int, rotary: int, mlp: int) -> bool:
    """Return whether CompiledStep can be used here for heads and an MLP of this width, and computes correctly."""
    fits = head_dim % step_ir.NUMBERS == mlp % step_ir.NUMBERS == 0 and rotary % 2 == 0 and 0 < rotary <= head_dim
    return fits and compiler.can(_try, head_dim, rotary)


class CompiledStep:
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
        self.run = _kernel(self.head_dim, 2 * cos.shape[-1])
        _, _, row, head, _, _ = pairs.stride()
        self.job = _Job(
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
        D = self.heads * self.head_dim
        out = packed.new_empty(B, width - 2 * D)
        keys = self.pairs.data_ptr() + 2 * layer * self.pairs.stride(0)
        job = self.job
        job.packed, job.out, job.F = packed.data_ptr(), out.data_ptr(), width - 3 * D
        job.keys, job.values = keys, keys + 2 * self.pairs.stride(1)
        self.run(ctypes.addressof(job), torch.get_num_threads())
        return out


@functools.cache
def _kernel(head_dim: int, rotary: int) -> compiler.Run:
    return compiler.compile_kernel("step", step_ir.step(head_dim, rotary))


def _try(head_dim: int, rotary: int) -> bool:
    """Two rows of three heads, of which one sees more than a register of positions."""
    H, lengths = 3, (3, 18)
    D, F_ = H * head_dim, 64
    pairs = kernels.example(2 * 2 * H * 24, head_dim).view(1, 2, 2, H, 24, head_dim).bfloat16()
    packed = kernels.example(2, 3 * D + F_).bfloat16()
    cos, sin = (kernels.example(2, rotary).view(2, 1, 1, 2, rotary // 2).bfloat16() for _ in range(2))
    qkv = packed[:, : 3 * D].view(2, 3, H, head_dim).clone()
    out = CompiledStep((cos, sin), pairs, lengths)(0, packed).float()
    rotate_(qkv[:, :2], cos, sin, rotary)
    contexts = [
        F.scaled_dot_product_attention(qkv[row, :1].transpose(0, 1).float(), *pairs[0, :, row, :, : n + 1].float())
        for row, n in enumerate(lengths)
    ]
    written = torch.stack([pairs[0, :, row, :, n] for row, n in enumerate(lengths)])
    expected = torch.cat((torch.stack(contexts).view(2, D), F.gelu(packed[:, 3 * D :].float(), approximate="tanh")), 1)
    return kernels.close(out, expected) and kernels.close(written, qkv[:, 1:].float())
