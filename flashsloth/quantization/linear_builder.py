"""Make linear layers in a preset's formats: quantize a weight, save a layer's tensors, restore it from them.

N is the number of outputs, K of inputs.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from flashsloth.errors import NonFiniteWeights, TensorMismatch
from flashsloth.quantization import bnb, rounding
from flashsloth.quantization.linear import Int4Linear, Int8Linear, QuantizedLinear
from flashsloth.quantization.presets import Preset, fits, group_size, stored_specs

DTYPE_NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.uint8: "U8", torch.int8: "I8"}


def quantize_linear(
    weight: Tensor,
    bias: Tensor | None,
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
) -> nn.Module:
    """Return a quantized linear layer on the device; an `nn.Linear` in `dtype` if the shape does not fit the preset.

    int4 and int8 are rounded on the device if it is CUDA, else where the weight is. On CUDA that takes some 0.3 GB more
    (estimated) for a layer of 45 million weights, until it is rounded.

    Args:
        weight: (N, K) of any floating point type.
        bias: (N,) or None.
        dtype: of the activations, and of unquantized tensors.
        head: True for the output head, which some presets store in another format.

    Raises: NonFiniteWeights; OptionError for a preset whose library is not installed.
    """
    device = torch.device(device)
    n, k = weight.shape
    bias = None if bias is None else bias.to(device, dtype)
    match preset.format(head=head) if fits(preset, n, k, head=head) else "none":
        case "int4":
            return Int4Linear(*rounding.quantize_int4(_near(weight, device), group_size(k) or 64), bias, device)
        case "int8":
            return Int8Linear(*rounding.quantize_int8(_near(weight, device)), bias, device, dtype)
        case "nf4":
            return bnb.quantize_nf4(weight, bias, device, dtype)
        case "llm-int8":
            return bnb.quantize_llm_int8(weight, bias, device)
        case _:
            return plain_linear(weight, bias, device, dtype)


def _near(weight: Tensor, device: torch.device) -> Tensor:
    """Return the weight where it is to be rounded: searching scales is quick on CUDA, and slow on a processor."""
    return weight.to(device) if device.type == "cuda" else weight


def is_quantized(module: nn.Module) -> bool:
    """Return whether a module is a linear whose weight has 4 or 8 bits."""
    return isinstance(module, QuantizedLinear) or bnb.is_quantized(module)


def tensors(module: nn.Module) -> dict[str, Tensor]:
    """Return the tensors of a layer in "none", int4 or int8 to save, on the CPU, by the names of stored_specs."""
    if isinstance(module, QuantizedLinear):
        return module.tensors()
    return {name: parameter.detach().cpu().contiguous() for name, parameter in module.named_parameters()}


def from_tensors(
    stored: Mapping[str, Tensor],
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
    name: str = "a layer",
) -> nn.Module:
    """Restore a layer from its `tensors`, without rounding again. `name` is used in errors.

    A CPU with AVX-512 does not copy int4 weights, and no CPU copies int8 weights that start at a multiple of 64 bytes
    (torch's own memory does, a memory-mapped safetensors file mostly does not).

    Raises: TensorMismatch for names, dtypes or shapes other than the preset's; NonFiniteWeights for a scale that is not
    finite.
    """
    device = torch.device(device)
    _check(stored, preset, head, name)
    bias = stored["bias"].to(device, dtype) if "bias" in stored else None
    weight = stored["weight"]
    if weight.is_floating_point():
        return plain_linear(weight, bias, device, dtype)
    if preset.format(head=head) == "int4":
        return Int4Linear(weight, stored["scales_zeros"], bias, device)
    return Int8Linear(weight, stored["scales"], bias, device, dtype)


def _check(stored: Mapping[str, Tensor], preset: Preset, head: bool, name: str) -> None:
    """Compare all shapes with those of the preset, because native code relies on them."""
    weight = stored.get("weight")
    if weight is None or weight.dim() != 2:
        raise TensorMismatch(f"{name} must have a weight of two dimensions")
    n, k = weight.shape[0], weight.shape[1] * (2 if weight.dtype == torch.uint8 else 1)
    unquantized = next((x.dtype for x in (stored.get("bias"), weight) if x is not None and x.is_floating_point()), None)
    dtype = DTYPE_NAMES.get(unquantized, "") if unquantized else "BF16"
    specs = stored_specs(n, k, preset, head=head, bias="bias" in stored, dtype=dtype)
    actual = {key: (DTYPE_NAMES.get(x.dtype, str(x.dtype)), tuple(x.shape)) for key, x in stored.items()}
    expected = {key: (x.dtype, x.shape) for key, x in specs.items()}
    for key in sorted(actual.keys() | expected.keys()):
        if actual.get(key) != expected.get(key):
            raise TensorMismatch(f"{name}.{key} is {actual.get(key)}, {preset.name} has {expected.get(key)}")
    for key, tensor in stored.items():
        if key != "weight" and tensor.is_floating_point() and not all(torch.isfinite(x) for x in tensor.aminmax()):
            raise NonFiniteWeights(f"{name}.{key} holds NaN or infinite values")


def plain_linear(weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype) -> nn.Linear:
    with torch.device("meta"):
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight = nn.Parameter(weight.to(device, dtype), requires_grad=False)
    if bias is not None:
        linear.bias = nn.Parameter(bias, requires_grad=False)
    return linear
