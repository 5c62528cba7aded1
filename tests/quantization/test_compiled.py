"""The int4 product that LLVM compiles, beside the dequantized weight, and what happens where it cannot be used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import Tensor

from conftest import NO_KERNELS, executed_sets
from flashsloth.quantization import (
    Int4Linear,
    Int8Linear,
    compiled,
    compiler,
    kernel_ir,
    processor,
    quantize_int4,
    quantize_int8,
    rounding,
)
from paths import ROOT

EXACT = 1.02 * 2**-8  # of the largest result: half a step of bfloat16, and the sums' rounding
needs_kernel = pytest.mark.skipif(
    processor.cpu_kind() != "avx512_bf16" or sys.platform != "linux", reason="needs AVX-512 with bfloat16, and Linux"
)


@pytest.fixture
def untried() -> Iterator[None]:
    """Forget the outcome of the trial, before and after."""
    compiler._can_once.cache_clear()
    yield
    compiler._can_once.cache_clear()


def weight_of(n: int, k: int, group: int = 64, *, spread: float = 0.02) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(n * k + group)
    return quantize_int4(torch.randn(n, k, generator=generator) * spread, group)


def int8_weight_of(n: int, k: int) -> tuple[Tensor, Tensor]:
    return quantize_int8(torch.randn(n, k, generator=torch.Generator().manual_seed(n * k)) * 0.02)


def rows_of(count: int, k: int) -> Tensor:
    return torch.randn(count, k, generator=torch.Generator().manual_seed(count * k)).bfloat16()


def expected(x: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    return x.double() @ rounding.dequantize_int4(packed, scales_zeros).double().t()


@needs_kernel
def test_it_is_used_here() -> None:
    """llvmlite is a dependency on such a machine."""
    assert compiled.most_rows("int4", 64)
    assert compiled.most_rows("int8", 64)
    assert Int4Linear(*weight_of(64, 64), None, torch.device("cpu")).compiled_rows
    assert Int8Linear(*int8_weight_of(64, 64), None, torch.device("cpu"), torch.bfloat16).compiled_rows


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize(
    ("n", "k", "group"), [(64, 64, 64), (192, 320, 64), (128, 256, 128), (2560, 96, 32), (64, 2560, 64)]
)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 145])
def test_product(n: int, k: int, group: int, count: int) -> None:
    weight, x = weight_of(n, k, group), rows_of(count, k)
    want = expected(x, *weight)
    assert (compiled.product("int4", x, *weight).double() - want).abs().max() <= EXACT * want.abs().max()


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize(("n", "k"), [(1, 64), (67, 64), (64, 1152), (2560, 128)])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 11])
def test_int8_product(n: int, k: int, count: int) -> None:
    weight, x = int8_weight_of(n, k), rows_of(count, k)
    want = x.double() @ rounding.dequantize_int8(*weight).double().t()
    found = compiled.product("int8", x, *weight)
    assert (found.double() - want).abs().max() <= EXACT * want.abs().max()
    assert torch.equal(torch.cat([compiled.product("int8", row[None], *weight) for row in x]), found)


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize(("n", "k"), [(16, 8), (48, 264), (96, 512), (1152, 1160)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_many_rows(n: int, k: int, count: int) -> None:
    """Inputs are rounded to 16 bits; the sums are exact."""
    weight, scales = int8_weight_of(n, k)
    x, bias = rows_of(count, k).float(), torch.linspace(-1, 1, n)
    want = x.double() @ rounding.dequantize_int8(weight, scales).double().t() + bias
    found = compiled.many_rows(x, weight.t(), scales, bias)
    assert (found - want).abs().max() <= 2**-14 * want.abs().max()
    assert torch.equal(torch.cat([compiled.many_rows(row[None], weight.t(), scales, bias) for row in x]), found)


@pytest.mark.usefixtures("each_set")
def test_the_largest_sums_of_many_rows() -> None:
    """They stay within 32 bit."""
    weight, ones = torch.full((1024, 16), 127, dtype=torch.int8), torch.ones(16)
    found = compiled.many_rows(torch.full((3, 1024), -5.0), weight, ones, ones)
    assert torch.allclose(found, torch.tensor(-5.0 * 127 * 1024 + 1))


@pytest.mark.usefixtures("each_set")
def test_many_rows_of_broken_and_of_no_numbers() -> None:
    weight, scales = int8_weight_of(32, 64)
    x = torch.zeros(3, 64)
    x[1, 5] = torch.nan
    found = compiled.many_rows(x, weight.t(), scales, torch.ones(32))
    assert torch.equal(found[::2], torch.ones(2, 32))
    assert found[1].isnan().all()
    with pytest.raises(ValueError, match="8 bits"):
        compiled.many_rows(x, weight.t().float(), scales, torch.ones(32))


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_bias(count: int, dtype: torch.dtype) -> None:
    """It is added before the result is rounded."""
    int4, int8, x = weight_of(128, 192), int8_weight_of(128, 192), rows_of(count, 192)
    bias = torch.randn(128, generator=torch.Generator().manual_seed(5)).to(dtype)
    layers = (
        (Int4Linear(*int4, bias, torch.device("cpu")), rounding.dequantize_int4(*int4)),
        (Int8Linear(*int8, bias, torch.device("cpu"), torch.bfloat16), rounding.dequantize_int8(*int8)),
    )
    for layer, weight in layers:
        want = x.double() @ weight.double().t() + bias.bfloat16().double()
        assert ((layer(x).double() - want).abs() <= EXACT * want.abs() + 1e-4).all()


@needs_kernel
def test_int8_of_other_sizes() -> None:
    """A layer whose size the kernel does not fit uses torch's."""
    assert not Int8Linear(*int8_weight_of(64, 96), None, torch.device("cpu"), torch.bfloat16).compiled_rows


@pytest.mark.usefixtures("each_set")
def test_more_rows_than_at_once() -> None:
    weight, x = weight_of(128, 192), rows_of(2 * compiled.ROWS + 3, 192)
    want = expected(x, *weight)
    assert (compiled.product("int4", x, *weight).double() - want).abs().max() <= EXACT * want.abs().max()


@pytest.mark.usefixtures("each_set")
def test_a_row_in_any_company() -> None:
    """Answers that are computed together are the same as alone."""
    weight, x = weight_of(192, 256), rows_of(15, 256)
    together = compiled.product("int4", x, *weight)
    for count in range(1, 9):
        assert torch.equal(compiled.product("int4", x[:count], *weight), together[:count])
    assert torch.equal(torch.cat([compiled.product("int4", row[None], *weight) for row in x]), together)


@pytest.mark.usefixtures("each_set")
def test_any_number_of_threads() -> None:
    weight, x, before = weight_of(320, 128), rows_of(5, 128), torch.get_num_threads()
    want = compiled.product("int4", x, *weight)
    try:
        for threads in (1, 2, 3, 8, 64):  # more than tiles, and more than processors
            torch.set_num_threads(threads)
            assert torch.equal(compiled.product("int4", x, *weight), want)
    finally:
        torch.set_num_threads(before)


@pytest.mark.usefixtures("each_set")
def test_several_threads_at_once() -> None:
    weight = weight_of(640, 256)

    def multiply(number: int) -> bool:
        x = rows_of(number + 1, 256)
        want = expected(x, *weight)
        return all(
            bool((compiled.product("int4", x, *weight).double() - want).abs().max() <= EXACT * want.abs().max())
            for _ in range(50)
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(multiply, range(4)))


@pytest.mark.usefixtures("each_set")
def test_rows_and_weights_from_anywhere_in_memory(tmp_path: Path) -> None:
    """A weight in a mapped file starts at any byte; rows may be a view."""
    packed, scales_zeros = weight_of(128, 128)
    path = tmp_path / "weight"
    path.write_bytes(b"1" + packed.numpy().tobytes())
    mapped = torch.from_file(str(path), size=path.stat().st_size, dtype=torch.uint8)[1:].view(128, 64)
    x = rows_of(9, 300)[::3, 5:133]
    assert torch.equal(
        compiled.product("int4", x, mapped, scales_zeros), compiled.product("int4", x.clone(), packed, scales_zeros)
    )


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize("outlier", [1, 100, 1000, 5000])
def test_as_exact_as_its_result_can_be(outlier: float) -> None:
    """Some channels of a decoder are far larger than the rest: the sums are rounded far less than the result is."""
    weight, x = weight_of(640, 2560), rows_of(8, 2560)
    x[:, 17] = outlier
    want = expected(x, *weight)
    error, rounding_error = compiled.product("int4", x, *weight) - want, want.bfloat16() - want
    assert error.norm() <= 1.02 * rounding_error.norm()


@pytest.mark.usefixtures("each_set")
def test_numbers_that_are_not_finite() -> None:
    """They stay in their row."""
    weight, x = weight_of(64, 128), rows_of(4, 128)
    x[1, 7], x[3, 100] = torch.nan, torch.inf
    found = compiled.product("int4", x, *weight)
    assert found[1].isnan().all()
    assert not found[3].isfinite().any()
    assert torch.equal(found[::2], compiled.product("int4", x[::2], *weight))


@needs_kernel
@pytest.mark.parametrize(
    "trouble", ["llvmlite is missing", "no /proc", "another OpenMP", "it cannot be compiled", "wrong results"]
)
def test_torch_multiplies_where_it_cannot(untried: None, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    def fails(*_: object) -> str:
        raise RuntimeError(trouble)

    def no_file(*_: object, **__: object) -> str:
        raise PermissionError(trouble)

    match trouble:
        case "llvmlite is missing":
            monkeypatch.setattr(compiler.importlib.util, "find_spec", lambda _: None)
        case "no /proc":
            compiled._kernel.cache_clear()
            monkeypatch.setattr(compiler.Path, "read_text", no_file)
        case "another OpenMP":
            compiled._kernel.cache_clear()
            monkeypatch.setattr(compiler, "_openmp", fails)
        case "it cannot be compiled":
            compiled._kernel.cache_clear()
            monkeypatch.setattr(kernel_ir, "HEAD", "define nonsense")
        case _:
            monkeypatch.setattr(compiled, "product", lambda _, x, w, *__: torch.zeros(len(x), len(w)).bfloat16())
    assert not compiled.most_rows("int4", 64)
    assert not compiled.most_rows("int8", 64)
    weight, x = weight_of(128, 192), rows_of(3, 192)
    layer = Int4Linear(*weight, None, torch.device("cpu"))
    want = expected(x, *weight)
    assert not layer.compiled_rows
    assert (layer(x).double() - want).abs().max() <= EXACT * want.abs().max()
    int8 = int8_weight_of(128, 192)
    other = Int8Linear(*int8, None, torch.device("cpu"), torch.bfloat16)
    want = x.double() @ rounding.dequantize_int8(*int8).double().t()
    assert not other.compiled_rows
    assert (other(x).double() - want).abs().max() <= 3 * EXACT * want.abs().max()


KERNELS_OF_A_PROCESS = """
from flashsloth_cli.__main__ import set_environment

set_environment(["ask"])
import torch
from flashsloth.quantization import compiler

print(torch.backends.cpu.get_cpu_capability(), compiler.instruction_set())
"""


@needs_kernel
def test_restricted_kernels() -> None:
    """FLASHSLOTH_KERNELS=avx2 makes any processor one with AVX2 alone."""
    environment = {name: value for name, value in os.environ.items() if name != "ATEN_CPU_CAPABILITY"}
    command = [sys.executable, "-c", KERNELS_OF_A_PROCESS]
    done = subprocess.run(
        command, env=environment | {"FLASHSLOTH_KERNELS": "avx2"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["AVX2", "avx2"]


@pytest.mark.parametrize(
    ("kind", "flags", "restricted", "expected"),
    [
        ("avx512_bf16", "avx_vnni", "", "avx512_bf16"),
        ("avx512_vnni", "avx_vnni", "", "avx512_vnni"),
        ("avx512", "sse4_2", "", "avx2"),
        ("avx512_bf16", "GenuineIntel", "", "avx512_vnni"),
        ("avx512", "avx_vnni", "", "avx_vnni"),
        ("avx2", "avx_vnni", "", "avx_vnni"),
        ("avx2", "avx_vnni", "avx2", "avx2"),
        ("avx2", "avx512_vnni", "", "avx2"),
        ("other", "avx_vnni", "", None),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are compiled on Linux")
def test_which_kernels_a_processor_gets(
    monkeypatch: pytest.MonkeyPatch, kind: str, flags: str, restricted: str, expected: str | None
) -> None:
    monkeypatch.setattr(compiler.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(processor, "cpu_kind", lambda: kind)
    monkeypatch.setattr(compiler.Path, "read_text", lambda *_, **__: f"flags\t\t: fpu {flags} ht\n")
    monkeypatch.setenv("FLASHSLOTH_KERNELS", restricted)
    assert compiler.instruction_set.__wrapped__() == expected  # without its cache


@pytest.mark.slow
@pytest.mark.parametrize("format", ["int4", "int8"])
def test_the_benchmark_of_kernels(format: str) -> None:
    words = ["--format", format, "--size", "128", "256", "--rows", "1", "3", "--threads", "1"]
    command = [sys.executable, str(ROOT / "benchmarks" / "kernels.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    errors = [float(line.split("|")[-2]) for line in done.stdout.splitlines() if line.startswith("| avx")]
    assert errors
    assert max(errors) <= EXACT


def test_only_openmp_of_torch_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["7f00-7f01 r-xp 00000000 fe:01 1  /a folder/libiomp5.so", "7f02-7f03 rw-p 00000000 00:00 0 "]
    monkeypatch.setattr(compiler.Path, "read_text", lambda *_, **__: "\n".join(lines))
    with pytest.raises(RuntimeError, match="libgomp"):
        compiler._openmp()
    lines.append("7f04-7f05 r-xp 00000000 fe:01 2  /a folder/lib/libgomp-a34b.so.1")
    assert compiler._openmp() == "/a folder/lib/libgomp-a34b.so.1"
    lines.append("7f06-7f07 r-xp 00000000 fe:01 3  /another/libgomp.so.1")
    with pytest.raises(RuntimeError, match="more than one"):
        compiler._openmp()
    own = str(Path(torch.__file__).parent / "lib" / "libgomp-c9d1.so.1")
    lines.append(f"7f08-7f09 r-xp 00000000 fe:01 4  {own}")
    assert compiler._openmp() == own


@pytest.mark.parametrize(
    ("system", "machine", "features", "expected"),
    [
        ("Linux", "aarch64", "Features\t: fp asimd asimdrdm asimddp sve", "neon_dot"),
        ("Linux", "aarch64", "Features\t: fp asimd crc32", "neon"),
        ("Darwin", "arm64", "", "neon_dot"),
        ("Windows", "ARM64", "", None),
        ("Darwin", "x86_64", "", None),
    ],
)
def test_systems(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, features: str, expected: str | None
) -> None:
    monkeypatch.setattr(compiler.platform, "system", lambda: system)
    monkeypatch.setattr(compiler.platform, "machine", lambda: machine)
    monkeypatch.setattr(compiler.Path, "read_text", lambda *_, **__: features)
    assert compiler.instruction_set.__wrapped__() == expected


class Dyld:
    """What macOS tells of the libraries in a process, as two functions."""

    def __init__(self, *paths: bytes | None) -> None:
        self._dyld_image_count = lambda: len(paths)

        def name(number: int) -> bytes | None:
            return paths[number]

        self._dyld_get_image_name = name


def test_openmp_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    own = str(Path(torch.__file__).parent / "lib" / "libomp.dylib")
    monkeypatch.setattr(compiler.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(compiler.ctypes, "CDLL", lambda _: Dyld(b"/usr/lib/libSystem.B.dylib", None))
    with pytest.raises(RuntimeError, match="torch was built without libomp"):
        compiler._openmp()
    both = Dyld(b"/opt/homebrew/opt/libomp/lib/libomp.dylib", own.encode())
    monkeypatch.setattr(compiler.ctypes, "CDLL", lambda _: both)
    assert compiler._openmp() == own


LIBOMP = """
import sys, ctypes, torch, llvmlite.binding
from flashsloth.quantization import compiled, compiler, quantize_int4, rounding, trials
compiler._openmp = lambda: sys.argv[1]
weight, x = quantize_int4(torch.randn(640, 320), 32), torch.randn(5, 320).bfloat16()
found = []
for threads in (1, 2, 3, 8):
    torch.set_num_threads(threads)
    found.append(compiled.product("int4", x, *weight))
    assert torch.equal(found[0], found[-1])
assert trials.close(found[0], x.float() @ rounding.dequantize_int4(*weight).t())
of_libomp = ctypes.cast(ctypes.CDLL(sys.argv[1]).GOMP_parallel, ctypes.c_void_p).value
print(llvmlite.binding.address_of_symbol("GOMP_parallel") == of_libomp)
"""
LIBRARY = next(Path("/usr/lib").glob("*-linux-gnu/libomp.so.5"), None)


@needs_kernel
@pytest.mark.slow
@pytest.mark.skipif(LIBRARY is None, reason="needs libomp5")
def test_threads_of_libomp() -> None:
    """macOS's torch has them. The library is the same on Linux."""
    done = subprocess.run([sys.executable, "-c", LIBOMP, str(LIBRARY)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True\n", done.stderr


@pytest.mark.usefixtures("each_set")
def test_tensors_that_do_not_fit() -> None:
    """They are refused, as the kernel would read other memory."""
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
    layer = Int4Linear(wide, scales_zeros, None, torch.device("cpu"))
    assert torch.equal(layer(x), compiled.product("int4", x, packed, scales_zeros))


SMALL_STACK = """
import torch, threading
from flashsloth.quantization import compiled, compiler, quantize_int4
compiler.instruction_set = lambda: {name!r}
weight = quantize_int4(torch.randn(64, 4096), 32)
threading.stack_size(256 * 1024)
rows = torch.ones(512, 4096).bfloat16()
thread = threading.Thread(target=lambda: print(compiled.product("int4", rows, *weight).shape))
thread.start()
thread.join()
"""


SMALL_STACK_SETS = [
    pytest.param(name, marks=() if name in ("avx2", "neon") else pytest.mark.slow) for name in executed_sets()
] or [NO_KERNELS]


@pytest.mark.usefixtures("each_set")
@pytest.mark.parametrize("each_set", SMALL_STACK_SETS, indirect=True)
def test_threads_with_a_small_stack() -> None:
    """512 rows of 128 groups would be 256 KB of sums."""
    program = SMALL_STACK.format(name=compiler.instruction_set())
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "OMP_STACKSIZE": "256k"}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "torch.Size([512, 64])\n"), done.stderr


FORKED = """
import os, threading, torch
from flashsloth.quantization import compiled, compiler
compiling = threading.Event()
compile_kernel = compiler.compile_kernel
compiler.compile_kernel = lambda *a: (compiling.set(), compile_kernel(*a))[1]
thread = threading.Thread(target=compiled.compile_for, args=("int4",))
thread.start()
compiling.wait()
child = os.fork()
if child == 0:
    os._exit(0 if compiled.most_rows("int4", 64) else 3)
print(os.waitpid(child, 0)[1])
"""


@needs_kernel
def test_forked_while_a_kernel_is_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "0\n", done.stderr


IN_MID_KERNEL = """
import os, sys, threading, time, torch
from flashsloth.quantization import compiled, quantize_int4
weight = quantize_int4(torch.randn(6400, 2560), 64)
x = torch.randn(3, 2560).bfloat16()
want = compiled.product("int4", x, *weight)
def multiply():
    while True:
        compiled.product("int4", x, *weight)
threading.Thread(target=multiply, daemon=True).start()
time.sleep(0.2)
print("multiplying", flush=True)
if sys.argv[1] == "ended":
    os._exit(0)
if sys.argv[1] == "forked":
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)  # the others are not in this process; torch's own products would wait for them, too
        os._exit(0 if torch.equal(compiled.product("int4", x, *weight), want) else 3)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
time.sleep(60)
"""


@needs_kernel
@pytest.mark.slow
@pytest.mark.parametrize(("how", "status"), [("ended", 0), ("forked", 0), ("terminated", -signal.SIGTERM)])
def test_in_mid_kernel(how: str, status: int) -> None:
    for _ in range(5):  # each hits another moment
        with subprocess.Popen([sys.executable, "-c", IN_MID_KERNEL, how], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "multiplying\n"
            if how == "terminated":
                process.terminate()
            assert process.wait(30) == status
