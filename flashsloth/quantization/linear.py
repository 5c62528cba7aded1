"""Linear layers that keep their weight in 4 or 8 bits, how they come about, and how they are saved. Knows no models.

N is the number of outputs, K of inputs. Weights and scales are buffers: nothing here is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, cast

import torch
from torch import Tensor, nn

from flashsloth.errors import NonFiniteWeights, TensorMismatch
from flashsloth.quantization import bnb, kernels, rounding
from flashsloth.quantization.presets import GROUPS, TILE, Preset, fits, group_size, stored_specs

DTYPE_NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.uint8: "U8", torch.int8: "I8"}


class QuantizedLinear(nn.Module):
    """What Int4Linear and Int8Linear share: `y = x @ W.T + bias` for x (..., K), a bias, a fixed place.

    The state dict holds the stored_specs form (presets.stored), whatever order the device's kernel wants.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(self, n: int, k: int, bias: Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = n, k
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        """Shape: (..., K) -> (..., N), of x's type."""
        out = self.product(x.reshape(-1, self.in_features).contiguous())
        if self.bias is not None:
            out += self.bias
        return out.to(x.dtype).view(*x.shape[:-1], self.out_features)

    def product(self, rows: Tensor) -> Tensor:
        """(M, K) -> (M, N) of any type, without the bias."""
        raise NotImplementedError

    def parts(self) -> dict[str, Tensor]:
        """The tensors of the stored form, without the bias."""
        raise NotImplementedError

    def place(self, parts: Mapping[str, Tensor], device: torch.device) -> None:
        """Take over tensors of the stored form and bring them into the device's order."""
        raise NotImplementedError

    def way(self, rows: int) -> str:
        """How a product of so many rows is done: "kernel", "whole numbers" or "multiplied out". For reports."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """`.to(…)` and its kin: the place may change, and the bias's type; those of weight and scales may not."""
        device = fn(torch.empty(0, device=self.weight.device)).device
        if device != self.weight.device:
            self.place(self.parts(), device)
        if self.bias is not None:
            self.bias = fn(self.bias)
        return self

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        destination.update({prefix + name: tensor for name, tensor in tensors(self).items()})

    def _load_from_state_dict(self, state_dict: Mapping[str, Any], prefix: str, *others: Any) -> None:
        _, _, missing, _, errors = others
        parts = tensors(self)
        given = {name: state_dict[prefix + name] for name in parts if prefix + name in state_dict}
        missing.extend(prefix + name for name in parts if name not in given)
        fixed = parts.keys() - {"bias"}  # a bias may change its type
        wrong = [n for n, x in given.items() if x.shape != parts[n].shape or (n in fixed and x.dtype != parts[n].dtype)]
        errors.extend(f"{prefix}{name} has another shape or type than this layer's" for name in wrong)
        if len(given) == len(parts) and not wrong:
            self.place({name: given[name] for name in fixed}, self.weight.device)
            if self.bias is not None:
                self.bias = given["bias"].to(self.bias)


class Int4Linear(QuantizedLinear):
    """A weight of 16 steps with a scale and a zero for each group of a row (rounding.quantize_int4).

    Args:
        weight: uint8 (N, K/2) in tiles of 64 rows, not copied on a CPU whose kernel wants just that: a file that is
            mapped into memory stays there. `scales_zeros` bfloat16 (G, N, 2).
        bias: (N,) or none, on the device.
    """

    scales_zeros: Tensor

    def __init__(self, weight: Tensor, scales_zeros: Tensor, bias: Tensor | None, device: torch.device) -> None:
        super().__init__(weight.shape[0], weight.shape[1] * 2, bias)
        self.register_buffer("weight", None)
        self.register_buffer("scales_zeros", None)
        self.place({"weight": weight, "scales_zeros": scales_zeros}, device)

    def place(self, parts: Mapping[str, Tensor], device: torch.device) -> None:
        self.weight = kernels.pack_int4(parts["weight"], device)
        self.scales_zeros = parts["scales_zeros"].to(device)
        if device.type == "cpu":
            self.scales_zeros = kernels.aligned(self.scales_zeros)
        self.kernel = kernels.has_int4(device)
        cpu = device.type == "cpu"
        self.tile = kernels.int4_tile() or TILE if cpu else TILE
        self.expand_from = kernels.cpu_thresholds().int4_expand if cpu else kernels.NEVER
        if not self.kernel:
            self.expand_from = kernels.ALWAYS
        self.expanded = kernels.cpu_thresholds().expanded if cpu else None

    def parts(self) -> dict[str, Tensor]:
        weight = kernels.unpack_int4(self.weight, self.out_features, self.in_features)
        return {"weight": weight, "scales_zeros": self.scales_zeros.cpu()}

    def product(self, rows: Tensor) -> Tensor:
        if rows.shape[0] < self.expand_from:
            return kernels.int4_kernel(rows.to(torch.bfloat16), self.weight, self.scales_zeros)
        dtype = self.expanded or rows.dtype
        return kernels.int4_expand(rows, self.weight, self.scales_zeros, self.tile, dtype)

    def way(self, rows: int) -> str:
        return "kernel" if rows < self.expand_from else "multiplied out"


class Int8Linear(QuantizedLinear):
    """A weight of 255 steps with one scale a row (rounding.quantize_int8).

    Args:
        weight: int8 (N, K), and `scales` bfloat16 (N,); not copied on a CPU if it begins at a multiple of 64 bytes.
        bias: (N,) or none, on the device.
        dtype: of the activations; on a CPU the kernel has bfloat16 whatever comes in.
    """

    scales: Tensor

    def __init__(
        self, weight: Tensor, scales: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        super().__init__(weight.shape[0], weight.shape[1], bias)
        self.dtype = dtype
        self.register_buffer("weight", None)
        self.register_buffer("scales", None)
        self.place({"weight": weight, "scales": scales}, device)

    def place(self, parts: Mapping[str, Tensor], device: torch.device) -> None:
        cpu = device.type == "cpu"
        self.kernel_dtype = torch.bfloat16 if cpu else self.dtype
        self.weight = kernels.aligned(parts["weight"]) if cpu else parts["weight"].to(device)
        self.scales = parts["scales"].to(device)
        self.kernel_scales = self.scales.to(self.kernel_dtype)
        self.kernel = kernels.has_int8(device, self.kernel_dtype)
        ways = kernels.cpu_thresholds()
        self.whole_from = ways.int8_whole if cpu else kernels.NEVER
        self.expand_from = kernels.int8_expand_from(device, self.kernel_dtype) if self.kernel else kernels.ALWAYS
        self.expanded = ways.expanded if cpu else None

    def parts(self) -> dict[str, Tensor]:
        return {"weight": self.weight.cpu(), "scales": self.scales.cpu()}

    def product(self, rows: Tensor) -> Tensor:
        match self.way(rows.shape[0]):
            case "kernel":
                return kernels.int8_kernel(rows.to(self.kernel_dtype), self.weight, self.kernel_scales)
            case "whole numbers":
                return kernels.int8_whole(rows, self.weight, self.scales)
            case _:
                return kernels.int8_expand(rows, self.weight, self.scales, self.expanded or rows.dtype)

    def way(self, rows: int) -> str:
        if rows >= self.whole_from:
            return "whole numbers"
        return "kernel" if rows < self.expand_from else "multiplied out"


def quantize_linear(
    weight: Tensor,
    bias: Tensor | None,
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
    group: int | None = None,
) -> nn.Module:
    """A linear layer in the preset's form, on the device; `nn.Linear` in `dtype` where the shape does not fit.

    The weight is rounded where it lies, so leave it on the CPU to keep a small device free.

    Args:
        weight: (N, K) of any floating point type.
        bias: (N,) or none.
        dtype: of the activations, and of what stays as it is.
        head: whether this is the output head, which some presets keep in another form.
        group: weights with one scale in int4, 32, 64 or 128, if not what group_size(K) says.

    Raises: NonFiniteWeights; OptionError for a preset whose library is not installed.
    """
    device = torch.device(device)
    n, k = weight.shape
    bias = None if bias is None else bias.to(device, dtype)
    match preset.form(head=head) if fits(preset, n, k, head=head) else "none":
        case "int4":
            return Int4Linear(*rounding.quantize_int4(weight, group or group_size(k) or 64), bias, device)
        case "int8":
            return Int8Linear(*rounding.quantize_int8(weight), bias, device, dtype)
        case "nf4":
            return bnb.quantize_nf4(weight, bias, device, dtype)
        case "llm-int8":
            return bnb.quantize_llm_int8(weight, bias, device)
        case _:
            return _plain(weight, bias, device, dtype)


def tensors(module: nn.Module) -> dict[str, Tensor]:
    """Return what to save of a layer, on the CPU, by the names of presets.stored_specs."""
    if isinstance(module, QuantizedLinear):
        found = module.parts()
    elif bnb.is_quantized(module):
        found = bnb.tensors(module)
    else:
        found = {"weight": cast(Tensor, module.weight).detach()}
    if module.bias is not None:
        found["bias"] = cast(Tensor, module.bias).detach()
    return {name: tensor.cpu().contiguous() for name, tensor in found.items()}


def from_tensors(
    found: Mapping[str, Tensor],
    preset: Preset,
    *,
    device: torch.device | str,
    dtype: torch.dtype,
    head: bool = False,
    name: str = "a layer",
) -> nn.Module:
    """The layer whose `tensors` these are; nothing is rounded again. `name` stands in errors.

    On a CPU with AVX-512 int4 weights are not copied either, nor int8 weights that begin at a multiple of 64 bytes (as
    fresh memory of torch does, and a file of safetensors that is mapped into memory mostly does not).

    Raises: TensorMismatch when names, types or shapes are not those of the preset; NonFiniteWeights when a scale is;
    OptionError as quantize_linear.
    """
    device = torch.device(device)
    _check(found, preset, head, name)
    bias = found["bias"].to(device, dtype) if "bias" in found else None
    weight = found["weight"]
    if weight.is_floating_point():
        return _plain(weight, bias, device, dtype)
    match preset.form(head=head):
        case "int4":
            return Int4Linear(weight, found["scales_zeros"], bias, device)
        case "int8":
            return Int8Linear(weight, found["scales"], bias, device, dtype)
        case "nf4":
            return bnb.restore_nf4(found, bias, device, dtype)
        case _:
            return bnb.restore_llm_int8(found, bias, device)


def _check(found: Mapping[str, Tensor], preset: Preset, head: bool, name: str) -> None:
    """Native code will trust these shapes: compare all of them with what the preset stores."""
    weight = found.get("weight")
    if weight is None or weight.dim() != 2:
        raise TensorMismatch(f"{name} has no weight of two dimensions")
    n, k = weight.shape[0], weight.shape[1] * (2 if weight.dtype == torch.uint8 else 1)
    scales = found.get("scales_zeros")
    group = k // scales.shape[0] if scales is not None and scales.dim() == 3 and 0 < scales.shape[0] <= k else None
    free = next((x.dtype for x in (found.get("bias"), weight) if x is not None and x.is_floating_point()), None)
    wanted = stored_specs(
        n,
        k,
        preset,
        head=head,
        bias="bias" in found,
        dtype=DTYPE_NAMES.get(free, "") if free else "BF16",
        group=group if group in GROUPS else None,
    )
    got = {key: (DTYPE_NAMES.get(x.dtype, str(x.dtype)), tuple(x.shape)) for key, x in found.items()}
    want = {key: (x.dtype, x.shape) for key, x in wanted.items()}
    for key in sorted(got.keys() | want.keys()):
        if got.get(key) != want.get(key):
            raise TensorMismatch(f"{name}.{key} is {got.get(key)}, {preset.name} has {want.get(key)}")
    for key, tensor in found.items():
        if key != "weight" and tensor.is_floating_point() and not all(torch.isfinite(x) for x in tensor.aminmax()):
            raise NonFiniteWeights(f"{name}.{key} holds NaN or infinite values")


def _plain(weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype) -> nn.Linear:
    with torch.device("meta"):
        linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight = nn.Parameter(weight.to(device, dtype), requires_grad=False)
    if bias is not None:
        linear.bias = nn.Parameter(bias, requires_grad=False)
    return linear
