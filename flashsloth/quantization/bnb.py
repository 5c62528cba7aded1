"""NF4 and LLM.int8 by bitsandbytes: built from a weight, taken apart into plain tensors, put together again.

bitsandbytes is imported when a layer of its kind is first asked for, and kept quiet: it logs, warns and, on some
machines, prints. Where the package `kernels` is installed, importing bitsandbytes on a CPU with avx512_bf16 would
download native code and run it; nothing here fetches anything unasked, so `kernels` is hidden from that import.

N is the number of outputs, K of inputs. CPU is tested; CUDA and MPS take the same path and have not been.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.errors import OptionError
from flashsloth.quantization import rounding
from flashsloth.quantization.presets import NF4_BLOCK, NF4_NESTED_BLOCK

OUTLIER = 6.0  # activations beyond this are multiplied in 16 bit (LLM.int8, arXiv:2208.07339)
NAME = "bitsandbytes"


@functools.cache
def library() -> Any:
    """bitsandbytes, imported in silence. Raises OptionError where it is not installed or cannot be loaded."""
    logger = logging.getLogger(NAME)
    logger.addHandler(logging.NullHandler())  # without any handler its warnings would go to stderr
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)  # it reports as errors what is none here: no CUDA, no downloads
    with warnings.catch_warnings(), _hidden("kernels"):
        warnings.simplefilter("ignore")
        nowhere = io.StringIO()
        try:
            with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                return importlib.import_module(NAME)
        except Exception as error:  # a native library that does not fit raises whatever its loader does
            raise OptionError(
                f"the presets nf4 and llm-int8 need bitsandbytes, which cannot be imported: {error}",
                hint="Install it (pip install bitsandbytes), or use int4 or int8.",
            ) from error


@contextlib.contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let `import name` fail, unless it was imported before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def is_quantized(module: nn.Module) -> bool:
    """Whether it is one of bitsandbytes' layers. Does not import bitsandbytes to find out."""
    return any(base.__module__.startswith(NAME + ".") for base in type(module).__mro__)


def quantize_nf4(
    weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype, *, training: bool = False
) -> nn.Module:
    """A bitsandbytes Linear4bit: NF4 in blocks of 64, the blocks' scales quantized as well. weight (N, K).

    For `training` it keeps the form that gradients pass through, also when it answers in between.

    Raises: NonFiniteWeights; OptionError without bitsandbytes.
    """
    parameter = library().nn.Params4bit(
        rounding.finite(weight.to(dtype)),
        requires_grad=False,
        compress_statistics=True,
        quant_type="nf4",
        blocksize=NF4_BLOCK,
    )
    return _linear4bit(parameter.to(device), weight.shape, bias, dtype, training=training)


def restore_nf4(
    found: Mapping[str, Tensor], bias: Tensor | None, device: torch.device, dtype: torch.dtype
) -> nn.Module:
    """The layer whose `tensors` these are; the caller has checked their shapes (presets.stored_specs)."""
    n, half = found["weight"].shape
    functional = library().functional
    nested = functional.QuantState(
        absmax=found["absmax_scales"].to(device),
        code=found["absmax_map"].to(device),
        blocksize=NF4_NESTED_BLOCK,
        dtype=torch.float32,
    )
    state = functional.QuantState(
        absmax=found["absmax"].to(device),
        shape=torch.Size((n, half * 2)),
        code=found["map"].to(device),
        blocksize=NF4_BLOCK,
        quant_type="nf4",
        dtype=dtype,
        offset=found["absmax_offset"].to(device),
        state2=nested,
    )
    parameter = library().nn.Params4bit(
        found["weight"].reshape(-1, 1).to(device),
        requires_grad=False,
        quant_state=state,
        compress_statistics=True,
        quant_type="nf4",
        blocksize=NF4_BLOCK,
        bnb_quantized=True,
    )
    return _linear4bit(parameter, (n, half * 2), bias, dtype)


@functools.cache
def _nf4_class() -> Any:
    class Nf4Linear(library().nn.Linear4bit):  # type: ignore[misc]
        """bitsandbytes' own layer takes strided rows for contiguous ones on a CPU, and dies of having no rows."""

        def forward(self, x: Tensor) -> Tensor:
            if x.numel() == 0:
                return x.new_empty(*x.shape[:-1], self.out_features)
            return super().forward(x.contiguous())

    return Nf4Linear


def _linear4bit(
    parameter: Any, shape: Any, bias: Tensor | None, dtype: torch.dtype, *, training: bool = False
) -> nn.Module:
    n, k = shape
    with torch.device("meta"):
        linear = _nf4_class()(k, n, bias=bias is not None, compute_dtype=dtype, quant_type="nf4")
    linear.weight, linear.quant_state, parameter.module = parameter, parameter.quant_state, linear
    # its first product on a CPU rewrites weight and state for good and rounds the scales: keep what is to be saved
    linear.saved_state = copy.copy(parameter.quant_state)
    finished = _finish(linear, bias)
    if training:
        finished.support_avx512bf16_for_cpu = False  # type: ignore[assignment]  # else it repacks for answers alone
    elif parameter.device.type == "cpu":  # now, layer by layer, and not all of them in the first answer
        finished(torch.zeros(1, k, dtype=dtype))
    return finished


def quantize_llm_int8(weight: Tensor, bias: Tensor | None, device: torch.device) -> nn.Module:
    """A bitsandbytes Linear8bitLt: one scale a row, outlying activations in 16 bit. weight (N, K).

    Raises: NonFiniteWeights, also for what float16 cannot hold; OptionError without bitsandbytes.
    """
    half = rounding.finite(weight.half()).cpu()  # what lies on another device it would not quantize
    parameter = library().nn.Int8Params(half, requires_grad=False, has_fp16_weights=False).to(device)
    return _linear8bit(parameter, bias)


def restore_llm_int8(found: Mapping[str, Tensor], bias: Tensor | None, device: torch.device) -> nn.Module:
    """The layer whose `tensors` these are; the caller has checked their shapes (presets.stored_specs)."""
    weight, scales = found["weight"].to(device), found["scales"].to(device)
    parameter = library().nn.Int8Params(weight, requires_grad=False, has_fp16_weights=False, CB=weight, SCB=scales)
    return _linear8bit(parameter, bias)


def _linear8bit(parameter: Any, bias: Tensor | None) -> nn.Module:
    n, k = parameter.shape
    with torch.device("meta"):
        linear = library().nn.Linear8bitLt(k, n, bias=bias is not None, has_fp16_weights=False, threshold=OUTLIER)
    linear.weight = parameter
    return _finish(linear, bias)


def _finish(linear: nn.Module, bias: Tensor | None) -> nn.Module:
    if bias is not None:
        linear.bias = nn.Parameter(bias, requires_grad=False)
    return linear.requires_grad_(False).eval()


def tensors(module: Any) -> dict[str, Tensor]:
    """Return a layer's plain tensors without the bias, by the names of presets.stored_specs."""
    if isinstance(module, library().nn.Linear8bitLt):
        scales = module.weight.SCB if module.weight.SCB is not None else module.state.SCB
        return {"weight": module.weight.detach(), "scales": scales}
    weight, state = module.weight.detach(), module.saved_state
    if getattr(module.weight.quant_state, "packing_format_for_cpu", False):
        now = copy.copy(module.weight.quant_state)  # the way back changes what it is given
        weight, _ = library().functional._convert_weight_packed_for_cpu_inverse(weight, now)
    n, k = state.shape
    return {
        "weight": weight.reshape(n, k // 2),
        "absmax": state.absmax,
        "absmax_scales": state.state2.absmax,
        "absmax_offset": state.offset,
        "absmax_map": state.state2.code,
        "map": state.code,
    }
