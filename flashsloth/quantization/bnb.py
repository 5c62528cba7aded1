"""NF4 layers of bitsandbytes, which are made from weights when a model is opened, and for training.

The library bitsandbytes is imported at its first use, and its logs, warnings and output are suppressed.
If the package `kernels` is installed, bitsandbytes downloads native code and runs it: on a CPU with
avx512_bf16 at import, on macOS 26 and later at the first product. To prevent this, `kernels` is hidden
during the import, and the download on macOS is switched off.

N is the number of outputs, K the number of inputs. The layers were tested on a CPU, an H100 and a
simulated card (tests/card).
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import torch

from flashsloth.errors import OptionError
from flashsloth.quantization import rounding
from flashsloth.quantization.presets import NF4_BLOCK

NAME = "bitsandbytes"


@functools.cache
def library() -> Any:
    """Return bitsandbytes, imported without output. Raises: OptionError if it cannot be imported."""
    logger = logging.getLogger(NAME)
    # Without a handler, Python would write the warnings of bitsandbytes to stderr. The level is
    # CRITICAL, because bitsandbytes logs a missing CUDA as an error.
    logger.addHandler(logging.NullHandler())
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), _hidden("kernels"):
        warnings.simplefilter("ignore")
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                found = importlib.import_module(NAME)
                if (mps := sys.modules.get(f"{NAME}.backends.mps.ops")) is not None:
                    refuse_download(mps)
                return found
        except Exception as error:  # loading its native library may raise any error
            raise OptionError(
                f"the preset nf4 needs bitsandbytes, which cannot be imported: {error}",
                hint="Install it (pip install bitsandbytes), or use int4 or int8.",
            ) from error


def refuse_download(mps_ops: Any) -> None:
    """Make bitsandbytes believe that its download of kernels for Apple's GPU has failed, so that it
    uses torch's operators.

    Raises: AttributeError if the module of bitsandbytes no longer has the attribute that records a
        failed download.
    """
    mps_ops._kernel_load_failed  # noqa: B018 - raises AttributeError if the attribute does not exist
    mps_ops._kernel_load_failed = True


@contextlib.contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make `import name` fail, unless the module is already imported."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def is_quantized(module: torch.nn.Module) -> bool:
    """Return whether a module is a layer of bitsandbytes, without importing bitsandbytes."""
    return any(base.__module__.startswith(NAME + ".") for base in type(module).__mro__)


def quantize_nf4(
    weight: torch.Tensor, bias: torch.Tensor | None, device: torch.device, dtype: torch.dtype
) -> torch.nn.Module:
    """Quantize a weight (N, K) to a Linear4bit: NF4 in blocks of 64, with quantized block scales.

    Raises: NonFiniteWeights; OptionError if bitsandbytes cannot be imported.
    """
    settings = {"compress_statistics": True, "quant_type": "nf4", "blocksize": NF4_BLOCK}
    finite = rounding.check_finite(weight.to(dtype))
    parameter = library().nn.Params4bit(finite, requires_grad=False, **settings).to(device)
    n, k = weight.shape
    with torch.device("meta"):
        linear = library().nn.Linear4bit(
            k, n, bias=bias is not None, compute_dtype=dtype, quant_type="nf4"
        )
    linear.weight = parameter
    linear.quant_state = parameter.quant_state
    parameter.module = linear
    # Otherwise bitsandbytes would reorder the weight in a product without gradients on a CPU.
    linear.support_avx512bf16_for_cpu = False
    # On a CPU the product of bitsandbytes is correct only for contiguous inputs.
    linear.register_forward_pre_hook(lambda _, inputs: (inputs[0].contiguous(),))
    if bias is not None:
        linear.bias = torch.nn.Parameter(bias, requires_grad=False)
    return linear.requires_grad_(False).eval()
