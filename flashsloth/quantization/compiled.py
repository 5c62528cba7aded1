"""Compile kernels with LLVM (llvmlite) at their first use, for operations that are slow in torch, and
compute products with int4 and int8 weights with them. The kernels are written in C++ (cpp/), and
distributed as LLVM IR in the same folder.

The kernels need:

- Linux on x86-64 with AVX2 or on a 64-bit Arm processor, or macOS on Apple's processors;
- a torch whose OpenMP library has libgomp's functions: libgomp (Linux) or libomp (macOS).

On other machines, and where memory cannot be made executable, torch's kernels are used
(torch_products.py). The compiled kernels run in the threads of torch's OpenMP library. Threads of their
own would have to be woken for every call.

The object code is stored on disk, so that a later process only has to link it. The code that is read
there is executed. Files that another user wrote are not read (CacheFolder), and a digest of name and
content reveals damage. Programs of the same user are not guarded against: they can execute any code
anyway.

Some processors multiply matrices in tiles (AMX). On such a processor the kernel of a product depends on
the number of rows:

- few rows are multiplied with vector instructions (int4.cc, int8.cc);
- from TILES_FROM rows on, int4 uses tiles (int4_tiles.cc), with results that are equal bit for bit;
- from MANY_FROM rows on, int4 and int8 use tiles in bfloat16 (many.cc).

On other processors any number of rows is multiplied with vector instructions.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import json
import math
import os
import platform
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor

from flashsloth.quantization import cpu, rounding
from flashsloth.quantization.presets import TILE
from flashsloth.utils import system
from flashsloth.utils.cache_folder import compiled_kernels

InstructionSet: TypeAlias = Literal["avx512_vnni", "avx_vnni", "avx2", "neon_dot", "neon"]
# the instruction set that kernels are compiled for, by the processor's features (cpu.cpu_kind)
KERNELS: Mapping[str, InstructionSet] = {
    "avx512_bf16": "avx512_vnni",
    "avx512_vnni": "avx512_vnni",
    "avx512": "avx2",
    "avx2": "avx2",
}
# LLVM's names of a processor and of its features, where the kernel must run on every processor with the
# instruction set. For the other instruction sets a kernel uses all features of this processor.
TARGETS: Mapping[InstructionSet, tuple[str, str]] = {
    "avx2": ("x86-64-v3", ""),
    "neon_dot": ("generic", "+dotprod"),
    "neon": ("generic", ""),
}

LEVEL = 2  # the level of LLVM's optimisation
# the functions that kernels call in OpenMP's library
THREADS = ("GOMP_parallel", "GOMP_barrier", "omp_get_thread_num", "omp_get_num_threads")
_IR = Path(__file__).with_name("cpp")

_lock = threading.RLock()  # reentrant, because a trial of a kernel may need another kernel
# A process that is forked while another thread compiles would get a copy of the lock that stays locked
# forever. Therefore a fork waits for the lock.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
# LLVM's engines, which are kept because deleting them would free the machine code
_kept: list[Any] = []


@dataclass(frozen=True, slots=True)
class CompiledKernel:
    """A kernel of cpp/."""

    run: Callable[[int, int], None]  # takes the address of the arguments and the number of threads
    # the address of the function that each of the threads calls with the address of the arguments
    address: int


def begin(*makers: Callable[[], object]) -> None:
    """Compile kernels in a separate thread while a model is opened. If a kernel cannot be compiled, or
    no thread can be started, its compilation is tried again at the kernel's first use."""

    def compile_all() -> None:
        with suppress(OSError, ImportError, RuntimeError, AttributeError):
            for make in makers:
                make()

    if instruction_set() is not None and _can_compile():
        with suppress(RuntimeError):
            threading.Thread(target=compile_all, name="compiler").start()


def once(make: Callable[..., CompiledKernel]) -> Callable[..., CompiledKernel]:
    """Cache the kernels that a function compiles. If two threads call the function at the same time,
    the second thread waits for the first."""
    cached: dict[tuple[object, ...], CompiledKernel] = {}

    @functools.wraps(make)
    def get(*arguments: object) -> CompiledKernel:
        key = (instruction_set(), *arguments)
        if key not in cached:
            with _lock:
                if key not in cached:
                    cached[key] = make(*arguments)
        return cached[key]

    get.cache_clear = cached.clear  # type: ignore[attr-defined]
    return get


def can(trial: Callable[..., bool], *arguments: object) -> bool:
    """Return whether kernels can be compiled on this machine and a trial of a kernel succeeds. Each
    trial runs only once; its result is cached."""
    with _lock:  # so that a second thread waits, and does not compile the same kernel
        return _can_once(instruction_set(), trial, *arguments)


@functools.cache
def _can_once(
    instructions: InstructionSet | None, trial: Callable[..., bool], *arguments: object
) -> bool:
    # llvmlite's library may not load, and /proc may not be readable.
    with suppress(OSError, ImportError):
        return instructions is not None and _can_compile() and cpu.passes(trial, *arguments)
    return False


@functools.cache
def instruction_set() -> InstructionSet | None:
    """Return the instruction set for which kernels are compiled on this machine, or None if it has no
    kernels. This function does not check whether llvmlite is installed."""
    system = platform.system(), platform.machine()
    if system == ("Darwin", "arm64"):
        return "neon_dot"
    if system == ("Linux", "aarch64"):
        return "neon_dot" if _cpu_has("asimddp") else "neon"
    chosen = KERNELS.get(cpu.cpu_kind()) if system[0] == "Linux" else None
    if chosen == "avx2" and os.environ.get("FLASHSLOTH_KERNELS") != "avx2" and _cpu_has("avx_vnni"):
        return "avx_vnni"
    return chosen


def _cpu_has(feature: str) -> bool:
    """Return whether Linux lists a feature of the processor. Both avx_vnni (Intel, without AVX-512) and
    asimddp (Arm) are instructions that multiply bytes and add the products, in registers of 256 and of
    128 bits."""
    with suppress(OSError):
        return feature in Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return False


def has_feature(name: str) -> bool:
    """Return whether LLVM finds a feature in this processor. A kernel that needs a feature that the
    processor lacks would crash the process."""
    import llvmlite.binding as llvm

    return bool(llvm.get_host_cpu_features().get(name))


def _can_compile() -> bool:
    """Return whether llvmlite is installed, and the system lets it make code. Where the system refuses,
    LLVM would crash the process."""
    return importlib.util.find_spec("llvmlite") is not None and system.can_make_executable()


def struct_class(*fields: str) -> type[ctypes.Structure]:
    """Return the class of a struct in cpp/. Each of `fields` is a type (ptr, long or float) followed by
    the names of fields of that type, in the order of the struct."""
    kinds = {"ptr": ctypes.c_void_p, "long": ctypes.c_int64, "float": ctypes.c_float}
    split = [each.split() for each in fields]
    named = [(name, kinds[kind]) for kind, *names in split for name in names]
    return type("Args", (ctypes.Structure,), {"_fields_": named})


def compile_kernel(name: str, source: str, **numbers: int) -> CompiledKernel:
    """Compile the functions `NAME` and `run_NAME` of a file of cpp/ (see `kernel_text`), or link the
    object code that an earlier process has stored. Raises: RuntimeError, OSError, AttributeError."""
    import llvmlite.binding as llvm

    # 1. Bind the functions of OpenMP to the library that torch has loaded. Otherwise LLVM could find
    #    functions with these names in another library of this process.
    library = cpu.library()
    for function in THREADS:
        llvm.add_symbol(function, ctypes.cast(getattr(library, function), ctypes.c_void_p).value)
    # 2. Compile the kernel, or read the object code that an earlier process has stored.
    machine, text, target = _for_this_processor(source, numbers)
    code = object_code(
        (name, text, *target), lambda: machine.emit_object(optimized(name, text, machine))
    )
    # 3. Link the object code. LLVM's engine owns the machine code.
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _kept.append(engine)
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(
        engine.get_function_address(f"run_{name}")
    )
    return CompiledKernel(run, engine.get_function_address(name))


def _for_this_processor(source: str, numbers: Mapping[str, int]) -> tuple[Any, str, tuple[object, ...]]:
    """Return llvmlite's target machine, the IR of a file of cpp/, and everything else on which the
    object code depends."""
    import llvmlite
    import llvmlite.binding as llvm

    instructions = instruction_set()
    assert instructions is not None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = TARGETS.get(instructions, ("", ""))
    # On some processors LLVM would by default use only half of each 512-bit register, and two
    # instructions instead of vpdpwssd.
    if not name:
        own = llvm.get_host_cpu_features().flatten()
        name = llvm.get_host_cpu_name()
        features = f"{own},-prefer-256-bit,+fast-dpwssd"
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=name, features=features, opt=LEVEL, jit=True
    )
    # Both versions count: distributions build one version of llvmlite with different versions of LLVM.
    versions = (llvmlite.__version__, llvm.llvm_version_info)
    return (
        machine,
        kernel_text(source, instructions, **numbers),
        (machine.triple, name, features, LEVEL, *versions),
    )


def kernel_text(source: str, instructions: InstructionSet, **numbers: int) -> str:
    """Return the LLVM IR of a file of cpp/ for an instruction set. `numbers` are the values of
    constants that the file declares. Raises: OSError.

    The first of these files that exists is read: SOURCE_SET.ll with the name of the instruction set,
    SOURCE_WORD.ll with the first word of that name (int8_neon.ll for neon_dot), SOURCE.ll.
    """
    own = (f"{source}_{of}.ll" for of in (instructions, instructions.split("_")[0]))
    name = next((name for name in own if (_IR / name).exists()), f"{source}.ll")
    text = (_IR / name).read_text(encoding="utf-8")
    for constant, number in numbers.items():
        declared = f"@{constant} = external constant i64"
        text = text.replace(declared, f"@{constant} = internal constant i64 {number}")
    return text


def optimized(name: str, text: str, machine: Any) -> Any:
    """Return an optimised module of LLVM that contains only the kernel `name` of an IR text. Raises:
    RuntimeError."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    for function in module.functions:
        if not function.is_declaration and function.name not in (name, f"run_{name}"):
            # LLVM removes an internal function that the kernel does not call
            function.linkage = "internal"
    module.verify()
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=LEVEL))
    passes.getModulePassManager().run(module, passes)
    return module


# Object code on disk


# Increase this number if the layout of an entry changes, or if the compilation changes in a way that
# `description` does not show.
FORMAT = 1
DIGEST_BYTES = 32  # the length of the digest at the beginning of an entry


def object_code(description: Sequence[object], make: Callable[[], bytes]) -> bytes:
    """Return the object code of a kernel. If an earlier process has stored the code, it is read from
    disk. Otherwise `make` is called and its result is stored.

    Args:
        description: everything on which the code depends, as values of JSON.

    Raises: the errors of `make`. If an entry cannot be read or written, no error is raised and the code
        is not stored.
    """
    try:
        folder = compiled_kernels()
    except OSError:
        return make()
    key = hashlib.sha256(json.dumps([FORMAT, *description]).encode()).hexdigest()
    entry = folder.get(key) or b""
    digest = entry[:DIGEST_BYTES]
    code = entry[DIGEST_BYTES:]
    if digest != _digest(key, code):
        code = make()
        folder.discard(key)  # a file that is overwritten would keep its permissions
        folder.put(key, _digest(key, code) + code)
    return code


def _digest(key: str, code: bytes) -> bytes:
    return hashlib.sha256(key.encode() + code).digest()


# Products with int4 and int8 weights


Format: TypeAlias = Literal["int4", "int8"]
# The maximum number of rows in one call, which limits the scratch memory. MANY_ROWS is for cpp/many.cc.
ROWS = 512
MANY_ROWS = 1024
# the maximum number of bytes of rounded rows in one call of int4_tiles, half of the second-level cache
CACHED = 2**20
OWNERS = 64  # the maximum number of threads that have their own tiles, as in cpp/kernel.h
# the struct Product of cpp/kernel.h
_Args = struct_class(
    "ptr weights scales bias x out scratch residual",
    "long M K N group groups gelu",
    *(f"long taken{owner}" for owner in range(OWNERS)),
)
# On a processor with tiles: the numbers of rows from which int4_tiles and cpp/many.cc are used.
TILES_FROM = 5
MANY_FROM = 48
TILES_NEED = "amx-int8", "amx-bf16", "avx512bf16"  # the processor's features that these kernels use
# how many columns of a weight cpp/many.cc converts at a time; a multiple of the number of weights that
# share a scale
MANY_PART = 640
# how many numbers of a row share a scale (unit) in cpp/int8.cc with AVX2; elsewhere half as many
INT8_BLOCK = 2048
# the kernels of each format on a processor with tiles
NAMES = {"int4": ("int4", "int4_tiles", "int4_many"), "int8": ("int8", "int8_many")}
# The number of columns of the weight in a trial of the kernels. It is larger than MANY_PART or
# INT8_BLOCK, so that a second part is computed, too, but only slightly, because trials run each time a
# model is opened.
WIDTH = {"int4": MANY_PART + TILE, "int8": INT8_BLOCK + TILE}


def takes(
    format: Format, out_features: int, in_features: int, dtype: torch.dtype = torch.bfloat16
) -> bool:
    """Return whether `product` can be used on this machine for weights of this size and rows of this
    dtype, and computes correctly."""
    step = 32 if "avx512" in str(instruction_set()) else 16
    fits = format == "int4" or in_features % step == out_features % 4 == 0
    return fits and can(_try, format, dtype)


def takes_in_tiles(format: Format, out_features: int, in_features: int) -> bool:
    """Return whether this processor's tiles can multiply many rows of bfloat16 by weights of this size,
    and compute correctly."""
    return (
        in_features % 16 == out_features % 16 == 0 and out_features >= TILE and can(_try_tiles, format)
    )


def product(
    format: Format,
    rows: Tensor,
    weight: Tensor,
    scales: Tensor,
    bias: Tensor | None = None,
    *,
    in_tiles: bool = False,
    gelu: bool = False,
    residual: Tensor | None = None,
) -> Tensor:
    """Multiply rows (M, K) by a weight as it is stored, and add the bias (N,): (M, N).

    int4: weight uint8 (N, K/2) in tiles of 64 rows, scales bfloat16 (G, N, 2), rows and results in
    bfloat16. int8: weight int8 (N, K), scales bfloat16 (N,), rows and results in bfloat16 or float32.

    The result of a row does not depend on the other rows, with one exception: on a processor with
    tiles, a product of MANY_FROM rows or more uses cpp/many.cc, which rounds differently. It rounds an
    int4 weight to bfloat16, an error about as large as that of rounding the result.

    Args:
        in_tiles: use cpp/many.cc for any number of rows. `takes_in_tiles` must have returned True.
        gelu: apply GELU in its tanh form; needs `in_tiles`.
        residual: (M, N), added after GELU; needs `in_tiles`.

    Raises: TypeError, ValueError or RuntimeError if the tensors have other shapes or dtypes.
    """
    rows = rows.contiguous()
    # The kernel's arguments contain only addresses. These variables keep the converted tensors alive.
    bias = None if bias is None else bias.to(rows.dtype)
    out = torch.empty(len(rows), scales.shape[1] if format == "int4" else len(weight), dtype=rows.dtype)
    residual = None if residual is None else residual.to(rows.dtype).reshape(out.shape).contiguous()
    name = f"{format}_many" if in_tiles else _name(format, rows, out.shape[1])
    most = {"_tiles": max(CACHED // (2 * rows.shape[1]), 16), "_many": MANY_ROWS}.get(name[4:], ROWS)
    for part in _parts(len(rows), most):
        args = _args(name, rows[part], weight, scales, bias, out[part])
        args.gelu = gelu
        args.residual = None if residual is None else residual[part].data_ptr()
        _run(name, args)
    return out


def _parts(count: int, most: int) -> Iterator[slice]:
    """Divide `count` rows into parts of at most `most` rows and about the same size."""
    step = math.ceil(count / math.ceil(count / most)) if count else 1
    return (slice(first, first + step) for first in range(0, count, step))


def _run(name: str, args: ctypes.Structure) -> None:
    kernel(name).run(ctypes.addressof(args), torch.get_num_threads())


def call(
    format: Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> tuple[CompiledKernel, ctypes.Structure]:
    """Return the kernel of a product for up to ROWS rows, and its arguments. The arguments contain only
    addresses, so the caller must keep the tensors alive."""
    name = _name(format, x, out.shape[1])
    return kernel(name), _args(name, x, weight, scales, bias, out)


def _args(
    name: str, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor | None, out: Tensor
) -> ctypes.Structure:
    M, K = x.shape
    N = out.shape[1]
    dtype = torch.float32 if name == "int8_wide" else torch.bfloat16
    if not all(tensor.is_contiguous() for tensor in (x, weight, scales, out)):
        raise ValueError("the tensors of a compiled product must be contiguous")
    if scales.dtype != torch.bfloat16 or not x.dtype == out.dtype == dtype:
        raise TypeError(
            "a compiled product has tensors in bfloat16; in int8 inputs and results can be float32"
        )
    if weight.numel() * weight.element_size() != N * K // (2 if name.startswith("int4") else 1):
        raise ValueError(f"a weight of {weight.numel()} bytes is not one of {N} x {K} for {name}")
    groups = scales.shape[0] if scales.dim() == 3 else 1
    if name == "int4_many" and MANY_PART % (K // groups):
        raise ValueError(f"groups of {K // groups} do not divide {MANY_PART}")
    size = _scratch(name, M, K, groups)
    if name.endswith("_many"):
        # the same memory for each product, so that it stays in the processor's cache
        scratch = cpu.scratch.take("many", (size,), torch.uint8, x.device)
    else:
        scratch = torch.empty(size, dtype=torch.uint8)
    bias = _zeros(N, x.dtype) if bias is None else bias
    addresses = (tensor.data_ptr() for tensor in (weight, scales, bias, x, out, scratch))
    made = _Args(*addresses, None, M, K, N, K // groups, groups)
    made.scratch_memory = scratch  # keeps the scratch memory alive as long as the arguments
    return made


def _scratch(name: str, M: int, K: int, groups: int) -> int:
    """Return the bytes of scratch memory that a kernel needs.

    It holds the rounded rows with their scales (units) and sums; int4_tiles may read up to 16 rows
    after them. For cpp/many.cc it holds the rows in tiles of 1 KB, and for each thread a part of the
    weight and the sums of a panel.
    """
    if name.endswith("_many"):
        tiles = math.ceil(M / 32)
        return 2**11 * (tiles * math.ceil(K / 32) + 16 * torch.get_num_threads() * (10 + tiles))
    if name.startswith("int4"):
        return M * (2 * K + 8 * groups) + (32 * K if name == "int4_tiles" else 0)
    return M * (2 * K + 4 * math.ceil(2 * K / INT8_BLOCK))


@functools.cache
def _zeros(count: int, dtype: torch.dtype) -> Tensor:
    return torch.zeros(count, dtype=dtype)


def prepare(format: Format) -> None:
    """Compile the kernels for products of a format. Raises: RuntimeError, OSError."""
    for name in NAMES[format] if _may_use_tiles() else [format]:
        kernel(name)


def _name(format: Format, rows: Tensor, out_features: int) -> str:
    """Return the name of the kernel for a product, on a machine that has compiled kernels."""
    if rows.dtype == torch.float32:
        return f"{format}_wide"
    first = TILES_FROM if format == "int4" else MANY_FROM
    if len(rows) < first or not takes_in_tiles(format, out_features, rows.shape[1]):
        return format
    return f"{format}_many" if len(rows) >= MANY_FROM else f"{format}_tiles"


def _may_use_tiles() -> bool:
    return (
        instruction_set() == "avx512_vnni" and all(map(has_feature, TILES_NEED)) and cpu.allows_tiles()
    )


@once
def kernel(name: str) -> CompiledKernel:
    """Return a compiled kernel. Raises: RuntimeError, OSError."""
    # many.cc has int4_many and int8_many; int8.cc has int8 and int8_wide
    source = "many" if name.endswith("_many") else name.removesuffix("_wide")
    return compile_kernel(name, source, TILES=int(_may_use_tiles()))


def _try(format: Format, dtype: torch.dtype) -> bool:
    """Compare products of the kernels with products of torch. The kernels multiply rows in blocks. The
    numbers of rows are chosen so that blocks of every size occur."""
    weight = getattr(rounding, f"quantize_{format}")(cpu.example(2 * TILE, WIDTH[format]))
    exact = getattr(rounding, f"dequantize_{format}")(*weight).t()
    rows = [cpu.example(count, WIDTH[format]).to(dtype) for count in (*range(1, 7), 13)]
    return all(cpu.close(product(format, x, *weight), x.float() @ exact) for x in rows)


def _try_tiles(format: Format) -> bool:
    """Try the kernels that use tiles, with rows and columns that do not fill the last tile. The results
    of int4_tiles must be equal to those of the kernel without tiles. The results of cpp/many.cc must be
    close to them.
    """
    if not _may_use_tiles():
        return False
    N = 2 * TILE if format == "int4" else 2 * TILE + 16
    weight, scales = getattr(rounding, f"quantize_{format}")(cpu.example(N, WIDTH[format]))
    x = cpu.example(35, WIDTH[format]).bfloat16()
    found = torch.empty(len(NAMES[format]), 35, N, dtype=torch.bfloat16)
    for name, out in zip(NAMES[format], found, strict=True):
        _run(name, _args(name, x, weight, scales, None, out))
    exact = torch.nn.functional.gelu(found[0].float(), approximate="tanh") + found[0]
    after = product(format, x, weight, scales, in_tiles=True, gelu=True, residual=found[0])
    same = format == "int8" or torch.equal(found[0], found[1])
    return same and cpu.close(found[-1], found[0].float()) and cpu.close(after, exact)
