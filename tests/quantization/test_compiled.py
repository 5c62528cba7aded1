"""Which compiled kernels a machine gets, in which processes they work, and what replaces them
elsewhere."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch

from conftest import executed_sets
from flashsloth.quantization import compiled, cpu, rounding
from flashsloth.quantization.linear import Int4Linear, Int8Linear
from paths import ROOT
from programs import run_python

from .test_kernels import expected, int8_weight_of, rows_of, weight_of

CPU = torch.device("cpu")
EXACT = 1.02 * 2**-8  # of the largest result: half a step of bfloat16, and the sums' rounding
needs_kernel = pytest.mark.skipif(
    compiled.instruction_set() != "avx512_vnni", reason="needs AVX-512 VNNI, and Linux"
)


@pytest.fixture
def untried() -> Iterator[None]:
    """Forget the outcome of trials, before and after the test."""
    # private: the outcome is remembered as long as the process runs
    compiled._can_once.cache_clear()
    yield
    compiled._can_once.cache_clear()


@needs_kernel
def test_it_is_used_here() -> None:
    """llvmlite is a dependency on such a machine. A layer of a size that the kernel does not take uses
    torch's."""
    assert Int4Linear(*weight_of(64, 64), None, CPU).is_compiled
    for k in (64, 72):
        assert Int8Linear(*int8_weight_of(64, k), None, CPU, torch.bfloat16).is_compiled == (k == 64)
    tiles = compiled._may_use_tiles()  # private: how many rows take which kernel
    assert [compiled.takes_in_tiles(format, 64, 64) for format in ("int4", "int8")] == [tiles, tiles]
    kinds = {"int4": ["", "_tiles", "_tiles", "_many"], "int8": ["", "", "", "_many"]}
    for format, wanted in kinds.items():
        names = [compiled._name(format, rows_of(count, 64), 64) for count in (4, 5, 47, 48)]
        assert names == [format + kind * tiles for kind in wanted]


@needs_kernel
@pytest.mark.parametrize(
    "trouble",
    ["llvmlite is missing", "no /proc", "another OpenMP", "it cannot be compiled", "wrong results"],
)
def test_torch_multiplies_where_it_cannot(
    untried: None, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    compiled.kernel.cache_clear()  # compiled kernels are kept
    match trouble:
        case "llvmlite is missing":
            monkeypatch.setattr(compiled.importlib.util, "find_spec", lambda _: None)
        case "no /proc":
            monkeypatch.setattr(
                compiled.Path, "read_text", mock.Mock(side_effect=PermissionError(trouble))
            )
        case "another OpenMP":
            monkeypatch.setattr(cpu, "library", lambda: mock.Mock(spec=["omp_get_thread_limit"]))
        case "it cannot be compiled":
            monkeypatch.setattr(compiled, "kernel_text", lambda *_, **__: "define nonsense")
        case _:
            monkeypatch.setattr(
                compiled, "product", lambda _, x, w, *__: torch.zeros(len(x), len(w)).bfloat16()
            )
    int4, int8, x = weight_of(128, 192), int8_weight_of(128, 192), rows_of(3, 192)
    exact = x.double() @ rounding.dequantize_int8(*int8).double().t()
    for layer, want, allowed in (
        (Int4Linear(*int4, None, CPU), expected(x, *int4), EXACT),
        (Int8Linear(*int8, None, CPU, torch.bfloat16), exact, 3 * EXACT),
    ):
        assert not layer.is_compiled
        assert (layer(x).double() - want).abs().max() <= allowed * want.abs().max()


KERNELS_OF_A_PROCESS = """
from flashsloth_cli.__main__ import set_environment

set_environment(["ask"])
import torch
from flashsloth.quantization import compiled

print(torch.backends.cpu.get_cpu_capability(), compiled.instruction_set())
"""


@pytest.mark.slow
@needs_kernel
def test_restricted_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """FLASHSLOTH_KERNELS=avx2 makes the program use AVX2 alone on any processor."""
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)
    assert run_python("-c", KERNELS_OF_A_PROCESS, FLASHSLOTH_KERNELS="avx2").split() == ["AVX2", "avx2"]


@pytest.mark.parametrize(
    ("system", "kind", "flags", "expected"),
    [
        ("Linux x86_64", "avx512_bf16", "avx_vnni", "avx512_vnni"),
        ("Linux x86_64", "avx512_vnni", "avx_vnni", "avx512_vnni"),
        ("Linux x86_64", "avx512", "sse4_2", "avx2"),
        ("Linux x86_64", "avx512", "avx_vnni", "avx_vnni"),
        ("Linux x86_64", "avx2", "avx_vnni", "avx_vnni"),
        ("Linux x86_64", "avx2", "avx512_vnni", "avx2"),
        ("Linux x86_64", "other", "avx_vnni", None),
        ("Linux aarch64", "other", "asimd asimdrdm asimddp sve", "neon_dot"),
        ("Linux aarch64", "other", "asimd crc32", "neon"),
        ("Darwin arm64", "other", "", "neon_dot"),
        ("Windows ARM64", "other", "", None),
        ("Darwin x86_64", "avx2", "avx_vnni", None),
    ],
)
def test_which_kernels_a_processor_gets(
    monkeypatch: pytest.MonkeyPatch, system: str, kind: str, flags: str, expected: str | None
) -> None:
    """FLASHSLOTH_KERNELS=avx2 also excludes avx_vnni."""
    name, _, machine = system.partition(" ")
    monkeypatch.setattr(compiled.platform, "system", lambda: name)
    monkeypatch.setattr(compiled.platform, "machine", lambda: machine)
    monkeypatch.setattr(cpu, "cpu_kind", lambda: kind)
    monkeypatch.setattr(compiled.Path, "read_text", lambda *_, **__: f"flags\t\t: fpu {flags} ht\n")
    for restricted, wanted in (
        ("", expected),
        ("avx2", "avx2" if expected == "avx_vnni" else expected),
    ):
        monkeypatch.setenv("FLASHSLOTH_KERNELS", restricted)
        assert compiled.instruction_set.__wrapped__() == wanted  # without its cache


@pytest.mark.slow
@pytest.mark.parametrize("format", ["int4", pytest.param("int8", marks=pytest.mark.nightly)])
def test_the_benchmark_of_kernels(format: str) -> None:
    words = ["--format", format, "--size", "128", "256", "--rows", "1", "3", "--threads", "1"]
    lines = run_python(ROOT / "benchmarks" / "products.py", *words).splitlines()
    errors = [float(line.split("|")[-2]) for line in lines if line.startswith("| avx")]
    assert errors
    assert max(errors) <= EXACT


LIBOMP = """
import sys, ctypes, torch, llvmlite.binding
from flashsloth.quantization import compiled, compiled, cpu, cpu, rounding
from flashsloth.quantization.rounding import quantize_int4
cpu.library = lambda: ctypes.CDLL(sys.argv[1])  # there is no macOS here
weight, x = quantize_int4(torch.randn(640, 320), 32), torch.randn(9, 320).bfloat16()
found = []
for threads in (1, 2, 3, 8):
    torch.set_num_threads(threads)
    found.append(compiled.product("int4", x, *weight))
    assert torch.equal(found[0], found[-1])
assert cpu.close(found[0], x.float() @ rounding.dequantize_int4(*weight).t())
of_libomp = ctypes.cast(ctypes.CDLL(sys.argv[1]).GOMP_parallel, ctypes.c_void_p).value
print(llvmlite.binding.address_of_symbol("GOMP_parallel") == of_libomp)
"""
LIBRARY = next(Path("/usr/lib").glob("*-linux-gnu/libomp.so.5"), None)


@needs_kernel
@pytest.mark.slow
@pytest.mark.skipif(LIBRARY is None, reason="needs libomp5")
def test_threads_of_libomp() -> None:
    """torch for macOS uses this library. The same one exists on Linux."""
    assert run_python("-c", LIBOMP, str(LIBRARY)) == "True\n"


@pytest.mark.slow
@pytest.mark.usefixtures("each_set")
def test_tensors_that_do_not_fit() -> None:
    """They are refused: the kernel would read memory outside of them."""
    (packed, scales_zeros), x = weight_of(128, 128), rows_of(2, 128)
    wide = torch.cat((packed, packed), dim=1)[:, :64]
    with pytest.raises(ValueError, match="contiguous"):
        compiled.product("int4", x, wide, scales_zeros)
    with pytest.raises(ValueError, match="contiguous"):
        compiled.product("int4", x, packed, scales_zeros.transpose(0, 1).contiguous().transpose(0, 1))
    with pytest.raises(TypeError, match="bfloat16"):
        compiled.product("int4", x.float(), packed, scales_zeros)
    with pytest.raises(ValueError, match="128 x 64"):
        compiled.product("int4", x[:, :64], packed, scales_zeros)
    layer = Int4Linear(wide, scales_zeros, None, CPU)
    assert torch.equal(layer(x), compiled.product("int4", x, packed, scales_zeros))


SMALL_STACK = """
import sys, threading, torch
from flashsloth.quantization import compiled, compiled
from flashsloth.quantization.rounding import quantize_int4
weight = quantize_int4(torch.randn(64, 4096), 32)
threading.stack_size(256 * 1024)
rows = torch.ones(512, 4096).bfloat16()
for name in sys.argv[1:]:
    compiled.instruction_set = lambda: name
    thread = threading.Thread(target=lambda: print(name, compiled.product("int4", rows, *weight).shape))
    thread.start()
    thread.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(not executed_sets(), reason="no kernels are compiled on this machine")
@pytest.mark.parametrize(
    "sets", [executed_sets()[:-1], pytest.param(executed_sets()[-1:], marks=pytest.mark.nightly)]
)
def test_threads_with_a_small_stack(sets: list[str]) -> None:
    """The sums of 512 rows of 128 groups would take 256 KB."""
    printed = run_python("-c", SMALL_STACK, *sets, OMP_STACKSIZE="256k")
    assert printed.splitlines() == [f"{name} torch.Size([512, 64])" for name in sets]


SMALL_SIGNAL_STACK = """
import ctypes, torch
from flashsloth.quantization import compiled, rounding
class Stack(ctypes.Structure):
    _fields_ = [("memory", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t)]
memory = ctypes.create_string_buffer(8192)
stack = Stack(ctypes.addressof(memory), 0, 8192)
assert ctypes.CDLL(None).sigaltstack(ctypes.byref(stack), None) == 0
out = compiled.product("int4", torch.ones(32, 64).bfloat16(), *rounding.quantize_int4(torch.randn(64, 64), 64))
print(compiled.takes_in_tiles("int4", 64, 64), out.shape)
"""


@needs_kernel
@pytest.mark.slow
def test_tiles_are_not_used_without_permission() -> None:
    """Linux gives no permission to a process whose signal stack is too small to save the tiles. Using
    them anyway would end it."""
    assert run_python("-c", SMALL_SIGNAL_STACK) == "False torch.Size([32, 64])\n"


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("trouble", [*compiled.TILES_NEED, "no permission", "another instruction set"])
def test_tiles_need_instruction_and_permission(monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    """LLVM ends the process if it compiles tiles for a processor without them."""
    instructions = "avx2" if trouble == "another instruction set" else "avx512_vnni"
    monkeypatch.setattr(compiled, "has_feature", lambda name: name != trouble)
    monkeypatch.setattr(cpu, "allows_tiles", lambda: trouble != "no permission")
    monkeypatch.setattr(compiled, "instruction_set", lambda: instructions)
    assert not any(compiled.takes_in_tiles(format, 64, 64) for format in ("int4", "int8"))


FORKED = """
import os, threading, torch
from flashsloth.quantization import compiled, compiled
compiling = threading.Event()
compile_kernel = compiled.compile_kernel
compiled.compile_kernel = lambda *a, **k: (compiling.set(), compile_kernel(*a, **k))[1]
thread = threading.Thread(target=compiled.kernel, args=("int4",))
thread.start()
compiling.wait()
child = os.fork()
if child == 0:
    os._exit(0 if compiled.takes("int4", 64, 64) else 3)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.slow
@needs_kernel
def test_forked_while_a_kernel_is_compiled() -> None:
    assert run_python("-c", FORKED) == "0\n"


IN_MID_KERNEL = """
import os, sys, threading, torch
from flashsloth.quantization import compiled
from flashsloth.quantization.rounding import quantize_int4
weight = quantize_int4(torch.randn(6400, 2560), 64)
x = torch.randn(9, 2560).bfloat16()
want = compiled.product("int4", x, *weight)
multiplied = threading.Semaphore(0)
def multiply():
    while True:
        compiled.product("int4", x, *weight)
        multiplied.release()
threading.Thread(target=multiply, daemon=True).start()
for _ in range(3):
    multiplied.acquire()
print("multiplying", flush=True)
if sys.argv[1] == "ended":
    os._exit(0)
if sys.argv[1] == "forked":
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)  # the others are not in this process; torch's own products would wait for them, too
        os._exit(0 if torch.equal(compiled.product("int4", x, *weight), want) else 3)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
threading.Event().wait()
"""


@needs_kernel
@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "status"), [("ended", 0), ("forked", 0), ("terminated", -signal.SIGTERM)]
)
@pytest.mark.parametrize("times", [2, pytest.param(5, marks=pytest.mark.nightly)])
def test_in_mid_kernel(how: str, status: int, times: int) -> None:
    for _ in range(times):  # each hits another moment
        with subprocess.Popen(
            [sys.executable, "-c", IN_MID_KERNEL, how], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "multiplying\n"
            if how == "terminated":
                process.terminate()
            assert process.wait(30) == status


@pytest.mark.usefixtures("each_set")
def test_a_linked_kernel_computes_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A kernel is compiled once and then linked (test_object_cache.py)."""
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path))
    weight = rounding.quantize_int8(torch.linspace(-1, 1, 64 * 128).view(64, 128))
    x = torch.linspace(-2, 2, 3 * 128).view(3, 128).bfloat16()
    found = []
    for _ in range(2):
        kernel = compiled.compile_kernel("int8", "int8", TILES=0)
        monkeypatch.setattr(compiled, "kernel", lambda _, kernel=kernel: kernel)
        found.append(compiled.product("int8", x, *weight))
        monkeypatch.setattr(
            compiled, "optimized", mock.Mock(side_effect=AssertionError("it is compiled again"))
        )
    assert torch.equal(*found)
    assert found[0].any()


@pytest.mark.skipif(
    compiled.instruction_set() is None, reason="no kernels are compiled on this machine"
)
def test_what_decides_about_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of stored object code has everything on which the code depends, and nothing of this
    process."""
    import llvmlite.binding as llvm

    seen: list[Any] = []

    def describe(name: str = "step", source: str = "step", width: int = 64) -> None:
        with pytest.raises(RuntimeError, match="not compiled"):
            compiled.compile_kernel(name, source, HEAD_DIM=width, ROTARY=32, NORMED=0)

    def remember(description: Any, _: Any) -> bytes:
        seen.append(description)
        raise RuntimeError("not compiled here")

    monkeypatch.setattr(compiled, "object_code", remember)
    # for which all of a processor counts
    monkeypatch.setattr(compiled, "instruction_set", lambda: "avx512_vnni")
    for _ in range(2):
        describe()
    assert seen[0] == seen[1]
    describe("layer")
    describe(width=80)
    describe("int4", "int4")
    changes = [
        ("llvmlite.binding.get_host_cpu_name", lambda: "generic"),
        ("llvmlite.binding.get_host_cpu_features", lambda: llvm.FeatureMap({})),
        ("llvmlite.binding.llvm_version_info", (20, 1, 8)),
        ("llvmlite.__version__", "0.45.0"),
        ("flashsloth.quantization.compiled.LEVEL", 1),
    ]
    for name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(name, value)
            describe()
    assert len({repr(each) for each in seen}) == len(seen) - 1


SOURCES = ROOT / "flashsloth" / "quantization" / "cpp"


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None, reason="needs ziglang==0.17.1, which brings clang"
)
def test_what_the_package_has_is_what_build_makes(tmp_path: Path) -> None:
    """The committed LLVM IR is what `build` makes of the C++."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([SOURCES / "build", tmp_path], env={**os.environ, "PATH": path}, check=True)
    made, kept = (
        {each.name: each.read_text() for each in folder.glob("*.ll")} for folder in (tmp_path, SOURCES)
    )
    assert made.keys() == kept.keys()
    assert not [name for name, text in made.items() if text != kept[name]]
