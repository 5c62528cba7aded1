"""Compile kernels with LLVM (llvmlite) at their first use, for operations that are slow in torch. The
kernels are written in C++ (cpp/), and distributed as LLVM IR in the same folder.

The kernels need:

- Linux on x86-64 with AVX2 or on a 64-bit Arm processor, or macOS on Apple's processors;
- a torch whose OpenMP library has libgomp's functions: libgomp (Linux) or libomp (macOS).

On other machines, and where memory cannot be made executable, torch's kernels are used. The compiled
kernels run in the threads of torch's OpenMP library. Threads of their own would have to be woken for
every call.

The object code is stored on disk, so that a later process only has to link it. The code that is read
there is executed. Files that another user wrote are not read (CacheFolder), and a digest of name and
content reveals damage. Programs of the same user are not guarded against: they can execute any code
anyway.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib.util
import json
import os
import platform
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from flashsloth.quantization import cpu
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


def assembly(name: str, source: str, **numbers: int) -> str:
    """Return the assembly of a kernel for this processor, for a person to read (see
    `compile_kernel`)."""
    machine, text, _ = _for_this_processor(source, numbers)
    return machine.emit_assembly(optimized(name, text, machine))


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
