"""Products of int4 and int8 by kernels that LLVM compiles at first use (llvmlite; int4_ir.py and int8_ir.py have them).

They need Linux, a processor that multiplies bfloat16 with AVX-512, and a torch with libgomp, whose threads they use:
threads of their own would have to be woken for every product. Elsewhere torch's kernels are used (kernels.py).
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from flashsloth.quantization import int4_ir, int8_ir, kernels, product_ir, rounding
from flashsloth.quantization.presets import TILE

ROWS = 512  # multiplied at a time: each thread keeps their sums of groups on its stack
_lock = threading.Lock()
_kept: list[Any] = []  # the machine code is freed with its engine


class _Job(ctypes.Structure):
    """What is multiplied."""

    _fields_ = [(name, ctypes.c_void_p if kind == "ptr" else ctypes.c_int64) for name, kind in product_ir.JOB.items()]


def has_int4() -> bool:
    """Return whether `int4_product` can be used here, and multiplies correctly."""
    return _has(_try_int4) and kernels.int4_tile() in (0, TILE)


def has_int8() -> bool:
    """Return whether `int8_product` can be used here, and multiplies correctly."""
    return _has(_try_int8)


def _has(trial: Callable[[], bool]) -> bool:
    with _lock:  # of two threads, the second waits for the compiler
        return _has_once(trial)


@functools.cache
def _has_once(trial: Callable[[], bool]) -> bool:
    possible = (
        sys.platform == "linux"
        and kernels.cpu_kind() == "avx512_bf16"
        and importlib.util.find_spec("llvmlite") is not None
    )
    with suppress(OSError, ImportError):  # of llvmlite's library, or of /proc
        return possible and kernels.passes(trial)
    return False


def int4_product(rows: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    """Multiply: bfloat16 (M, K), uint8 (N, K/2) in tiles of 64 rows, bfloat16 (G, N, 2) -> bfloat16 (M, N).

    A row's result is the same in any company.
    """
    groups, N, _ = scales_zeros.shape
    return _product("int4", rows, packed, scales_zeros, N, groups)


def int8_product(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    """Multiply: bfloat16 (M, K), int8 (N, K), bfloat16 (N,) -> bfloat16 (M, N); K a multiple of 64.

    A row's result is the same in any company.
    """
    return _product("int8", rows, weight, scales, len(weight), 1)


def _product(name: str, rows: Tensor, weight: Tensor, scales: Tensor, N: int, groups: int) -> Tensor:
    rows = rows.contiguous()
    M, K = rows.shape
    out = torch.empty(M, N, dtype=torch.bfloat16)
    for first in range(0, M, ROWS):
        x, y = rows[first : first + ROWS], out[first : first + ROWS]
        addresses = (tensor.data_ptr() for tensor in (weight, scales, x, y))
        job = _Job(*addresses, len(x), K, N, K // groups, groups)
        _kernel(name)(ctypes.addressof(job), torch.get_num_threads())
    return out


@functools.cache
def _kernel(name: str) -> Callable[[int, int], None]:
    """Compile a kernel: (address of a job, number of threads). Raises: RuntimeError, OSError."""
    import llvmlite.binding as llvm

    llvm.load_library_permanently(_libgomp())
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    source = int4_ir if name == "int4" else int8_ir
    module = llvm.parse_assembly(product_ir.HEAD + source.product())
    # LLVM would use only half of a register on some processors
    features = f"{llvm.get_host_cpu_features().flatten()},-prefer-256-bit"
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True)
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _kept.append(engine)
    run: Callable[[int, int], None] = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(
        engine.get_function_address(f"run_{name}")
    )
    return run


def _libgomp() -> str:
    """Return the path of the OpenMP library that torch has loaded. Raises: RuntimeError if it is not libgomp."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        path = line.split(maxsplit=5)[-1]
        if "/libgomp" in path:
            return path
    raise RuntimeError("torch was built without libgomp")


def _try_int4() -> bool:
    """Multiply blocks of every number of rows."""
    codes = (torch.arange(3 * TILE * 128) * 7 % 113 % 16).to(torch.uint8).view(3 * TILE, 128)
    packed, scales_zeros = rounding.pack_tiles(codes), kernels.example(12 * TILE, 1).view(2, 3 * TILE, 2).bfloat16()
    weight = rounding.dequantize_int4(packed, scales_zeros)
    rows = [kernels.example(count, 128).bfloat16() for count in range(1, 2 * int4_ir.ROWS_AT_ONCE)]
    return all(kernels.close(int4_product(x, packed, scales_zeros), x.float() @ weight.t()) for x in rows)


def _try_int8() -> bool:
    """Multiply blocks of every number of rows."""
    weight, scales = rounding.quantize_int8(kernels.example(68, 128))
    exact = rounding.dequantize_int8(weight, scales)
    rows = [kernels.example(count, 128).bfloat16() for count in range(1, 2 * int8_ir.ROWS_AT_ONCE)]
    return all(kernels.close(int8_product(x, weight, scales), x.float() @ exact.t()) for x in rows)
