"""The int4 product for processors that multiply bfloat16 with AVX-512, as LLVM IR.

A weight (N, K) has 4 bits for each number, w = (code - 8) * scale + zero with a scale and a zero for each group of a
row (rounding.quantize_int4). Its tiles of 64 rows lie one after another. A tile has 32 bytes for each k: byte i holds
row i in its lower half and row 32 + i in its upper half. Each thread computes a part of the tiles.

The processor multiplies pairs of bfloat16 and adds both products in 32 bit, so the codes of k and k + 1 are put side by
side and become bfloat16 by the bits of 128 before them, once for six rows of x (M, K). A group's sums are corrected:
sum(w * x) = scale * (sum((128 + code) * x) - 136 * sum(x)) + zero * sum(x). Their rounding in 32 bit is far below that
of the result to bfloat16. A row's result does not depend on the rows beside it.
"""

from __future__ import annotations

from flashsloth.quantization.kernel_ir import FLOATS, WORDS, exported
from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import AHEAD, Product

ROWS_AT_ONCE = 6  # 24 registers of sums, of 32
COLUMNS = 64  # of the result: the rows of a tile
QUARTERS = range(4)  # of a tile: a register has 16 numbers of 32 bit
PAIRS_AT_ONCE = 4  # pairs of k, for one row; fewer for several
GROUPS_AHEAD = 4  # whose scales are asked for: they lie far apart
ONE = 0x3F80  # the bits of bfloat16
OFFSET, OFFSET_BITS = 128, 0x4300  # of bfloat16: the next numbers, 129 and so on, have the next bits


def scratch_bytes(rows: int, inputs: int, groups: int) -> int:
    """Return the size of the scratch memory for so many rows: the sums of their groups."""
    return 4 * rows * groups


def product(_: str) -> str:
    """Return the text of `run_int4`, the same for all instruction sets that have it."""
    blocks = [_block(rows).text() for rows in range(1, ROWS_AT_ONCE + 1)]
    return "\n".join([*blocks, exported(_product(), "int4")])


def _block(rows: int) -> Product:
    """Some rows of x times one tile. %sums has the sums of x over each group, (M, groups)."""
    code = Product(f"int4_block{rows}", "ptr %sums", "i64 %row", "i64 %tile")
    pairs = max(PAIRS_AT_ONCE // rows, 1)
    inputs = [code.plus("%row", row) for row in range(rows)]
    x = [code.at("i16", code.x, code.times(row, code.K)) for row in inputs]
    totals = [[Variable(code, FLOATS) for _ in QUARTERS] for _ in range(rows)]
    sums = [[Variable(code, FLOATS) for _ in QUARTERS] for _ in range(rows)]
    weights = code.at("i8", code.weights, code.times("%tile", code.times(code.K, COLUMNS // 2)))
    for quarter in QUARTERS:
        bias = code.load_bfloat16(code.at("i16", code.bias, code.times("%tile", COLUMNS), str(16 * quarter)))
        for each in totals:
            each[quarter].set(bias)
    with code.loop("0", code.groups) as group:
        for each in sums:
            for part in each:
                part.set("zeroinitializer")
        later = code.times(code.plus(group, GROUPS_AHEAD), code.N)
        scales = code.at("i32", code.scales, later, code.times("%tile", COLUMNS))
        for quarter in QUARTERS:
            code.prefetch(scales, 64 * quarter)
        first = code.times(group, code.group)
        with code.loop(first, code.plus(first, code.group), 2 * pairs) as start:
            for pair in range(pairs):
                k = code.plus(start, 2 * pair)
                codes = _unpack(code, code.at("i8", weights, code.times(k, COLUMNS // 2)))
                for row in range(rows):
                    both = code(f"load i32, ptr {code.at('i16', x[row], k)}, align 2")
                    both = code(f"bitcast <16 x i32> {code.spread('i32', both, 16)} to {WORDS}")
                    for part, code_part in zip(sums[row], codes, strict=True):
                        part.set(code.add_pairs(part.get(), code_part, both))
        for quarter, (scale, zero) in enumerate(_scales_zeros(code, group, "%tile")):
            for row in range(rows):
                address = code.at("float", "%sums", code.times(inputs[row], code.groups), group)
                of_x = code.spread("float", code(f"load float, ptr {address}"), 16)
                total = totals[row][quarter]
                corrected = code.fma(of_x, f"splat (float -{OFFSET + 8}.0)", sums[row][quarter].get())
                total.set(code.fma(of_x, zero, code.fma(corrected, scale, total.get())))
    for row in range(rows):
        for quarter in QUARTERS:
            start = code.times(inputs[row], code.N)
            address = code.at("i16", code.out, start, code.times("%tile", COLUMNS), str(16 * quarter))
            code.store_bfloat16(totals[row][quarter].get(), address)
    return code


def _scales_zeros(code: Product, group: str, tile: str) -> list[tuple[str, str]]:
    """Return scales and zeros of each quarter of a tile. They are stored in turn, 16 bits each."""
    found = []
    row, column = code.times(group, code.N), code.times(tile, COLUMNS)
    for quarter in QUARTERS:
        address = code.at("i32", code.scales, row, column, str(16 * quarter))
        both = code(f"load <16 x i32>, ptr {address}, align 4")
        halves = code(f"shl <16 x i32> {both}, splat (i32 16)"), code(f"and <16 x i32> {both}, splat (i32 -65536)")
        scale, zero = (code(f"bitcast <16 x i32> {half} to {FLOATS}") for half in halves)
        found.append((scale, zero))
    return found


def _unpack(code: Product, address: str) -> list[str]:
    """Return OFFSET + the codes of k and k + 1 as pairs of bfloat16, 16 columns in each of four values."""
    code.prefetch(address, AHEAD)
    stored = code(f"load <64 x i8>, ptr {address}, align 1")
    halves: tuple[list[str], list[str]] = ([], [])
    for first in (0, 16):
        pairs = code.pick("<64 x i8>", stored, [first + i // 2 + 32 * (i % 2) for i in range(32)])
        wide = code(f"zext <32 x i8> {pairs} to {WORDS}")
        codes = code(f"and {WORDS} {wide}, splat (i16 15)"), code(f"lshr {WORDS} {wide}, splat (i16 4)")
        for half, numbers in zip(halves, codes, strict=True):
            bits = code(f"or {WORDS} {numbers}, splat (i16 {OFFSET_BITS})")
            half.append(bits)
    return [*halves[0], *halves[1]]


def _product() -> Product:
    """All rows of x times the tiles of this thread. A tile stays in the processor's cache for all rows."""
    code = Product("int4")
    sums, ones = code.scratch, f"splat (i16 {ONE})"
    with code.groups_of_this_thread() as (row, group):
        total = Variable(code, FLOATS)
        total.set("zeroinitializer")
        first = code.plus(code.times(row, code.K), code.times(group, code.group))
        with code.loop(first, code.plus(first, code.group), 32) as start:
            x = code(f"load {WORDS}, ptr {code.at('i16', code.x, start)}, align 2")
            total.set(code.add_pairs(total.get(), x, ones))
        code.do(
            f"store float {code.total(total.get())}, ptr {code.at('float', sums, code.times(row, code.groups), group)}"
        )
    code.do("call void @GOMP_barrier()")
    with code.tiles(COLUMNS) as tile:
        code.blocks(
            ROWS_AT_ONCE, lambda rows, row: f"call void @int4_block{rows}(ptr %args, ptr {sums}, i64 {row}, i64 {tile})"
        )
    return code
