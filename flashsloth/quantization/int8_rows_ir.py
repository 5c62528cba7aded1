"""The product of many rows with weights of 8 bits, for processors without products of bytes, as LLVM IR.

Each row of x (M, K) is rounded to 16 bits with its own unit; a weight (K, N) has 8 bits and a scale for each output.
AVX2 multiplies pairs of 16 bit and adds both products in 32 bit. The threads first round all rows. Each then computes
some tiles of the result's columns: it widens a block of the weight to 16 bit, pairs of k side by side, and multiplies
all rows with it. A row's result does not depend on the rows beside it.
"""

from __future__ import annotations

from flashsloth.quantization.kernel_ir import exported
from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import Product

TILE = 32  # columns
REST = 16  # columns of the last tile, if N is not a multiple of TILE; N is a multiple of it
BLOCK = 256  # k whose sums fit 32 bit: 128 pairs of 2 * 127 * 32767
UNROLLED = 8  # k; K is a multiple
ROWS_AT_ONCE = 2
LANES = 8
LARGEST = 32767.0
TINY = "0x3810000000000000"  # the least unit, 2^-126
FLOATS, INTEGERS, WORDS = "<8 x float>", "<8 x i32>", "<16 x i16>"


def scratch_bytes(rows: int, inputs: int) -> int:
    """Return the size of the scratch memory: the rounded rows, and their units."""
    return rows * (2 * inputs + 4)


def product() -> str:
    """Return the text of `run_int8_rows`. x, scales, bias and the result are float32."""
    parts = [_round(), *(_widen(columns) for columns in (TILE, REST)), _finish()]
    parts += [_block(rows, columns) for rows in range(1, ROWS_AT_ONCE + 1) for columns in (TILE, REST)]
    return "\n".join([*(part.text() for part in parts), exported(_product(), "int8_rows")])


def _units(code: Product) -> str:
    return code.at("i16", code.scratch, code.times(code.M, code.K))


def _round() -> Product:
    """Round a row to 16 bits."""
    code = Product("int8_rows_round", "i64 %row")
    start = code.times("%row", code.K)
    largest = Variable(code, FLOATS)
    largest.set("zeroinitializer")
    with code.loop("0", code.K, LANES) as at:
        numbers = code(f"load {FLOATS}, ptr {code.at('float', code.x, start, at)}, align 4")
        size = code(f"call {FLOATS} @llvm.fabs.v8f32({FLOATS} {numbers})")
        largest.set(code(f"call {FLOATS} @llvm.maximum.v8f32({FLOATS} {size}, {FLOATS} {largest.get()})"))  # NaN stays
    most = code(f"call float @llvm.vector.reduce.fmaximum.v8f32({FLOATS} {largest.get()})")
    unit = code(f"fdiv float {most}, {LARGEST}")
    unit = code(f"select i1 {code(f'fcmp olt float {unit}, {TINY}')}, float {TINY}, float {unit}")
    code.do(f"store float {unit}, ptr {code.at('float', _units(code), '%row')}")
    inverse = code.spread("float", code(f"fdiv float 1.0, {unit}"), LANES)
    with code.loop("0", code.K, LANES) as at:
        numbers = code(f"load {FLOATS}, ptr {code.at('float', code.x, start, at)}, align 4")
        numbers = code(f"call {FLOATS} @llvm.rint.v8f32({FLOATS} {code(f'fmul {FLOATS} {numbers}, {inverse}')})")
        rounded = code(f"call <8 x i16> @llvm.fptosi.sat.v8i16.v8f32({FLOATS} {numbers})")
        code.do(f"store <8 x i16> {rounded}, ptr {code.at('i16', code.scratch, start, at)}, align 2")
    return code


def _widen(columns: int) -> Product:
    """Write a block of the weight in 16 bit: (k / 2, columns, 2)."""
    code = Product(f"int8_rows_widen{columns}", "ptr %wide", "i64 %column", "i64 %first", "i64 %last")
    turns = [n // 2 + columns * (n % 2) for n in range(2 * columns)]
    with code.loop("%first", "%last", 2) as k:
        addresses = (code.at("i8", code.weights, code.times(row, code.N), "%column") for row in (k, code.plus(k, 1)))
        even, odd = (code(f"load <{columns} x i8>, ptr {address}, align 1") for address in addresses)
        pairs = code.pick_two(f"<{columns} x i8>", even, odd, turns)
        words = code(f"sext <{2 * columns} x i8> {pairs} to <{2 * columns} x i16>")
        target = code.at("i16", "%wide", code.times(code(f"sub i64 {k}, %first"), columns))
        code.do(f"store <{2 * columns} x i16> {words}, ptr {target}, align 32")
    return code


def _block(rows: int, columns: int) -> Product:
    """Add the products of a block to the result of some rows, which the first block sets."""
    name = f"int8_rows_block{rows}_{columns}"
    code = Product(name, "ptr %wide", "i64 %column", "i64 %first", "i64 %last", "i64 %row")
    registers = columns // LANES
    sums = [[Variable(code, INTEGERS) for _ in range(registers)] for _ in range(rows)]
    for variable in (variable for row in sums for variable in row):
        variable.set("zeroinitializer")
    numbers = [code.plus("%row", row) for row in range(rows)]
    x = [code.at("i16", code.scratch, code.times(row, code.K)) for row in numbers]
    with code.loop("%first", "%last", UNROLLED) as start:
        for pair in range(0, UNROLLED, 2):
            k = code.plus(start, pair)
            weights = code.at("i16", "%wide", code.times(code(f"sub i64 {k}, %first"), columns))
            both = [code(f"load i32, ptr {code.at('i16', row, k)}, align 2") for row in x]
            inputs = [code(f"bitcast {INTEGERS} {code.spread('i32', each, LANES)} to {WORDS}") for each in both]
            for number in range(registers):
                weight = code(f"load {WORDS}, ptr {code.at('i16', weights, str(16 * number))}, align 32")
                for each, row_sums in zip(inputs, sums, strict=True):
                    more = code(f"call {INTEGERS} @llvm.x86.avx2.pmadd.wd({WORDS} {weight}, {WORDS} {each})")
                    row_sums[number].set(code(f"add {INTEGERS} {row_sums[number].get()}, {more}"))
    is_first = code("icmp eq i64 %first, 0")
    for row, row_sums in zip(numbers, sums, strict=True):
        for number, variable in enumerate(row_sums):
            out = code.at("float", code.out, code.times(row, code.N), "%column", str(LANES * number))
            more = code(f"sitofp {INTEGERS} {variable.get()} to {FLOATS}")
            before = code(f"load {FLOATS}, ptr {out}, align 4")
            before = code(f"select i1 {is_first}, {FLOATS} zeroinitializer, {FLOATS} {before}")
            code.do(f"store {FLOATS} {code(f'fadd {FLOATS} {before}, {more}')}, ptr {out}, align 4")
    return code


def _finish() -> Product:
    """Multiply some columns of the result of all rows by unit and scale, and add the bias."""
    code = Product("int8_rows_finish", "i64 %column", "i64 %end")
    with code.loop("0", code.M) as row, code.loop("%column", "%end", LANES) as at:
        out = code.at("float", code.out, code.times(row, code.N), at)
        scale, bias = (
            code(f"load {FLOATS}, ptr {code.at('float', each, at)}, align 4") for each in (code.scales, code.bias)
        )
        unit = code.spread("float", code(f"load float, ptr {code.at('float', _units(code), row)}"), LANES)
        numbers = code(f"fmul {FLOATS} {code(f'load {FLOATS}, ptr {out}, align 4')}, {unit}")
        arguments = ", ".join(f"{FLOATS} {each}" for each in (numbers, scale, bias))
        code.do(f"store {FLOATS} {code(f'call {FLOATS} @llvm.fma.v8f32({arguments})')}, ptr {out}, align 4")
    return code


def _product() -> Product:
    """All rows of x times the tiles of this thread."""
    code = Product("int8_rows")
    first, last = code.part_of_this_thread(code.M)
    with code.loop(first, last) as row:
        code.do(f"call void @int8_rows_round(ptr %args, i64 {row})")
    code.do("call void @GOMP_barrier()")
    wide = code(f"alloca i16, i64 {BLOCK * TILE}, align 64")
    with code.tiles(TILE) as tile:
        column = code.times(tile, TILE)
        end = code.least(code.plus(column, TILE), code.N)
        width = code(f"sub i64 {end}, {column}")
        for columns in (TILE, REST):
            with code.only_if(f"icmp eq i64 {width}, {columns}"), code.loop("0", code.K, BLOCK) as k:
                place = f"ptr {wide}, i64 {column}, i64 {k}, i64 {code.least(code.plus(k, BLOCK), code.K)}"
                code.do(f"call void @int8_rows_widen{columns}(ptr %args, {place})")
                code.blocks(
                    ROWS_AT_ONCE,
                    lambda rows, row, columns=columns, place=place: (  # type: ignore[misc]
                        f"call void @int8_rows_block{rows}_{columns}(ptr %args, {place}, i64 {row})"
                    ),
                )
        code.do(f"call void @int8_rows_finish(ptr %args, i64 {column}, i64 {end})")
    return code
