"""Kernels that LLVM compiles at first use (llvmlite), for operations that torch's kernels do slowly.

They need Linux, a processor that multiplies bfloat16 with AVX-512, and a torch with libgomp, whose threads they use:
threads of their own would have to be woken for every call. Elsewhere torch's kernels are used.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashsloth.quantization import kernel_ir, kernels

_lock = threading.RLock()  # a trial may need another kernel
_kept: list[Any] = []  # the machine code is freed with its engine


@dataclass(frozen=True, slots=True)
class CompiledKernel:
    """A kernel of kernel_ir.py."""

    run: Callable[[int, int], None]  # with the address of its arguments and the number of threads
    address: int  # of the function that each of the threads calls with it


def begin(*makers: Callable[[], object]) -> None:
    """Compile kernels in a thread of its own, while a model is opened. What fails is tried again at the first use."""

    def compile_all() -> None:
        with suppress(OSError, ImportError, RuntimeError):
            for make in makers:
                make()

    if _possible():
        threading.Thread(target=compile_all, name="compiler").start()


def once(make: Callable[..., CompiledKernel]) -> Callable[..., CompiledKernel]:
    """Cache what a function compiles. Of two threads that call it, the second waits."""
    lock, cached = threading.Lock(), functools.cache(make)

    @functools.wraps(make)
    def get(*arguments: object) -> CompiledKernel:
        with lock:
            return cached(*arguments)

    get.cache_clear = cached.cache_clear  # type: ignore[attr-defined]
    return get


def can(trial: Callable[..., bool], *arguments: object) -> bool:
    """Return whether kernels can be compiled here, and a trial of one succeeds. It is tried once."""
    with _lock:  # of two threads, the second waits for the compiler
        return _can_once(trial, *arguments)


@functools.cache
def _can_once(trial: Callable[..., bool], *arguments: object) -> bool:
    with suppress(OSError, ImportError):  # of llvmlite's library, or of /proc
        return _possible() and kernels.passes(trial, *arguments)
    return False


def suits() -> bool:
    """Return whether this machine is one of those that the kernels are for. llvmlite is not looked for."""
    return sys.platform == "linux" and kernels.cpu_kind() == "avx512_bf16"


def _possible() -> bool:
    return suits() and importlib.util.find_spec("llvmlite") is not None


def struct_class(fields: Mapping[str, str]) -> type[ctypes.Structure]:
    """Return the struct with fields of the types `ptr`, `i64` and `float` (kernel_ir.Kernel)."""
    kinds = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64, "float": ctypes.c_float}
    return type("Args", (ctypes.Structure,), {"_fields_": [(name, kinds[kind]) for name, kind in fields.items()]})


def compile_kernel(name: str, text: str) -> CompiledKernel:
    """Compile `NAME` and `run_NAME` of a text in LLVM's form, without declarations. Raises: RuntimeError, OSError."""
    import llvmlite.binding as llvm

    llvm.load_library_permanently(_libgomp())
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(kernel_ir.HEAD + text)
    # LLVM would use only half of a register on some processors
    features = f"{llvm.get_host_cpu_features().flatten()},-prefer-256-bit"
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True)
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _kept.append(engine)
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(engine.get_function_address(f"run_{name}"))
    return CompiledKernel(run, engine.get_function_address(name))


def _libgomp() -> str:
    """Return the path of the OpenMP library that torch has loaded. Raises: RuntimeError if it is not libgomp."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        path = line.split(maxsplit=5)[-1]
        if "/libgomp" in path:
            return path
    raise RuntimeError("torch was built without libgomp")
