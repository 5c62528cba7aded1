"""The int8 product of a few rows for processors with AVX-512, in LLVM's text form.

A weight (N, K) has a row of 8-bit integers and a scale for each output. They are converted to float32 and multiplied
with a few rows x (M, K) in float32: with so few the time is that of reading the weight. A row's result does not depend
on the rows beside it.
"""

from __future__ import annotations

from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import FLOATS, Kernel, exported

ROWS_AT_ONCE = 4
OUTPUTS = 4  # at once; N is a multiple
STEP = 16  # numbers of a register; K is a multiple


def product() -> str:
    """Return the text of `run_int8`."""
    blocks = [_block(rows).text() for rows in range(1, ROWS_AT_ONCE + 1)]
    code = Kernel("int8")
    first, last = code.part_of_this_thread(OUTPUTS)
    with code.loop(first, last) as part:
        column = code.times(part, OUTPUTS)
        code.blocks(ROWS_AT_ONCE, lambda rows, row: f"call void @int8_block{rows}(ptr %job, i64 {row}, i64 {column})")
    return "\n".join([*blocks, exported(code, "int8")])


def _block(rows: int) -> Kernel:
    """Some rows of x times some rows of the weight."""
    code = Kernel(f"int8_block{rows}", "i64 %row", "i64 %column")
    inputs = [code(f"add i64 %row, {row}") for row in range(rows)]
    outputs = [code(f"add i64 %column, {output}") for output in range(OUTPUTS)]
    x = [code.at("i16", code.x, code.times(row, code.K)) for row in inputs]
    weights = [code.at("i8", code.weights, code.times(output, code.K)) for output in outputs]
    sums = [[Variable(code, FLOATS) for _ in outputs] for _ in inputs]
    for each in sums:
        for part in each:
            part.set("zeroinitializer")
    with code.loop("0", code.K, STEP) as k:
        numbers = [code.wide(code(f"load <16 x i16>, ptr {code.at('i16', row, k)}, align 2"), STEP) for row in x]
        for output, weight in enumerate(weights):
            integers = code(f"load <16 x i8>, ptr {code.at('i8', weight, k)}, align 1")
            integers = code(f"sext <16 x i8> {integers} to <16 x i32>")
            floats = code(f"sitofp <16 x i32> {integers} to {FLOATS}")
            for row, number in enumerate(numbers):
                part = sums[row][output]
                part.set(code.fma(floats, number, part.get()))
    for output, column in enumerate(outputs):
        bits = code(f"load i16, ptr {code.at('i16', code.scales, column)}, align 2")
        scale = code(f"extractelement <1 x float> {code.wide(code.spread('i16', bits, 1), 1)}, i32 0")
        for row, each in enumerate(sums):
            result = code(f"fmul float {code.total(each[output].get())}, {scale}")
            rounded = code(f"fptrunc float {result} to bfloat")
            place = code.at("i16", code.out, code.times(inputs[row], code.N), column)
            code.do(f"store bfloat {rounded}, ptr {place}, align 2")
    return code
