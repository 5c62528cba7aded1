"""CUDA and MPS without a device: tensors that have a device, a dtype and a shape but no values.

torch's FakeTensorMode computes what every operation would return, and raises where devices or dtypes are mixed. A torch
built without CUDA refuses some calls already in their Python bindings; `Bindings` sends those on to the operator.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.overrides import TorchFunctionMode

from flashsloth.quantization.linear import QuantizedLinear

aten = torch.ops.aten
OPERATORS = {"__invert__": "bitwise_not", "__iadd__": "add_"}  # where the names differ


class Bindings(TorchFunctionMode):
    """Call operators where torch's Python bindings ask for the library of a device that this build lacks."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is Tensor.__getitem__:
            return take(*args)
        if func is Tensor.__setitem__:
            target, value = take(args[0], args[1]), args[2]
            aten.copy_(target, value) if isinstance(value, Tensor) else aten.fill_(target, value)
            return None
        if func is Tensor.to:
            return convert(*args, **kwargs)
        if func is Tensor.pin_memory:
            return args[0]
        if func is Tensor.exponential_:
            return args[0]  # without values there is nothing to draw
        if func is F.scaled_dot_product_attention:
            return attention(*args, **kwargs)
        try:
            return func(*args, **kwargs)
        except RuntimeError as error:
            if "not linked" not in str(error):
                raise
            return getattr(aten, OPERATORS.get(func.__name__, func.__name__))(*args, **kwargs)


def take(x: Tensor, index: Any) -> Tensor:
    """x[index] by operators: integers, slices, None, an ellipsis and tensors."""
    index = index if isinstance(index, tuple) else (index,)
    dims = sum(part is not None and part is not Ellipsis for part in index)
    full: list[Any] = []
    for part in index:
        full += [slice(None)] * (x.dim() - dims) if part is Ellipsis else [part]
    dim, tensors = 0, {}
    for part in full:
        if part is None:
            x, dim = aten.unsqueeze(x, dim), dim + 1
        elif isinstance(part, int):
            x = aten.select(x, dim, part)
        elif isinstance(part, slice):
            x = x if part == slice(None) else aten.slice(x, dim, part.start, part.stop, part.step or 1)
            dim += 1
        else:
            tensors[dim] = torch.as_tensor(part)
            dim += 1
    return aten.index(x, [tensors.get(at) for at in range(max(tensors) + 1)]) if tensors else x


def convert(x: Tensor, *args: Any, device: Any = None, dtype: Any = None, **_: Any) -> Tensor:
    """x.to(...)"""
    for value in args:
        if isinstance(value, torch.dtype):
            dtype = value
        elif isinstance(value, Tensor):
            device, dtype = value.device, value.dtype
        elif isinstance(value, str | torch.device):
            device = value
    device = x.device if device is None else torch.device(device)
    dtype = x.dtype if dtype is None else dtype
    return x if (device, dtype) == (x.device, x.dtype) else aten._to_copy(x, dtype=dtype, device=device)


def attention(
    q: Tensor, k: Tensor, v: Tensor, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False, **more: Any
) -> Tensor:
    """The plain form. The fused kernels ask for one dtype of queries, keys, values and of a mask that is added; those
    of cuDNN must not be chosen."""
    assert q.device.type != "cuda" or not torch.backends.cuda.cudnn_sdp_enabled()
    assert q.dtype == k.dtype == v.dtype
    assert attn_mask is None or attn_mask.dtype in (torch.bool, q.dtype)
    scale = more.get("scale")
    return aten._scaled_dot_product_attention_math(q, k, v, attn_mask, dropout_p, is_causal, scale=scale)[0]


@contextlib.contextmanager
def fake_tensors() -> Iterator[None]:
    """Inside, tensors have no values."""
    with torch.inference_mode(), FakeTensorMode(allow_non_fake_inputs=True), Bindings():
        yield


def real(function: Any) -> Any:
    """A function of numbers that uses real tensors, also amid fake ones."""

    def call(*args: Any, **kwargs: Any) -> Any:
        with unset_fake_temporarily():
            return function(*args, **kwargs)

    return call


def move(modules: list[nn.Module], device: torch.device) -> None:
    """Put every weight and buffer on a device, as tensors without values. To be called inside `fake_tensors`."""
    for module in {part for whole in modules for part in whole.modules()}:
        if isinstance(module, QuantizedLinear):
            module.load_stored(module.stored_tensors(), device)
        for name, parameter in module._parameters.items():
            if parameter is not None:
                module._parameters[name] = nn.Parameter(stand_in(parameter, device), requires_grad=False)
        for name, buffer in module._buffers.items():
            if buffer is not None and buffer.device != device:
                module._buffers[name] = stand_in(buffer, device)


def stand_in(tensor: Tensor, device: torch.device) -> Tensor:
    return torch.empty(tensor.shape, dtype=tensor.dtype, device=device)
