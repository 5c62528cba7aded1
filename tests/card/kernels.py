"""Kernels of the simulated card that are not the CPU's: copies, attention, packed weights, new
tensors."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from card.runtime import card
from card.tensor import HOST_KERNELS, KERNELS, CardTensor, compute, note, refuse_wide, run

aten = torch.ops.aten
COPY, CONVERT, ATTENTION = (
    aten.copy_.default,
    aten._to_copy.default,
    aten.scaled_dot_product_attention.default,
)
GARBAGE = 99  # what memory of the host holds before a copy has arrived

# ---- copies between host and card

PINNED: weakref.WeakSet[Any] = weakref.WeakSet()  # storages


def pin_memory(tensor: Tensor, *_: Any) -> Tensor:
    if isinstance(tensor, CardTensor):
        raise RuntimeError(f"cannot pin '{tensor.dtype}' only dense CPU tensors can be pinned")
    pinned = tensor.clone()
    PINNED.add(pinned.untyped_storage())
    return pinned


def copy(target: Tensor, source: Tensor, non_blocking: bool = False) -> Tensor:
    """Copy between tensors of which one at least is the card's."""
    if isinstance(target, CardTensor):
        if not isinstance(source, CardTensor) and source.dim():
            check_upload(source, non_blocking)
        return compute(COPY, target, source)
    inner = source.inner.detach()  # type: ignore[attr-defined]
    value = torch.zeros_like(target) if inner.is_meta else inner.to(target.dtype, copy=True)
    if non_blocking and target.untyped_storage() in PINNED:
        card().late.append((target, value))
    else:
        card().wait("copy to the host")
        target.copy_(value)
    return target


def check_upload(source: Tensor, non_blocking: bool) -> None:
    """Note the wait for a copy from the host. Refuse it in a capture, and where MPS would read freed
    memory."""
    if card().graph is not None:
        raise RuntimeError("CUDA error: a copy from the host cannot be captured")
    if non_blocking and source.untyped_storage() in PINNED:
        return
    if non_blocking and card().kind == "mps":
        raise RuntimeError(
            "a non_blocking copy to MPS reads pageable memory that may be freed (pytorch#189690)"
        )
    card().wait("copy from the host")


def convert(
    x: CardTensor, dtype: Any = None, device: Any = None, non_blocking: bool = False, **more: Any
) -> Tensor:
    """Copy a tensor of the card to another dtype or device."""
    target = x.device if device is None else torch.device(device)
    on_card = target.type == card().kind
    if on_card and card().device(target) == x.device:
        return compute(CONVERT, x, dtype=dtype or x.dtype, **more)
    refuse_wide(dtype)
    made = torch.empty_like(x.inner, dtype=dtype, device=card().host if on_card else "cpu")
    late = non_blocking and card().kind == "cuda"
    return copy(
        CardTensor(made, target) if on_card else pin_memory(made.fill_(GARBAGE)) if late else made,
        x,
        late,
    )


# ---- attention


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    **more: Any,
) -> Tensor:
    """Compute attention in one kernel, or composed of others where gradients are wanted. Refuse what
    fused kernels do not take, and note what the project avoids."""
    if card().kind == "cuda" and attn_mask is not None and attn_mask.dtype not in (torch.bool, q.dtype):
        raise RuntimeError("invalid dtype for bias - should match query's dtype")
    card().notes["causal"] += is_causal
    card().notes["boolean mask"] += attn_mask is not None and attn_mask.dtype == torch.bool
    card().notes["cuDNN allowed"] += card().kind == "cuda" and torch.backends.cuda.cudnn_sdp_enabled()
    if not (torch.is_grad_enabled() and any(x.requires_grad for x in (q, k, v))):
        return compute(ATTENTION, q, k, v, attn_mask, dropout_p, is_causal, **more)
    if attn_mask is not None and attn_mask.dtype == torch.bool:  # the operator would add it
        attn_mask = torch.zeros_like(attn_mask, dtype=q.dtype).masked_fill(~attn_mask, -torch.inf)
    return aten._scaled_dot_product_attention_math(q, k, v, attn_mask, dropout_p, is_causal, **more)[0]


def attention_with_gradients(*args: Any, **kwargs: Any) -> Any:
    return run(ATTENTION, args, kwargs)


KERNELS.update(copy_=copy, _to_copy=convert, scaled_dot_product_attention=attention)

# ---- what the CPU has in another form


def pack_int4(codes: Tensor, inner_tiles: int) -> Tensor:
    """Give the bytes the shape of a card's order, which is opaque to callers; on MPS even columns in
    the lower half."""
    n, half = codes.shape
    codes = codes << 4 | codes >> 4 if card().kind == "mps" else codes
    return (
        codes.contiguous()
        .view(torch.int32)
        .view(n // 8, half * 2 // (inner_tiles * 16), 32, inner_tiles // 2)
    )


def int4_product(rows: Tensor, packed: Tensor, group: int, scales_zeros: Tensor) -> Tensor:
    if card().kind == "cuda" and not rows.dtype == scales_zeros.dtype == torch.bfloat16:
        raise RuntimeError("_weight_int4pack_mm_cuda: expected bfloat16")
    n = packed.shape[0] * 8
    pairs = packed.reshape(n, -1).view(torch.uint8)
    halves = (pairs & 15, pairs >> 4) if card().kind == "mps" else (pairs >> 4, pairs & 15)
    codes = torch.stack(halves, -1).view(n, -1, group).float()
    scale, zero = scales_zeros.float().transpose(0, 1).unbind(-1)
    weight = ((codes - 8) * scale[..., None] + zero[..., None]).view(n, -1)
    return (rows.float() @ weight.t()).to(rows.dtype)


def int8_product(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    return ((rows.float() @ weight.float().t()) * scales.float()).to(rows.dtype)


def softmax(x: Tensor, dim: int, converts: bool) -> Tensor:
    """Convert half precision, as CUDA's does."""
    return aten._softmax.default(x.float() if converts else x, dim, False)


def read(x: Tensor) -> Any:
    """Return the only number. Without values every condition is true, and every other number 0."""
    return x.dtype == torch.bool if x.is_meta else x.item()


HOST_KERNELS[aten._convert_weight_to_int4pack.default] = pack_int4
HOST_KERNELS[aten._weight_int4pack_mm.default] = int4_product
HOST_KERNELS[aten._weight_int8pack_mm.default] = int8_product
HOST_KERNELS[aten._softmax.default] = softmax
HOST_KERNELS[aten._local_scalar_dense.default] = read

# ---- new tensors: no argument is the card's, so these are registered with torch


def filled(function: Any) -> Callable[..., Tensor]:
    """Return a kernel that makes its tensor on the host, where torch's would resize one."""

    def make(
        *args: Any, device: Any = None, layout: Any = None, pin_memory: Any = None, **kwargs: Any
    ) -> Tensor:
        card().check_room(function(*args, **kwargs, device="meta").nbytes)
        inner = function(*args, **kwargs, device=card().host)
        note(function.__name__, function, args, kwargs, [inner])
        return CardTensor(inner, device)

    return make


FACTORIES = {
    "copy_": copy,  # into the new tensor of torch.tensor
    "empty.memory_format": filled(torch.empty),
    "empty_strided": filled(torch.empty_strided),
    "arange": filled(torch.arange),
    "arange.start": filled(torch.arange),
}
