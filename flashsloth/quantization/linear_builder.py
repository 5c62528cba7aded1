"""Make the linear layers of a preset: quantize a weight, return a layer's tensors to save them, restore
a layer from its tensors.

N is the number of outputs, K the number of inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.quantization import bnb, rounding
from flashsloth.quantization.linear import Int4Linear, Int8Linear, QuantizedLinear
from flashsloth.quantization.presets import INT8_ROWS, Preset, fits, group_size


def quantize_linear(
    weight: Tensor,
    bias: Tensor | None,
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
    importance: Tensor | Sequence[Tensor] | None = None,
) -> nn.Module:
    """Return a quantized linear layer on the device; an `nn.Linear` in `dtype` if the preset cannot
    quantize a weight of this shape. A head in int8 may have more outputs, as presets.stored_specs
    describes.

    For CUDA the weight is moved to the card and rounded there, which takes about 0.1 GB meanwhile. For
    other devices it is rounded where it already is.

    Args:
        weight: (N, K) of any floating point type.
        bias: (N,) or None.
        dtype: the dtype of the activations, and of tensors that are not quantized.
        head: True for the output head, which some presets store in another format.
        importance: how much the error of each column counts in int4, (K,); None if all count alike; or
            the moments of the inputs for gptq.py.

    Raises: NonFiniteWeights; OptionError for a preset whose library is not installed.
    """
    device = torch.device(device)
    n, k = weight.shape
    kind = preset.format(head=head) if fits(preset, n, k, head=head) else "none"
    if device.type == "cuda":  # the search for scales is fast on a card, and slow on a CPU
        weight = weight.to(device)
    bias = None if bias is None else bias.to(device, dtype)
    match kind:
        case "int4":
            group = group_size(k) or 64
            if not isinstance(importance, Sequence):
                return Int4Linear(*rounding.quantize_int4(weight, group, importance), bias, device)
            from flashsloth.quantization import gptq  # only `quantize --calibrate` needs it

            return Int4Linear(*gptq.quantize_int4(weight, group, importance), bias, device)
        case "int8":
            rounded, scales = rounding.quantize_int8(weight, INT8_ROWS)
            bias = None if bias is None else F.pad(bias, (0, len(scales) - n))
            return Int8Linear(rounded, scales, bias, device, dtype)
        case "nf4":
            return bnb.quantize_nf4(weight, bias, device, dtype)
        case _:
            return plain_linear(weight, bias, device, dtype)


def is_quantized(module: nn.Module) -> bool:
    """Return whether a module is a linear whose weight has 4 or 8 bits."""
    return isinstance(module, QuantizedLinear) or bnb.is_quantized(module)


def tensors(module: nn.Module) -> dict[str, Tensor]:
    """Return the tensors of a layer in "none", int4 or int8 that are to be saved. The tensors are on
    the CPU and have the names of `presets.stored_specs`."""
    if isinstance(module, QuantizedLinear):
        return module.tensors()
    return {
        name: parameter.detach().cpu().contiguous() for name, parameter in module.named_parameters()
    }


def from_tensors(
    stored: Mapping[str, Tensor],
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
) -> nn.Module:
    """Restore a layer from its `tensors`, without rounding again. The tensors must have been checked by
    `LoadPlan.check_tensors`.

    On a CPU weights are copied only if they must be. int4 weights are not copied if the CPU's kernel
    reads the order in which they are stored. int8 weights are not copied if their memory starts at a
    multiple of 64 bytes: memory that torch allocates does, a mapped safetensors file usually does not.
    """
    device = torch.device(device)
    bias = stored["bias"].to(device, dtype) if "bias" in stored else None
    weight = stored["weight"]
    if weight.is_floating_point():
        return plain_linear(weight, bias, device, dtype)
    if preset.format(head=head) == "int4":
        return Int4Linear(weight, stored["scales_zeros"], bias, device)
    return Int8Linear(weight, stored["scales"], bias, device, dtype)


def plain_linear(
    weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype
) -> nn.Linear:
    with torch.device("meta"):
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight = nn.Parameter(devices.moved(weight, device, dtype), requires_grad=False)
    if bias is not None:
        linear.bias = nn.Parameter(bias, requires_grad=False)
    return linear
