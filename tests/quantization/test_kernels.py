"""Every product with a quantized weight: as exact as its result can be, whatever the other rows and the
number of threads."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple
from unittest import mock

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from conftest import executed_sets
from flashsloth.quantization import compiled, linear, rounding, torch_products
from flashsloth.quantization.rounding import quantize_int4, quantize_int8

CPU = torch.device("cpu")

Place = Callable[[Tensor], Tensor]


class Product(NamedTuple):
    """A kernel with a weight: rows (M, K) -> (M, N), and the same product in 64 bit."""

    run: Callable[[Tensor], Tensor]
    exact: Callable[[Tensor], Tensor]


class Kernel(NamedTuple):
    """A way to multiply. `make` takes N, K, the group, and a function that places the weight's tensors
    in memory."""

    make: Callable[[int, int, int, Place], Product]
    dtype: torch.dtype  # of rows
    error: Callable[[Tensor], Tensor]  # the largest norm of an error, by the exact result
    rows: tuple[int, ...] = (1, 2, 37)
    # N, K, group
    sizes: tuple[tuple[int, int, int], ...] = ((64, 96, 32), (192, 960, 64), (128, 1024, 32))
    of_outliers: int = 1  # times the error, where an input is far larger than the rest
    is_alone: bool = True  # a row's result does not depend on the rows beside it, nor on the threads


def stay(tensor: Tensor) -> Tensor:
    return tensor


def weight_of(n: int, k: int, group: int = 64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(n * k + group)
    return quantize_int4(torch.randn(n, k, generator=generator) * 0.02, group)


def int8_weight_of(n: int, k: int) -> tuple[Tensor, Tensor]:
    return quantize_int8(torch.randn(n, k, generator=torch.Generator().manual_seed(n * k)) * 0.02)


def rows_of(count: int, k: int) -> Tensor:
    return torch.randn(count, k, generator=torch.Generator().manual_seed(count * k)).bfloat16()


def expected(x: Tensor, packed: Tensor, scales_zeros: Tensor) -> Tensor:
    return x.double() @ rounding.dequantize_int4(packed, scales_zeros).double().t()


Multiply = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]  # rows, the weight, its scales, a bias


def bias_of(n: int) -> Tensor:
    return torch.linspace(-1, 1, n).bfloat16()


def int4(run: Multiply, n: int, k: int, group: int, place: Place) -> Product:
    weight, bias = weight_of(n, k, group), bias_of(n)
    moved = [place(tensor) for tensor in weight]
    return Product(lambda x: run(x, *moved, bias), lambda x: expected(x, *weight) + bias)


def int8(run: Multiply, n: int, k: int, _: int, place: Place) -> Product:
    (weight, scales), bias = int8_weight_of(n, k), bias_of(n)
    moved, exact = (place(weight), place(scales)), rounding.dequantize_int8(weight, scales).double().t()
    return Product(lambda x: run(x, *moved, bias), lambda x: x.double() @ exact + bias)


def with_bias(product: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Multiply:
    return lambda x, weight, scales, bias: product(x, weight, scales) + bias


@with_bias
def int4_kernel(x: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    return torch_products.int4_kernel(
        x, torch_products.pack_int4(weight, CPU), torch_products.aligned(scales)
    )


int4_dequantize = with_bias(torch_products.int4_dequantize)
int8_kernel = with_bias(torch_products.int8_kernel)
int8_dequantize = with_bias(lambda x, *weight: torch_products.int8_dequantize(x, *weight, x.dtype))


def compiled_product(format: compiled.Format) -> Multiply:
    return lambda *tensors: compiled.product(format, *tensors)


def int4_of_many(x: Tensor, *tensors: Tensor) -> Tensor:
    """Multiply rows together with as many others that a processor with tiles uses another kernel."""
    return compiled.product("int4", torch.cat((x, rows_of(compiled.MANY_FROM, x.shape[1]))), *tensors)[
        : len(x)
    ]


def rounded(n: int, k: int, _: int, place: Place) -> Product:
    """A product whose only errors are the rounding of the weight and of the inputs."""
    weight, scales = int8_weight_of(n, k)
    with mock.patch.object(compiled, "takes_in_tiles", return_value=False):
        layer = linear.RoundedLinear(place(weight), place(scales), bias_of(n), CPU)

    def exact(x: Tensor) -> Tensor:
        codes, units = linear.round_rows(x)
        rows = (codes.double() - torch_products.ZERO) * units.double()
        return rows @ rounding.dequantize_int8(weight, scales).double().t() + bias_of(n)

    return Product(layer.matmul, exact)


def rounded_once(exact: Tensor) -> Tensor:
    """The error of a result that is rounded to bfloat16 once, after the bias was added."""
    return 1.05 * (exact.bfloat16() - exact).norm()


def within(part: float) -> Callable[[Tensor], Tensor]:
    return lambda exact: part * exact.norm()


def around(*counts: int) -> tuple[int, ...]:
    """Return each of these numbers of rows, one less and one more."""
    return tuple(sorted({count + more for count in counts for more in (-1, 0, 1)} - {0}))


BF16, F32 = torch.bfloat16, torch.float32
# the numbers around which sizes are chosen are those of the kernels: rows at once, the width of tiles,
# blocks of K
INT8 = partial(int8, compiled_product("int8"))
INT8_SIZES = ((4, 32, 0), (64, compiled.INT8_BLOCK + 64, 0), (32 + 4, 32 * 3, 0), (2560, 128, 0))
INT4_ROWS = *around(1, 3, 6, 16), compiled.MANY_FROM - 1
INT4_SIZES = (
    (64, 64, 64),
    (192, 320, 64),
    (128, 256, 128),
    (2560, 96, 32),
    (17 * 64, compiled.MANY_PART + 64, 64),
)
COMPILED: dict[str, Kernel] = {
    "int4": Kernel(partial(int4, compiled_product("int4")), BF16, rounded_once, INT4_ROWS, INT4_SIZES),
    "int4 of many rows": Kernel(
        partial(int4, int4_of_many),
        BF16,
        lambda exact: (
            (1.5 if compiled.takes_in_tiles("int4", 64, 64) else 1) * rounded_once(exact)
        ),  # weight rounded
        (1, 17, compiled.MANY_ROWS - compiled.MANY_FROM + 1),
        INT4_SIZES,
        of_outliers=2,  # few weights
    ),
    "int8": Kernel(INT8, BF16, rounded_once, (*around(1, 4, 6, 16), compiled.ROWS + 1), INT8_SIZES),
    "int8 in float32": Kernel(INT8, F32, within(2**-14), around(1, 4, 6), INT8_SIZES, of_outliers=8),
}
# results in bfloat16 are off by up to 2^-9 of each value, 0.0017 to 0.0022 in the norm; twice that if
# the weight was rounded to bfloat16 too. A wrong code, scale or order gives at least 0.05.
TORCH: dict[str, Kernel] = {
    "torch's int4": Kernel(partial(int4, int4_kernel), BF16, within(0.004), is_alone=False),
    "int4 dequantized in bfloat16": Kernel(
        partial(int4, int4_dequantize), BF16, within(0.004), is_alone=False
    ),
    "int4 dequantized in float32": Kernel(
        partial(int4, int4_dequantize), F32, within(1e-5), is_alone=False
    ),
    "torch's int8": Kernel(partial(int8, int8_kernel), BF16, within(0.004), is_alone=False),
    "int8 dequantized in bfloat16": Kernel(
        partial(int8, int8_dequantize), BF16, within(0.004), is_alone=False
    ),
    "int8 dequantized in float32": Kernel(
        partial(int8, int8_dequantize), F32, within(1e-5), is_alone=False
    ),
    "both in 8 bits": Kernel(rounded, F32, within(1e-6)),
    "int8 in tiles": Kernel(
        partial(int8, partial(compiled.product, "int8", in_tiles=True)),
        BF16,
        rounded_once,
        (*around(1, 16, 32), 70),
        ((64, 48, 0), (1104, 656, 0), (80, compiled.MANY_PART * 2 + 32, 0)),
    ),
}
KERNELS = COMPILED | TORCH
UNABLE = {
    "torch's int4": not torch_products.int4_tile(),
    "torch's int8": not torch_products.has_int8(CPU, BF16),
    "both in 8 bits": not torch_products.has_int8_linear(),
    "int8 in tiles": not compiled.takes_in_tiles("int8", 64, 64),
}
CASES = [(name, instructions) for name in COMPILED for instructions in executed_sets()]
CASES += [(name, "") for name in TORCH if not UNABLE.get(name)]


def of_kernels(names: Container[str]) -> pytest.MarkDecorator:
    """Return a mark for the kernels of these names that this processor executes."""
    return pytest.mark.parametrize(
        "kernel", [case for case in CASES if case[0] in names], ids=named, indirect=True
    )


def named(case: tuple[str, str]) -> str:
    return " ".join(case).strip()


@pytest.fixture(params=CASES, ids=named)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """Every kernel that this processor executes, for every instruction set."""
    name, instructions = request.param
    if instructions:
        monkeypatch.setattr(compiled, "instruction_set", lambda: instructions)
    with torch.inference_mode():
        yield KERNELS[name]


def inputs(kernel: Kernel, count: int, k: int) -> Tensor:
    return rows_of(count, k).to(kernel.dtype)


def test_as_exact_as_its_result_can_be(kernel: Kernel) -> None:
    """Also if some channels are far larger than the rest, which must keep its precision."""
    for n, k, group in kernel.sizes:
        product = kernel.make(n, k, group, stay)
        for count in kernel.rows:
            for outlier in (False, True):
                x = inputs(kernel, count, k)
                if outlier:
                    x[:, min(17, k - 1)] = 1000
                error, want = product.run(x) - product.exact(x), product.exact(x)
                allowed = kernel.error(want) * (kernel.of_outliers if outlier else 1)
                assert error.norm() <= allowed, (n, k, group, count, outlier)


@of_kernels(TORCH)
def test_in_many_pieces(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_products, "PIECE", 1)
    monkeypatch.setattr(compiled, "MANY_ROWS", 16)
    test_as_exact_as_its_result_can_be(kernel)


def of_one_size(kernel: Kernel, place: Place = stay) -> tuple[Product, int]:
    """Return a product of the second size, and its K."""
    size = kernel.sizes[min(1, len(kernel.sizes) - 1)]
    return kernel.make(*size, place), size[1]


ALONE = of_kernels([name for name, each in KERNELS.items() if each.is_alone])


@ALONE
def test_a_row_in_any_company(kernel: Kernel) -> None:
    """Answers that are computed together are the same as alone, unless there are MANY_FROM or more."""
    product, k = of_one_size(kernel)
    x = inputs(kernel, 15, k)
    x[1::2] *= 1000
    together = product.run(x).clone()
    for count in range(1, 9):
        assert torch.equal(product.run(x[:count]), together[:count]), count
    assert torch.equal(torch.cat([product.run(row[None]).clone() for row in x]), together)


@ALONE
def test_any_number_of_threads(kernel: Kernel) -> None:
    product, k = of_one_size(kernel)
    x, before = inputs(kernel, 5, k), torch.get_num_threads()
    want = product.run(x).clone()
    try:
        for threads in (1, 2, 3, 8, 70):  # more than tiles, and more than processors
            torch.set_num_threads(threads)
            assert torch.equal(product.run(x), want), threads
    finally:
        torch.set_num_threads(before)


def test_several_threads_at_once(kernel: Kernel) -> None:
    """Threads do not share scratch memory."""
    product, k = of_one_size(kernel)

    def multiply(number: int) -> bool:
        with torch.inference_mode():
            x = inputs(kernel, number + 1, k)
            want = product.exact(x)
            return all(bool((product.run(x) - want).norm() <= kernel.error(want)) for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(multiply, range(4)))


def test_numbers_that_are_not_finite_stay_in_their_row(kernel: Kernel) -> None:
    product, k = of_one_size(kernel)
    x = inputs(kernel, 5, k)
    x[1, 5], x[3, k - 1], x[4] = torch.nan, torch.inf, 0
    found = product.run(x).clone()
    assert found[1].isnan().all()
    assert not found[3].isfinite().any()
    assert torch.equal(found[4], bias_of(found.shape[1]).to(found.dtype))  # a row of zeros
    rest = x[::2].contiguous()
    assert (found[::2] - product.exact(rest)).norm() <= kernel.error(product.exact(rest))


def moved(tensor: Tensor, offset: int) -> Tensor:
    """Copy a tensor to memory that starts this number of bytes after a cache line, rounded up to
    whole elements."""
    memory = torch.empty(tensor.nbytes + 128, dtype=torch.uint8)
    start = -memory.data_ptr() % 64 + -(-offset // tensor.itemsize) * tensor.itemsize
    return memory[start : start + tensor.nbytes].view(tensor.dtype).view(tensor.shape).copy_(tensor)


@pytest.mark.parametrize("offset", [1, 8, 34])
def test_rows_and_weights_from_anywhere_in_memory(kernel: Kernel, offset: int) -> None:
    """As in a memory-mapped file or a view. A kernel that needs alignment would crash the process."""
    (product, k), (other, _) = of_one_size(kernel), of_one_size(kernel, partial(moved, offset=offset))
    x = inputs(kernel, 9, k + 8)[::3, 5 : k + 5]
    want = product.run(x.contiguous()).clone()
    assert torch.equal(other.run(moved(x, offset)), want)
    if kernel in COMPILED.values():
        assert torch.equal(other.run(x), want)


@pytest.mark.skipif(UNABLE["int8 in tiles"], reason="this processor has no tiles")
@pytest.mark.parametrize("gelu", [False, True])
def test_what_follows_a_product_in_tiles(gelu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if rows are multiplied in parts and the residual is transposed. A residual of another size
    is refused."""
    monkeypatch.setattr(compiled, "MANY_ROWS", 16)
    weight, scales = int8_weight_of(80, 48)
    x, residual = rows_of(40, 48) * 4, rows_of(80, 40).t()
    run = partial(compiled.product, "int8", x, weight, scales, in_tiles=True, gelu=gelu)
    product = x.double() @ rounding.dequantize_int8(weight, scales).double().t()
    exact = (F.gelu(product, approximate="tanh") if gelu else product) + residual
    assert (run(residual=residual) - exact).norm() <= rounded_once(exact)
    with pytest.raises(RuntimeError):
        run(residual=residual[1:])


@pytest.mark.usefixtures("each_set")
def test_parts_of_few_rows() -> None:
    """Parts get as much scratch memory as their kernel needs."""
    x, product = rows_of(33, 64), KERNELS["int4"].make(64, 64, 64, stay)
    with mock.patch.object(compiled, "CACHED", 2 * 64 * 16):  # 16 rows at a time
        assert torch.equal(product.run(x)[-1:], product.run(x[-1:]))
    # private: bytes, and nothing else shows them
    assert compiled._scratch("int4_tiles", 1, 64, 1) >= 2 * 64 * 17


@pytest.mark.usefixtures("each_set")
def test_the_largest_sums_of_int8() -> None:
    """The largest sums stay within 32 bit."""
    weight, ones = (
        torch.full((32, k := compiled.INT8_BLOCK), 127, dtype=torch.int8),
        torch.ones(32).bfloat16(),
    )
    for dtype in (F32, BF16):
        found = compiled.product("int8", torch.full((17, k), -5.0, dtype=dtype), weight, ones, ones)
        assert torch.allclose(found, torch.tensor(-5.0 * 127 * k + 1, dtype=dtype))
