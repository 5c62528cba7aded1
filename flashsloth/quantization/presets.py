"""The presets, the kernels that compute them on each device, and the tensors that are stored for int4
and int8. This module does not import torch.

N is a linear layer's number of outputs (rows of its weight), K its number of inputs (columns).

A preset is a way to quantize a model. If the user does not choose a preset,
`checkpoints/load_plan.make_plan` chooses one. To add a preset:

1. add the preset to PRESETS, and a row to TABLE for each device;
2. say of a new format which layers it fits, which tensors are stored, and how many bytes they take
   (`fits`, `stored_specs`, `weight_bytes`);
3. make the layers of the preset in `linear.py` (in `quantize_linear`, and in `from_tensors` if
   models in this preset are stored);
4. add its name to `QuantName` of flashsloth_cli/options.py, and a row to docs/cli.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from flashsloth.errors import OptionError
from flashsloth.utils.text import did_you_mean

LARGE = 10**9  # number of parameters; a smaller model is fast enough on a CPU without int4
ITEM_BYTES = {"F64": 8, "F32": 4, "BF16": 2, "F16": 2, "U8": 1, "I8": 1}
ANY_FLOAT = ""  # the dtype of a stored tensor that may have any floating-point type
TILE = 64  # rows of an int4 weight that are stored together (rounding.pack_tiles)
INT8_ROWS = 32  # the rows of an int8 weight are a multiple of this number; a head is padded
NF4_BLOCK = 64  # how many weights share a scale
NF4_NESTED_BLOCK = 256  # how many scales share a nested scale


@dataclass(frozen=True, slots=True)
class Preset:
    """The weight formats of a model: `body` for the decoder's linear layers, `head` for the output
    head, `tower` for the vision tower's linear layers. A format is "none" (not quantized), "int4",
    "int8", "nf4" or, for the tower, "rounded": int8 whose inputs are rounded, too.

    Args:
        opening_space: the memory that opening a model on a CPU needs besides the weights, as a fraction
            of the weights. Measured with the 3.2 B model (its peak memory without weights and KV
            cache), and rounded up.
        released_bytes: the peak memory of the released model (docs/speed.md) plus 0.4 GB for Python and
            torch, in bytes.
    """

    name: str
    body: str
    head: str
    tower: str
    summary: str
    opening_space: float = 0.0
    released_bytes: float | None = None

    def format(self, part: str = "") -> str:
        """Return the format of a part: "head", "tower", or any other, which is one of the decoder."""
        return {"head": self.head, "tower": self.tower}.get(part, self.body)

    @property
    def compiled(self) -> tuple[Literal["int4", "int8"], ...]:
        """The formats of the decoder for which there are compiled kernels. Quantizing to these formats
        is slow, so models in such presets can be stored. In other presets a model is quantized each
        time it is opened."""
        formats: tuple[Literal["int4", "int8"], ...] = ("int4", "int8")
        return tuple(kind for kind in formats if kind in (self.body, self.head))


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("none", "none", "none", "none", "weights as they are, in 16 or 32 bit", 0.03, 7.0e9),
        Preset(
            "int4",
            "int4",
            "int8",
            "rounded",
            "4 bit, a scale and zero for 64 weights; head, tower 8 bit",
            0.12,
            3.4e9,
        ),
        Preset("int8", "int8", "int8", "none", "8 bit, one scale a row", 0.08, 4.5e9),
        Preset(
            "nf4", "nf4", "none", "none", "4 bit of bitsandbytes (NF4); the head as it is", 0.0, 3.7e9
        ),
    )
}
STORED = tuple(name for name, preset in PRESETS.items() if preset.compiled)


class Choice(NamedTuple):
    """A preset on a type of device. `auto_preset` and hints choose the first preset of TABLE that has
    `by_size` and fits into the memory."""

    device: str
    preset: str
    alias: str  # another name of the preset on this device
    by_size: bool
    runs: str  # a description of the kernels that compute the products


class Usual(str):
    """The name of a preset for models that are not stored quantized, as a setting has it. A model that
    is stored quantized keeps its own. Another preset of type str is refused for it."""

    __slots__ = ()


TRITON = "cuda with Triton"  # the devices on which the kernels for cards run (card_products.kind_of)
OWN = "compiled kernels, else torch's"
CARD = "Triton's kernels; from 4 rows on dequantized for torch"
TABLE = (  # the presets of each device, the most exact first; other presets are refused
    Choice("cpu", "none", "", True, "torch"),
    Choice("cpu", "int8", "8bit", True, OWN),
    Choice("cpu", "int4", "4bit", True, OWN),
    Choice("cpu", "nf4", "", False, "bitsandbytes"),
    Choice(TRITON, "none", "", True, "Triton's kernels; several rows by torch"),
    Choice(TRITON, "int8", "8bit", True, CARD),
    Choice(TRITON, "int4", "4bit", True, CARD),
    Choice(TRITON, "nf4", "", False, "bitsandbytes"),
    Choice("cuda", "none", "", True, "torch"),
    Choice("cuda", "nf4", "4bit", True, "bitsandbytes"),
    Choice("cuda", "int4", "", False, "torch's kernel; as nf4 below compute capability 8.0"),
    Choice("cuda", "int8", "8bit", False, "torch, dequantized for each product"),
    Choice("mps", "none", "", True, "torch"),
    Choice("mps", "int8", "8bit", True, "torch's kernel"),
    Choice("mps", "int4", "4bit", True, "torch's kernel, from 32 rows on dequantized"),
)
ALIASES = {"4bit": "int4", "8bit": "int8"}  # the aliases on a CPU, and for models that are stored
CHOICES = ("auto", *PRESETS, *ALIASES)  # the values that --quant and the setting `quant` accept


def choices(device: str) -> dict[str, Choice]:
    """Return the choices for a type of device by the names of their presets."""
    return {choice.preset: choice for choice in TABLE if choice.device == device}


def by_size(device: str) -> list[Preset]:
    """Return the presets that are chosen by memory on a type of device, the most exact first."""
    return [PRESETS[choice.preset] for choice in TABLE if choice.device == device and choice.by_size]


def listed(names: Iterable[str]) -> str:
    """Return names for a help text, as in "none, int4 or nf4"."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def resolve_alias(name: str, device: str) -> str:
    """Return the name of the preset that an alias means on a device such as "cuda:0", or on TRITON.
    Other names are returned unchanged."""
    kind = device.partition(":")[0]
    return next(
        (choice.preset for choice in TABLE if (choice.device, choice.alias) == (kind, name or None)),
        name,
    )


def resolve(name: str, device: str = "cpu") -> Preset:
    """Return the preset of a name or alias on a type of device.

    Raises: OptionError for an unknown name, for "auto", and for a preset that the device does not run.
    """
    preset = PRESETS.get(resolve_alias(name, device))
    if preset is None:
        hint = did_you_mean(name, CHOICES, then=f"Use {', '.join(CHOICES)}.")
        raise OptionError(f"unknown quantization {name!r}", hint=hint)
    if preset.name not in choices(device):
        raise OptionError(
            f"{preset.name} does not run on {device}", hint=f"Use {listed(choices(device))}."
        )
    return preset


def group_size(k: int) -> int | None:
    """Return how many weights of a row share a scale in int4: 64 if it divides K, else 32 if it divides
    K, else None."""
    return next((group for group in (64, 32) if k % group == 0), None)


def fits(preset: Preset, n: int, k: int, part: str = "") -> bool:
    """Return whether a layer of N outputs and K inputs can be quantized with this preset. The condition
    is the same on every device, so that a stored model can be opened on every device."""
    # Most kernels support more sizes. For int8, torch's kernel for CPUs crashes the process if K is not
    # a multiple of 32, and MPS's kernel needs N to be a multiple of 32.
    match preset.format(part):
        case "int4":
            return n > 0 and k > 0 and n % TILE == 0 and group_size(k) is not None
        case "nf4":
            return n > 0 and k > 0 and n % 32 == 0 and k % NF4_BLOCK == 0
        case "int8":
            return n > 0 and k > 0 and (part == "head" or n % INT8_ROWS == 0) and k % 32 == 0
        case "rounded":
            return True
        case _:
            return False


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One stored tensor: `dtype` as safetensors writes it (BF16, U8, …), or ANY_FLOAT."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


def stored_specs(
    n: int,
    k: int,
    preset: Preset,
    part: str = "",
    *,
    bias: bool = True,
    dtype: str = "BF16",
) -> dict[str, TensorSpec]:
    """Return the tensors of a layer of N outputs and K inputs in "none" or a preset of STORED, by name.
    The tensors are the same on disk and in memory.

    - int4: `weight` in tiles (rounding.pack_tiles), `scales_zeros` (K/group, N, 2): w = (code - 8) *
      scale + zero.
    - int8: `weight` (N, K), `scales` (N,): w = code * scale. The rows of a head are padded to a
      multiple of INT8_ROWS, and those of its bias.
    - "rounded": as int8, without padding.
    - "none", and a layer that does not fit: `weight` (N, K) of `dtype`.

    `bias` (N,) is always of `dtype`.
    """
    kind = preset.format(part) if fits(preset, n, k, part) else "none"
    if kind == "int8":
        n += -n % INT8_ROWS
    int8 = {"weight": TensorSpec("I8", (n, k)), "scales": TensorSpec("BF16", (n,))}
    parts = {
        "none": {"weight": TensorSpec(dtype, (n, k))},
        "int4": {
            "weight": TensorSpec("U8", (n, k // 2)),
            "scales_zeros": TensorSpec("BF16", (k // (group_size(k) or k), n, 2)),
        },
        "int8": int8,
        "rounded": int8,
    }[kind]
    return parts | ({"bias": TensorSpec(dtype, (n,))} if bias else {})


def weight_bytes(
    n: int, k: int, preset: Preset, part: str = "", *, bias: bool = True, dtype: str = "BF16"
) -> int:
    """Return the bytes of a layer's tensors in memory, as for `stored_specs`."""
    if preset.format(part) == "nf4" and fits(preset, n, k, part):
        return _nf4_bytes(n * k) + bias * n * ITEM_BYTES[dtype]
    return sum(x.nbytes for x in stored_specs(n, k, preset, part, bias=bias, dtype=dtype).values())


def _nf4_bytes(weights: int) -> int:
    """Return the number of bytes that a number of weights takes in NF4. Each weight has a code of 4
    bits, and each block of weights a scale, stored as a code of 8 bits. The nested scales, an offset,
    and the tables of both kinds of codes (256 and 16 entries) are 32-bit numbers."""
    blocks = weights // NF4_BLOCK
    return weights // 2 + blocks + 4 * (-(-blocks // NF4_NESTED_BLOCK) + 1 + 256 + 16)
