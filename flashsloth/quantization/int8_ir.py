"""The int8 product of a few rows for processors with AVX-512, as LLVM IR.

A weight (N, K) has a row of 8-bit integers and a scale for each output. They are converted to float32 and multiplied
with a few rows x (M, K) in float32: with so few the time is that of reading the weight, from the first byte to the
last. A row's result does not depend on the rows beside it.
"""

from __future__ import annotations

from flashsloth.quantization.kernel_ir import FLOATS, exported
from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import AHEAD, Product

ROWS_AT_ONCE = 4
MOST_ROWS = 8  # from more on the product of integers is as fast (kernels.int8_integer)
NUMBERS = 16  # of a register
PARTS = 4  # sums that do not wait for each other
STEP = NUMBERS * PARTS  # K is a multiple
COLUMNS = 64  # that a thread takes at once


def scratch_bytes(rows: int, inputs: int, groups: int) -> int:
    """Return the size of the scratch memory: none."""
    return 0


def product(_: str) -> str:
    """Return the text of `run_int8`, the same for all instruction sets."""
    blocks = [_block(rows).text() for rows in range(1, ROWS_AT_ONCE + 1)]
    code = Product("int8")
    with code.tiles(COLUMNS) as tile:
        first = code.times(tile, COLUMNS)
        last = code.least(code.plus(first, COLUMNS), code.N)
        with code.loop(first, last) as column:
            code.blocks(
                ROWS_AT_ONCE, lambda rows, row: f"call void @int8_block{rows}(ptr %args, i64 {row}, i64 {column})"
            )
    return "\n".join([*blocks, exported(code, "int8")])


def _block(rows: int) -> Product:
    """Some rows of x times one row of the weight."""
    code = Product(f"int8_block{rows}", "i64 %row", "i64 %column")
    inputs = [code.plus("%row", row) for row in range(rows)]
    x = [code.at("i16", code.x, code.times(row, code.K)) for row in inputs]
    weights = code.at("i8", code.weights, code.times("%column", code.K))
    sums = [[Variable(code, FLOATS) for _ in range(PARTS)] for _ in inputs]
    for row_sums in sums:
        for each in row_sums:
            each.set("zeroinitializer")
    with code.loop("0", code.K, STEP) as start:
        code.prefetch(code.at("i8", weights, start), AHEAD)
        for part in range(PARTS):
            k = code.plus(start, part * NUMBERS)
            integers = code(f"load <16 x i8>, ptr {code.at('i8', weights, k)}, align 1")
            integers = code(f"sext <16 x i8> {integers} to <16 x i32>")
            floats = code(f"sitofp <16 x i32> {integers} to {FLOATS}")
            for row, row_sums in zip(x, sums, strict=True):
                numbers = code.load_bfloat16(code.at("i16", row, k))
                row_sums[part].set(code.fma(floats, numbers, row_sums[part].get()))
    scale, bias = (code.load_bfloat16(code.at("i16", each, "%column"), 1) for each in (code.scales, code.bias))
    for row, row_sums in zip(inputs, sums, strict=True):
        parts = [each.get() for each in row_sums]
        while len(parts) > 1:
            parts = [
                code(f"fadd {FLOATS} {left}, {right}") for left, right in zip(parts[::2], parts[1::2], strict=True)
            ]
        result = code(f"fmul contract <1 x float> {code.spread('float', code.total(parts[0]), 1)}, {scale}")
        result = code(f"fadd contract <1 x float> {result}, {bias}")
        address = code.at("i16", code.out, code.times(row, code.N), "%column")
        code.store_bfloat16(result, address, 1)
    return code
