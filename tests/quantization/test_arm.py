"""Kernels compiled for Arm: their instructions, and under an emulator their results."""

from __future__ import annotations

import ctypes
import functools
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.inference import compiled_prefill, compiled_step
from flashsloth.inference.packed_layers import Attend
from flashsloth.quantization import compiled, cpu

from . import test_kernels
from .test_kernels import Kernel

llvm: Any = pytest.importorskip("llvmlite.binding")
TOOLS = "qemu-aarch64", "aarch64-linux-gnu-gcc"
needs_emulator = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)),
    reason="needs qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross",
)
SETS: tuple[compiled.InstructionSet, ...] = ("neon_dot", "neon")
# the name of each kernel, its file, and numbers that are known when a model opens
KERNELS: dict[str, tuple[str, str, dict[str, int]]] = {
    "int4": ("int4", "int4", {"TILES": 0}),
    "int8": ("int8", "int8", {}),
    "int8_wide": ("int8_wide", "int8", {}),
    "step64": ("step", "step", {"HEAD_DIM": 64, "ROTARY": 32, "NORMED": 0}),
    "step80": ("step", "step", {"HEAD_DIM": 80, "ROTARY": 32, "NORMED": 0}),
    "step128": ("step", "step", {"HEAD_DIM": 128, "ROTARY": 128, "NORMED": 1}),
    "gate": ("gate", "step", {}),
    "gelu": ("gelu_rows", "step", {}),
    "rotate": ("rotate_rows", "step", {"HEAD_DIM": 80, "ROTARY": 32, "NORMED": 0}),
    "layer": ("layer", "step", {}),
    "norm": ("norm_rows", "step", {}),
}


def module_of(kernel: str, instructions: compiled.InstructionSet, machine: Any) -> Any:
    name, source, numbers = KERNELS[kernel]
    return compiled.optimized(name, compiled.kernel_text(source, instructions, **numbers), machine)


def machine_of(cpu: str, features: str, triple: str = "aarch64-linux-gnu") -> Any:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple)
    return target.create_target_machine(cpu=cpu, features=features, opt=2, jit=True)


TARGETS = (
    ("generic", "neon_dot", "aarch64-linux-gnu"),
    ("generic", "neon", "aarch64-linux-gnu"),
    ("apple-m1", "neon_dot", "arm64-apple-macosx14"),
    ("neoverse-v1", "neon_dot", "aarch64-linux-gnu"),
    ("cortex-a72", "neon", "aarch64-linux-gnu"),
)


def compiled_case(kernel: str, *target: str) -> Any:
    """Nightly are those whose instructions and calls are those of another one: products alone differ
    between a processor with products of bytes and one without."""
    slow, own = target != TARGETS[0], target == TARGETS[1] and kernel.startswith("int")
    marks = [pytest.mark.slow] * slow + [pytest.mark.nightly] * (slow and not own)
    return pytest.param(kernel, *target, marks=marks)


@pytest.mark.parametrize(
    ("kernel", "cpu", "instructions", "triple"),
    [compiled_case(kernel, *target) for target in TARGETS for kernel in KERNELS],
)
def test_compiled_for(
    kernel: str, cpu: str, instructions: compiled.InstructionSet, triple: str
) -> None:
    """int4 uses the processor's products of bytes. Kernels call no library functions but OpenMP's and
    those that fill memory with zeros."""
    machine = machine_of(cpu, compiled.TARGETS[instructions][1] if cpu == "generic" else "", triple)
    lines = machine.emit_assembly(module_of(kernel, instructions, machine)).split("\n")
    words = [line.split() for line in lines if line.startswith("\t")]
    used = {word[0].split(".")[0] for word in words if word}
    if kernel == "int4":
        assert ("sdot" in used) == (instructions == "neon_dot")
        assert ("smull" in used) == (instructions == "neon")
    called = {word[1].lstrip("_") for word in words if len(word) == 2 and word[0] in ("bl", "b")}
    runtime = {name for name in called if not name.startswith((*KERNELS, "step", "ZL", ".L", "LBB"))}
    assert runtime <= {*compiled.THREADS, "memset", "bzero"}


@functools.cache
def program(kernel: str, instructions: compiled.InstructionSet, folder: Path) -> Path:
    """Build a program for Arm that runs a kernel."""
    machine = machine_of(*compiled.TARGETS[instructions])
    module = module_of(kernel, instructions, machine)
    made = folder / f"{kernel}-{instructions}"
    made.with_suffix(".o").write_bytes(machine.emit_object(module))
    source, run = Path(__file__).with_name("kernel_main.c"), f"-DRUN=run_{KERNELS[kernel][0]}"
    build = [TOOLS[1], "-static", "-fopenmp", run, source, made.with_suffix(".o"), "-o", made]
    subprocess.run(build, check=True)
    return made


def emulate(made: Path, args: ctypes.Structure, tensors: Sequence[Tensor], threads: int) -> None:
    """Run a kernel on its arguments. Each address in them is inside one of the tensors."""
    assert all(tensor.is_contiguous() for tensor in tensors)
    numbers = [threads, len(tensors), *(tensor.nbytes for tensor in tensors), len(args._fields_)]
    for name, kind in args._fields_:
        value = getattr(args, name)
        at = [
            (n, value - x.data_ptr())
            for n, x in enumerate(tensors)
            if 0 <= (value or 0) - x.data_ptr() < x.nbytes
        ]
        if kind is ctypes.c_float:
            value = int.from_bytes(struct.pack("<f", value), "little")
        assert at or kind is not ctypes.c_void_p or value is None, name
        numbers += (at or [(0, 0)])[0] if kind is ctypes.c_void_p else (-1, value)
    stored = [tensor.flatten().view(torch.uint8).numpy() for tensor in tensors]
    path = made.with_suffix(".data")
    head = torch.tensor(numbers).numpy().tobytes()
    path.write_bytes(head + b"".join(each.tobytes() for each in stored))
    cpu = "max" if "dot" in made.name else "cortex-a72"
    subprocess.run([TOOLS[0], "-cpu", cpu, made, path], check=True, timeout=60)
    after = path.read_bytes()[len(head) :]
    assert len(after) == sum(map(len, stored))
    for each in stored:
        each[:] = torch.frombuffer(bytearray(after[: len(each)]), dtype=torch.uint8).numpy()
        after = after[len(each) :]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arm")


# for what has nothing to do with how bytes are multiplied: the older processor's is nightly
ONE_SET = "neon_dot", pytest.param("neon", marks=pytest.mark.nightly)


@pytest.fixture(params=SETS)
def arm_set(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> compiled.InstructionSet:
    monkeypatch.setattr(compiled, "instruction_set", lambda: request.param)
    return request.param


@pytest.fixture
def emulated(arm_set: compiled.InstructionSet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `compiled.product` run under the emulator, with as many threads as torch uses."""

    def product(
        format: compiled.Format, x: Tensor, weight: Tensor, scales: Tensor, bias: Tensor
    ) -> Tensor:
        out, bias = torch.full((len(x), len(bias)), 7.0, dtype=x.dtype), bias.to(x.dtype)
        kernel = f"{format}_wide" if x.dtype == torch.float32 else format
        # what `compiled.product` hands to the kernel
        args = compiled._args(kernel, x, weight, scales, bias, out)
        tensors = (weight, scales, bias, x, out, args.scratch_memory)
        emulate(program(kernel, arm_set, folder), args, tensors, torch.get_num_threads())
        return out

    monkeypatch.setattr(compiled, "product", product)


# sizes of heads of 64 and 80, and of the edges of tiles
SIZES = {
    "int4": ((64, 64, 32), (320, 320, 64), (192, 640, 32), (64, 2560, 64)),
    "int8": ((36, 16, 0), (320, 640, 0), (48, 1024 + 48, 0)),
    "int8 in float32": ((36, 16, 0), (96, 1152, 0)),
}
EXACT = test_kernels.test_as_exact_as_its_result_can_be
PROPERTIES = (
    EXACT,
    test_kernels.test_a_row_in_any_company,
    test_kernels.test_any_number_of_threads,
    test_kernels.test_numbers_that_are_not_finite_stay_in_their_row,
)


@needs_emulator
@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
@pytest.mark.parametrize("kernel", SIZES)
@pytest.mark.parametrize(
    ("has_property", "arm_set"),
    [
        pytest.param(
            each,
            name,
            id=f"{each.__name__.removeprefix('test_')}-{name}",
            marks=[pytest.mark.nightly] * (name == "neon" and each is not EXACT),
        )
        for each in PROPERTIES
        for name in SETS
    ],
    indirect=["arm_set"],
)
def test_products(kernel: str, has_property: Callable[[Kernel], None]) -> None:
    has_property(test_kernels.COMPILED[kernel]._replace(rows=(1, 2, 3, 7), sizes=SIZES[kernel]))


@needs_emulator
@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
def test_the_largest_sums() -> None:
    """The largest sums fit into 16 bit. A processor without products of bytes adds them there."""
    packed, scales_zeros = test_kernels.weight_of(64, 256)
    packed.fill_(255)
    x = torch.full((2, 256), -3.0).bfloat16()
    want = test_kernels.expected(x, packed, scales_zeros)
    found = compiled.product("int4", x, packed, scales_zeros, torch.zeros(64).bfloat16())
    assert (found - want).norm() <= test_kernels.rounded_once(want)


@needs_emulator
@pytest.mark.slow
def test_gelu(arm_set: compiled.InstructionSet, folder: Path) -> None:
    """Also for columns of wider rows."""
    x, out = cpu.example(3, 64).mul(4).bfloat16(), torch.zeros(3, 48, dtype=torch.bfloat16)
    args = compiled_prefill.ActivatedArgs(
        x[:, 16:].data_ptr(), out[:, 16:].data_ptr(), 3, 32, x.stride(0), out.stride(0)
    )
    emulate(program("gelu", arm_set, folder), args, [x, out], 2)
    assert cpu.close(out[:, 16:], F.gelu(x[:, 16:48].float(), approximate="tanh"))


@needs_emulator
@pytest.mark.slow
def test_gate(arm_set: compiled.InstructionSet, folder: Path) -> None:
    packed, out = cpu.example(3, 96).mul(4).bfloat16(), torch.zeros(3, 48, dtype=torch.bfloat16)
    args = compiled_prefill.ActivatedArgs(packed.data_ptr(), out.data_ptr(), 3, 48, 96, 48)
    emulate(program("gate", arm_set, folder), args, [packed, out], 2)
    gate, up = packed.float().chunk(2, 1)
    assert cpu.close(out, F.silu(gate) * up)


@needs_emulator
@pytest.mark.slow
def test_norm(arm_set: compiled.InstructionSet, folder: Path) -> None:
    """With a bias, as `emulate` has no null pointers: LayerNorm."""
    x, weight = cpu.example(3, 48).bfloat16(), cpu.example(1, 48)[0].bfloat16()
    out, bias = torch.zeros_like(x), weight.flip(0)
    args = compiled_prefill.LayerArgs(x.data_ptr(), out.data_ptr(), B=3, D=48, eps=1e-3)
    args.weight = weight.data_ptr()
    args.bias = bias.data_ptr()
    emulate(program("norm", arm_set, folder), args, [x, weight, bias, out], 2)
    assert cpu.close(out, F.layer_norm(x.float(), (48,), weight.float(), bias.float(), 1e-3))


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("arm_set", ONE_SET, indirect=True)
@pytest.mark.parametrize(
    ("head_dim", "rotary", "normed"), [(64, 32, False), (80, 32, False), (128, 128, True)]
)
def test_steps(
    arm_set: compiled.InstructionSet,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    head_dim: int,
    rotary: int,
    normed: bool,
) -> None:
    """The trials of compiled_step pass with kernels that run under the emulator."""
    step = program(f"step{head_dim}", arm_set, folder)
    # private: the emulator runs the kernels that they would call
    of_step, current, count = compiled_step.CompiledStep._call, list[Tensor](), Counter[str]()

    def kernel(name: str, *_: object) -> compiled.CompiledKernel:
        def run(address: int, threads: int) -> None:
            count[name] += 1
            emulate(step, compiled_step.StepArgs.from_address(address), current, threads)

        return compiled.CompiledKernel(run, 0)

    def _call(
        self: compiled_step.CompiledStep, index: int, packed: Tensor, out: Tensor, how: Attend
    ) -> Any:
        norms = how.norms or ()
        current[:] = (
            self.pairs,
            self.cos,
            self.sin,
            self.lengths,
            packed,
            out,
            *(norm.weight for norm in norms),
        )
        return of_step(self, index, packed, out, how)

    # private: as above
    monkeypatch.setattr(compiled_step.CompiledStep, "_call", _call)
    # the trials are the library's own check of a kernel
    # private: as above
    monkeypatch.setattr(compiled_step, "kernel", kernel)
    monkeypatch.setattr(compiled_step.compiled, "can", lambda trial, *_: True)
    # private: as above
    assert compiled_step._try(head_dim, rotary, normed)
    assert count == {"step": 1}
