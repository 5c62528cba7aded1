"""Kernels that LLVM compiles at first use (llvmlite), for operations that torch's kernels do slowly.
They are C++ in cpp/, and come as LLVM IR beside it.

They need Linux or macOS, a processor with AVX2 (KERNELS says which kernels it gets) or a 64-bit Arm
one, and a torch with libgomp or libomp, whose threads they use: threads of their own would have to be
woken for every call. libomp has libgomp's functions, too. Elsewhere torch's kernels are used.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import platform
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch

from flashsloth.quantization import cpu, object_cache

InstructionSet: TypeAlias = Literal["avx512_vnni", "avx_vnni", "avx2", "neon_dot", "neon"]
# the instruction set that kernels are compiled for, by the processor's features (cpu.cpu_kind)
KERNELS: Mapping[str, InstructionSet] = {
    "avx512_bf16": "avx512_vnni",
    "avx512_vnni": "avx512_vnni",
    "avx512": "avx2",
    "avx2": "avx2",
}
# LLVM's name of a processor, and its features, for kernels that run on more than this one. The others
# use all it has.
TARGETS: Mapping[InstructionSet, tuple[str, str]] = {
    "avx2": ("x86-64-v3", ""),
    "neon_dot": ("generic", "+dotprod"),
    "neon": ("generic", ""),
}

LEVEL = 2  # of LLVM's optimisation
# functions of OpenMP's library
THREADS = ("GOMP_parallel", "GOMP_barrier", "omp_get_thread_num", "omp_get_num_threads")
_IR = Path(__file__).with_name("cpp")

_lock = threading.RLock()  # a trial may need another kernel
if hasattr(os, "register_at_fork"):  # a process forked while one compiles would wait for it forever
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
_kept: list[Any] = []  # the machine code is freed with its engine


@dataclass(frozen=True, slots=True)
class CompiledKernel:
    """A kernel of cpp/."""

    run: Callable[[int, int], None]  # with the address of its arguments and the number of threads
    address: int  # of the function that each of the threads calls with it


def begin(*makers: Callable[[], object]) -> None:
    """Compile kernels in a thread of its own, while a model is opened. What fails is tried again at the
    first use."""

    def compile_all() -> None:
        with suppress(OSError, ImportError, RuntimeError, AttributeError):
            for make in makers:
                make()

    if instruction_set() is not None and _has_llvm():
        threading.Thread(target=compile_all, name="compiler").start()


def once(make: Callable[..., CompiledKernel]) -> Callable[..., CompiledKernel]:
    """Cache what a function compiles. Of two threads that call it, the second waits."""
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
    """Return whether kernels can be compiled here, and a trial of one succeeds. It is tried once."""
    with _lock:  # of two threads, the second waits for the compiler
        return _can_once(instruction_set(), trial, *arguments)


@functools.cache
def _can_once(
    instructions: InstructionSet | None, trial: Callable[..., bool], *arguments: object
) -> bool:
    with suppress(OSError, ImportError):  # of llvmlite's library, or of /proc
        return instructions is not None and _has_llvm() and cpu.passes(trial, *arguments)
    return False


@functools.cache
def instruction_set() -> InstructionSet | None:
    """Return what kernels are compiled for on this machine, or None if it gets none. llvmlite is not
    looked for."""
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
    """Return whether Linux lists a feature of the processor. avx_vnni and asimddp add products of bytes
    in registers of 256 bit (Intel's without AVX-512) and 128 bit (Arm's)."""
    with suppress(OSError):
        return feature in Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return False


def has_feature(name: str) -> bool:
    """Return whether LLVM finds a feature in this processor. A kernel that needs another ends the
    process."""
    import llvmlite.binding as llvm

    return bool(llvm.get_host_cpu_features().get(name))


def _has_llvm() -> bool:
    return importlib.util.find_spec("llvmlite") is not None


def struct_class(*fields: str) -> type[ctypes.Structure]:
    """Return a struct of cpp/, by its fields in this order: a type (ptr, long or float), and names of
    that type."""
    kinds = {"ptr": ctypes.c_void_p, "long": ctypes.c_int64, "float": ctypes.c_float}
    split = [each.split() for each in fields]
    named = [(name, kinds[kind]) for kind, *names in split for name in names]
    return type("Args", (ctypes.Structure,), {"_fields_": named})


def compile_kernel(name: str, source: str, **numbers: int) -> CompiledKernel:
    """Compile `NAME` and `run_NAME` of a file of cpp/ (see `kernel_text`), or link what an earlier
    process compiled. Raises: RuntimeError, OSError, AttributeError."""
    import llvmlite.binding as llvm

    openmp = ctypes.CDLL(_openmp())  # loaded already
    for function in THREADS:  # else they could come from another library of this process
        llvm.add_symbol(function, ctypes.cast(getattr(openmp, function), ctypes.c_void_p).value)
    machine, text, target = _for_this_processor(source, numbers)
    code = object_cache.object_code(
        (name, text, *target), lambda: machine.emit_object(optimized(name, text, machine))
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _kept.append(engine)
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(
        engine.get_function_address(f"run_{name}")
    )
    return CompiledKernel(run, engine.get_function_address(name))


def assembly(name: str, source: str, **numbers: int) -> str:
    """Return the assembly of a kernel for this processor, to read it (see `compile_kernel`)."""
    machine, text, _ = _for_this_processor(source, numbers)
    return machine.emit_assembly(optimized(name, text, machine))


def _for_this_processor(source: str, numbers: Mapping[str, int]) -> tuple[Any, str, tuple[object, ...]]:
    """Return one of llvmlite's target machines, the IR of a file of cpp/, and what else decides about
    its code."""
    import llvmlite
    import llvmlite.binding as llvm

    instructions = instruction_set()
    assert instructions is not None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = TARGETS.get(instructions, ("", ""))
    # LLVM would use only half of a register on some processors, and two instructions for vpdpwssd
    if not name:
        own = llvm.get_host_cpu_features().flatten()
        name = llvm.get_host_cpu_name()
        features = f"{own},-prefer-256-bit,+fast-dpwssd"
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=name, features=features, opt=LEVEL, jit=True)
    # a distribution may build it with another LLVM
    versions = (llvmlite.__version__, llvm.llvm_version_info)
    return (
        machine,
        kernel_text(source, instructions, **numbers),
        (machine.triple, name, features, LEVEL, *versions),
    )


def kernel_text(source: str, instructions: InstructionSet, **numbers: int) -> str:
    """Return the LLVM IR of a file of cpp/ for an instruction set: SOURCE_SET.ll, else that of the
    set's first word (int8_neon.ll for neon_dot), else SOURCE.ll. `numbers` are the values of constants
    that it declares. Raises: OSError."""
    own = (f"{source}_{of}.ll" for of in (instructions, instructions.split("_")[0]))
    name = next((name for name in own if (_IR / name).exists()), f"{source}.ll")
    text = (_IR / name).read_text(encoding="utf-8")
    for constant, number in numbers.items():
        declared = f"@{constant} = external constant i64"
        text = text.replace(declared, f"@{constant} = internal constant i64 {number}")
    return text


def optimized(name: str, text: str, machine: Any) -> Any:
    """Return LLVM's module of one kernel of a text, for one of llvmlite's target machines. Raises:
    RuntimeError."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    for function in module.functions:
        if not function.is_declaration and function.name not in (name, f"run_{name}"):
            function.linkage = "internal"  # it is left out unless the kernel calls it
    module.verify()
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=LEVEL))
    passes.getModulePassManager().run(module, passes)
    return module


def _openmp() -> str:
    """Return the path of the OpenMP library that torch has loaded, with libgomp's functions. Raises:
    RuntimeError if it is another one, or if several are loaded and none of them came with torch."""
    name = "libomp" if platform.system() == "Darwin" else "libgomp"
    found = {path for path in _loaded_files() if f"/{name}" in path}
    own = {path for path in found if Path(torch.__file__).parent in Path(path).parents} or found
    if len(own) != 1:
        raise RuntimeError(
            f"torch was built without {name}" if not own else f"more than one: {sorted(own)}"
        )
    return own.pop()


def _loaded_files() -> list[str]:
    """Return the paths of the libraries in this process, and of other mapped files. Raises: OSError."""
    if platform.system() == "Darwin":
        dyld = ctypes.CDLL(None)
        dyld._dyld_get_image_name.restype = ctypes.c_char_p
        names = (dyld._dyld_get_image_name(number) for number in range(dyld._dyld_image_count()))
        # none where another thread has just removed one
        return [os.fsdecode(name) for name in names if name]
    lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return [line.split(maxsplit=5)[-1] for line in lines]
