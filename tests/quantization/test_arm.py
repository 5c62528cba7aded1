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
from torch import Tensor

from flashsloth.inference import compiled_step, layer_ir, step_ir
from flashsloth.inference.layer_core import Attend, Gate
from flashsloth.quantization import compiled, compiler, int4_parts_ir, int8_ir, int8_rows_ir, kernel_ir, rounding

from .test_compiled import EXACT
from .test_kernels import expected, int8_weight_of, rows_of, weight_of

llvm: Any = pytest.importorskip("llvmlite.binding")
TOOLS = "qemu-aarch64", "aarch64-linux-gnu-gcc"
needs_emulator = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason="needs qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
)
SETS: tuple[compiler.InstructionSet, ...] = ("neon_dot", "neon")
TEXTS: dict[str, Callable[[str], str]] = {
    "int4": int4_parts_ir.product,
    "int8": int8_ir.product,
    "int8_rows": lambda _: int8_rows_ir.product(),
    "step64": lambda _: step_ir.step(64, 32),
    "step80": lambda _: step_ir.step(80, 32),
    "step128": lambda _: step_ir.step(128, 128, normed=True),
    "gate": lambda _: step_ir.gate(),
    "layer": lambda _: layer_ir.layer(),
    "rms_layer": lambda _: layer_ir.layer(rms=True),
}


def machine_of(cpu: str, features: str, triple: str = "aarch64-linux-gnu") -> Any:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple)
    return target.create_target_machine(cpu=cpu, features=features, opt=2, jit=True)


def slow(*target: str) -> Any:
    """Return a target whose instructions and calls are those of another."""
    return pytest.param(*target, marks=pytest.mark.slow)


@pytest.mark.parametrize("kernel", TEXTS)
@pytest.mark.parametrize(
    ("cpu", "instructions", "triple"),
    [
        slow("generic", "neon_dot", "aarch64-linux-gnu"),
        slow("generic", "neon_dot", "arm64-apple-macosx14"),
        ("apple-m1", "neon_dot", "arm64-apple-macosx14"),
        slow("neoverse-v1", "neon_dot", "aarch64-linux-gnu"),
        slow("cortex-a76", "neon_dot", "aarch64-linux-gnu"),
        slow("cortex-a72", "neon", "aarch64-linux-gnu"),
        ("generic", "neon", "aarch64-linux-gnu"),
    ],
)
def test_compiled_for(kernel: str, cpu: str, instructions: compiler.InstructionSet, triple: str) -> None:
    """int4 uses the processor's products of bytes; no kernel calls a library but for threads and zeros."""
    machine = machine_of(cpu, compiler.TARGETS[instructions][1] if cpu == "generic" else "", triple)
    lines = machine.emit_assembly(compiler.optimized(TEXTS[kernel](instructions), instructions, machine)).split("\n")
    words = [line.split() for line in lines if line.startswith("\t")]
    used = {word[0].split(".")[0] for word in words if word}
    if kernel == "int4":
        assert ("sdot" in used) == (instructions == "neon_dot")
        assert ("smull" in used) == (instructions == "neon")
    called = {word[1].lstrip("_") for word in words if len(word) == 2 and word[0] in ("bl", "b")}
    runtime = {name for name in called if not name.startswith((*TEXTS, "step", ".L", "LBB"))}
    assert runtime <= {*kernel_ir.THREADS, "memset", "bzero"}


@functools.cache
def program(kernel: str, instructions: compiler.InstructionSet, folder: Path) -> Path:
    """Build a program for Arm that runs a kernel."""
    machine = machine_of(*compiler.TARGETS[instructions])
    module = compiler.optimized(TEXTS[kernel](instructions), instructions, machine)
    made = folder / f"{kernel}-{instructions}"
    made.with_suffix(".o").write_bytes(machine.emit_object(module))
    source, name = Path(__file__).with_name("kernel_main.c"), "step" if kernel.startswith("step") else kernel
    build = [TOOLS[1], "-static", "-fopenmp", f"-DRUN=run_{name}", source, made.with_suffix(".o"), "-o", made]
    subprocess.run(build, check=True)
    return made


def emulate(made: Path, args: ctypes.Structure, tensors: Sequence[Tensor], threads: int) -> None:
    """Run a kernel on its arguments. Their addresses lie in one of the tensors."""
    assert all(tensor.is_contiguous() for tensor in tensors)
    numbers = [threads, len(tensors), *(tensor.nbytes for tensor in tensors), len(args._fields_)]
    for name, kind in args._fields_:
        value = getattr(args, name)
        at = [(n, value - x.data_ptr()) for n, x in enumerate(tensors) if 0 <= (value or 0) - x.data_ptr() < x.nbytes]
        if kind is ctypes.c_float:
            value = int.from_bytes(struct.pack("<f", value), "little")
        assert at or kind is not ctypes.c_void_p or value is None, name
        numbers += (at or [(0, 0)])[0] if kind is ctypes.c_void_p else (-1, value)
    stored = [tensor.flatten().view(torch.uint8).numpy() for tensor in tensors]
    path = made.with_suffix(".data")
    head = torch.tensor(numbers).numpy().tobytes()
    path.write_bytes(head + b"".join(each.tobytes() for each in stored))
    subprocess.run(
        [TOOLS[0], "-cpu", "max" if "dot" in made.name else "cortex-a72", made, path], check=True, timeout=60
    )
    after = path.read_bytes()[len(head) :]
    assert len(after) == sum(map(len, stored))
    for each in stored:
        each[:] = torch.frombuffer(bytearray(after[: len(each)]), dtype=torch.uint8).numpy()
        after = after[len(each) :]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arm")


@pytest.fixture(params=SETS)
def arm_set(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> compiler.InstructionSet:
    monkeypatch.setattr(compiler, "instruction_set", lambda: request.param)
    return request.param


def product(made: Path, format: compiled.Format, x: Tensor, weight: Tensor, scales: Tensor, threads: int = 2) -> Tensor:
    """Multiply as compiled.product does."""
    n = scales.shape[1] if format == "int4" else len(weight)
    out, bias = torch.full((len(x), n), 7.0).bfloat16(), torch.zeros(n).bfloat16()
    scales = scales.bfloat16()
    args = compiled._args(format, x, weight, scales, bias, out)
    scratch = [args.scratch_memory] if args.scratch_memory.nbytes else [out]
    if scratch[0] is out:
        args.scratch = out.data_ptr()
    emulate(made, args, (weight, scales, bias, x, out, *scratch[: bool(args.scratch_memory.nbytes)]), threads)
    return out


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("group", [32, 64])
@pytest.mark.parametrize(("n", "k"), [(64, 64), (320, 320), (960, 320), (192, 640), (64, 2560)])
def test_int4_product(arm_set: compiler.InstructionSet, folder: Path, n: int, k: int, group: int) -> None:
    """Sizes of heads of 64 and 80. A row's result does not depend on the rows beside it, nor on the threads."""
    made, weight, rows = program("int4", arm_set, folder), weight_of(n, k, group), rows_of(7, k)
    rows[:, 3] *= 30
    want = expected(rows, *weight)
    alone = product(made, "int4", rows[:1], *weight, threads=1)
    for count in range(1, 8):
        found = product(made, "int4", rows[:count], *weight, threads=count)
        assert (found.double() - want[:count]).abs().max() <= EXACT * want[:count].abs().max()
        assert torch.equal(found[:1], alone)


@needs_emulator
@pytest.mark.slow
def test_the_largest_sums(arm_set: compiler.InstructionSet, folder: Path) -> None:
    """They fit 16 bit, in which a processor without products of bytes adds them."""
    packed, scales_zeros = weight_of(64, 256)
    packed.fill_(255)
    made, x = program("int4", arm_set, folder), torch.full((2, 256), -3.0).bfloat16()
    want = expected(x, packed, scales_zeros)
    assert ((product(made, "int4", x, packed, scales_zeros) - want).abs() <= EXACT * want.abs()).all()


@needs_emulator
@pytest.mark.slow
def test_numbers_that_are_not_finite(arm_set: compiler.InstructionSet, folder: Path) -> None:
    made, weight, x = program("int4", arm_set, folder), weight_of(64, 128), rows_of(4, 128)
    x[1, 7], x[3, 100] = torch.nan, torch.inf
    found = product(made, "int4", x, *weight)
    assert found[1].isnan().all()
    assert not found[3].isfinite().any()
    assert torch.equal(found[::2], product(made, "int4", x[::2].contiguous(), *weight))


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize(("n", "k"), [(67, 64), (320, 640)])
def test_int8_product(arm_set: compiler.InstructionSet, folder: Path, n: int, k: int) -> None:
    made, weight = program("int8", arm_set, folder), int8_weight_of(n, k)
    for count in range(1, 8):
        x = rows_of(count, k)
        want = x.double() @ rounding.dequantize_int8(*weight).double().t()
        assert (product(made, "int8", x, *weight).double() - want).abs().max() <= EXACT * want.abs().max()


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize(("n", "k"), [(16, 8), (48, 264), (96, 1160)])
def test_many_rows(arm_set: compiler.InstructionSet, folder: Path, n: int, k: int) -> None:
    """As compiled.many_rows."""
    made, (weight, scales), x = program("int8_rows", arm_set, folder), int8_weight_of(n, k), rows_of(3, k).float()
    scales, bias, out = scales.float(), torch.linspace(-1, 1, n), torch.zeros(3, n)
    scratch = torch.zeros(int8_rows_ir.scratch_bytes(3, k), dtype=torch.uint8)
    tensors = (weight.t().contiguous(), scales, bias, x, out, scratch)
    sizes = (tensor.data_ptr() for tensor in tensors)
    emulate(made, compiled._Args(*sizes, 3, k, n, k, 1), tensors, 2)
    want = x.double() @ rounding.dequantize_int8(weight, scales).double().t() + bias
    assert (out - want).abs().max() <= 2**-14 * want.abs().max()


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize(("head_dim", "rotary", "normed"), [(64, 32, False), (80, 32, False), (128, 128, True)])
def test_steps(
    arm_set: compiler.InstructionSet,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    head_dim: int,
    rotary: int,
    normed: bool,
) -> None:
    """The trials of compiled_step, whose kernels run under the emulator."""
    programs = {name: program(name, arm_set, folder) for name in (f"step{head_dim}", "gate")}
    of_step, current, count = compiled_step.CompiledStep._call, list[Tensor](), Counter[str]()

    def kernel(name: str, kind: type[ctypes.Structure]) -> compiler.CompiledKernel:
        def run(address: int, threads: int) -> None:
            count[name] += 1
            emulate(programs[name], kind.from_address(address), current, threads)

        return compiler.CompiledKernel(run, 0)

    def _call(self: compiled_step.CompiledStep, index: int, packed: Tensor, out: Tensor, how: Attend | Gate) -> Any:
        norms = how.norms if isinstance(how, Attend) and how.norms else ()
        current[:] = self.pairs, self.cos, self.sin, self.lengths, packed, out, *(norm.weight for norm in norms)
        return of_step(self, index, packed, out, how)

    monkeypatch.setattr(compiled_step.CompiledStep, "_call", _call)
    monkeypatch.setattr(compiled_step, "_kernel", lambda *_: kernel(f"step{head_dim}", compiled_step._Args))
    monkeypatch.setattr(compiled_step, "_gate_kernel", lambda: kernel("gate", compiled_step._GateArgs))
    monkeypatch.setattr(compiled_step.compiler, "can", lambda trial, *_: True)
    assert compiled_step._try(head_dim, rotary, normed)
    assert compiled_step._try_gate()
    assert count == {f"step{head_dim}": 1, "gate": 1}
