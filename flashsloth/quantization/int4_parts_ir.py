"""The int4 product for processors that multiply 8-bit integers with AVX2, as LLVM IR.

The weight is stored as for int4_ir.py. A row x of inputs becomes two rows of 8-bit integers for each group of it,
x = unit * (coarse + fine / 254), which is as exact as 16 bits; then codes times parts are products of integers:
sum(w * x) = scale * unit * (sum(code * coarse) + sum(code * fine) / 254) + (zero - 8 * scale) * sum(x).

The threads first write the parts, units and sums of all rows to a scratch memory. Each then computes some tiles. The
codes of a tile's group are unpacked once for some rows: for each four k and column four bytes, which lie together in
the 32-bit part of a register where the processor adds their products. A row's result does not depend on the rows beside
it.
"""

from __future__ import annotations

from flashsloth.quantization.kernel_ir import exported
from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import AHEAD, Product

COLUMNS = 64  # of the result: the rows of a tile
ROWS_AT_ONCE = 16  # for which codes are unpacked once
LANES = 8  # numbers of 32 bit in a register
REGISTERS = COLUMNS // LANES
HALF = REGISTERS // 2  # whose sums, for two parts, are in registers at once
ALONE = 3  # from so many rows on the codes are unpacked before they are used
ROW_PARAMETERS = "ptr %codes", "ptr %affine", "ptr %totals", "i64 %row", "i64 %group", "i64 %tile"
BLOCK = 32  # k whose products are added in 16 bit: 16 times 15 * 127
FINE = 254.0  # steps of the fine part in one of the coarse part
GROUPS_AHEAD = 4  # whose scales are asked for: they lie far apart
TINY = "0x3810000000000000"  # the least unit, 2^-126

FLOATS, INTEGERS, BYTES, WORDS = "<8 x float>", "<8 x i32>", "<32 x i8>", "<16 x i16>"


def product() -> str:
    """Return the text of `run_int4`."""
    parts = (_split(), _unpack(), _affine(), _row(unpacked=True), _row(unpacked=False))
    return "\n".join([*(part.text() for part in parts), exported(_product(), "int4")])


def scratch_bytes(rows: int, inputs: int, groups: int) -> int:
    """Return the size of the scratch memory of so many rows."""
    return rows * (2 * inputs + 8 * groups)


def _order(register: int) -> list[int]:
    """Return which of 32 columns the lanes of a register of codes have: bytes are paired within 16 bytes."""
    return [16 * half + 4 * register + column for half in range(2) for column in range(4)]


class _Scratch:
    """The addresses of the parts, units and sums of a row in the scratch memory."""

    def __init__(self, code: Product, row: str) -> None:
        K, M = code.K, code.M
        self.coarse = code.at("i8", code.scratch, code.times(row, code.times(K, 2)))
        self.fine = code.at("i8", self.coarse, K)
        after = code.at("i8", code.scratch, code.times(M, code.times(K, 2)))
        self.units = code.at("float", after, code.times(row, code.groups))
        self.sums = code.at("float", after, code.times(code.plus(row, M), code.groups))


def _fma(code: Product, left: str, right: str, more: str) -> str:
    return code(f"call {FLOATS} @llvm.fma.v8f32({FLOATS} {left}, {FLOATS} {right}, {FLOATS} {more})")


def _split() -> Product:
    """Write the two parts, the unit and the sum of one group of a row."""
    code = Product("int4_split", "i64 %row", "i64 %group")
    scratch = _Scratch(code, "%row")
    first = code.times("%group", code.group)
    x = code.at("i16", code.x, code.times("%row", code.K), first)
    total, largest = Variable(code, FLOATS), Variable(code, FLOATS)
    for each in (total, largest):
        each.set("zeroinitializer")
    with code.loop("0", code.group, LANES) as at:
        numbers = code.load_bfloat16(code.at("i16", x, at), LANES)
        total.set(code(f"fadd {FLOATS} {total.get()}, {numbers}"))
        size = code(f"call {FLOATS} @llvm.fabs.v8f32({FLOATS} {numbers})")
        larger = code(f"fcmp ogt {FLOATS} {size}, {largest.get()}")
        largest.set(code(f"select <8 x i1> {larger}, {FLOATS} {size}, {FLOATS} {largest.get()}"))
    total_sum = code(f"call reassoc float @llvm.vector.reduce.fadd.v8f32(float 0.0, {FLOATS} {total.get()})")
    code.do(f"store float {total_sum}, ptr {code.at('float', scratch.sums, '%group')}")
    unit = code(f"call float @llvm.vector.reduce.fmax.v8f32({FLOATS} {largest.get()})")
    unit = code(f"fdiv float {unit}, 127.0")
    small = code(f"fcmp olt float {unit}, {TINY}")
    unit = code(f"select i1 {small}, float {TINY}, float {unit}")
    code.do(f"store float {unit}, ptr {code.at('float', scratch.units, '%group')}")
    inverse = code.spread("float", code(f"fdiv float 1.0, {unit}"), LANES)
    with code.loop("0", code.group, LANES) as at:
        numbers = code(f"fmul {FLOATS} {code.load_bfloat16(code.at('i16', x, at), LANES)}, {inverse}")
        coarse = code(f"call {FLOATS} @llvm.rint.v8f32({FLOATS} {numbers})")
        rest = code(f"fmul {FLOATS} {code(f'fsub {FLOATS} {numbers}, {coarse}')}, splat (float {FINE})")
        fine = code(f"call {FLOATS} @llvm.rint.v8f32({FLOATS} {rest})")
        for part, target in ((coarse, scratch.coarse), (fine, scratch.fine)):
            small_part = code(f"call <8 x i8> @llvm.fptosi.sat.v8i8.v8f32({FLOATS} {part})")
            code.do(f"store <8 x i8> {small_part}, ptr {code.at('i8', target, first, at)}, align 1")
    return code


def _unpack() -> Product:
    """Write the codes of one group of a tile, (group / 4, 64 columns, 4) bytes."""
    code = Product("int4_unpack", "ptr %codes", "i64 %tile", "i64 %group")
    stored = _stored(code)
    with code.loop("0", code.group, 4) as at:
        address = code.at("i8", stored, code.times(at, COLUMNS // 2))
        for distance in (AHEAD, AHEAD + 64):
            code.prefetch(address, distance)
        quads = _quads(code, address)
        for half in range(2):
            for number, part in enumerate(_codes(code, quads, half)):
                register = number + half * HALF
                target = code.at("i8", "%codes", code.times(at, COLUMNS), str(32 * register))
                code.do(f"store {BYTES} {part}, ptr {target}, align 32")
    return code


def _stored(code: Product) -> str:
    """Return the address of a group in a tile."""
    tile = code.at("i8", code.weights, code.times("%tile", code.times(code.K, COLUMNS // 2)))
    return code.at("i8", tile, code.times(code.times("%group", code.group), COLUMNS // 2))


def _quads(code: Product, address: str) -> list[str]:
    """Return the bytes of four k, those of a column side by side: the lower halves of columns 0 to 31, the upper ones
    of columns 32 to 63."""
    rows = [code(f"load {BYTES}, ptr {code.at('i8', address, str(32 * k))}, align 1") for k in range(4)]
    pairs = [_interleaved(code, rows[n], rows[n + 1], half, 1) for n in (0, 2) for half in range(2)]
    return [_interleaved(code, pairs[half], pairs[half + 2], side, 2) for half in range(2) for side in range(2)]


def _codes(code: Product, quads: list[str], half: int) -> list[str]:
    """Return the codes in the lower or upper halves of bytes."""
    if half:
        wide = [code(f"lshr {WORDS} {code(f'bitcast {BYTES} {quad} to {WORDS}')}, splat (i16 4)") for quad in quads]
        quads = [code(f"bitcast {WORDS} {each} to {BYTES}") for each in wide]
    return [code(f"and {BYTES} {quad}, splat (i8 15)") for quad in quads]


def _affine() -> Product:
    """Write the scales of one group of a tile, and zero - 8 * scale: (2, 64) in the order of the registers of codes."""
    code = Product("int4_affine", "ptr %affine", "i64 %tile", "i64 %group")
    later = code.times(code.plus("%group", GROUPS_AHEAD), code.N)
    for quarter in range(4):
        code.prefetch(code.at("i32", code.scales, later, code.times("%tile", COLUMNS)), 64 * quarter)
    row = code.at("i32", code.scales, code.times("%group", code.N), code.times("%tile", COLUMNS))
    wide = "<32 x i32>"
    for half in range(2):
        both = code(f"load {wide}, ptr {code.at('i32', row, str(32 * half))}, align 4")
        for number in range(HALF):
            lanes = code.pick(wide, both, _order(number))
            scale = code(f"bitcast {INTEGERS} {code(f'shl {INTEGERS} {lanes}, splat (i32 16)')} to {FLOATS}")
            zero = code(f"bitcast {INTEGERS} {code(f'and {INTEGERS} {lanes}, splat (i32 -65536)')} to {FLOATS}")
            offset = _fma(code, scale, "splat (float -8.0)", zero)
            for part, value in enumerate((scale, offset)):
                target = code.at("float", "%affine", str(COLUMNS * part + LANES * (number + half * HALF)))
                code.do(f"store {FLOATS} {value}, ptr {target}, align 32")
    return code


def _interleaved(code: Product, left: str, right: str, half: int, size: int) -> str:
    """Return the first or second halves of each 16 bytes of two registers, in turn `size` bytes of each."""
    elements = [
        source + lane + 8 * half + start + byte
        for lane in (0, 16)
        for start in range(0, 8, size)
        for source in (0, 32)
        for byte in range(size)
    ]
    return code.pick_two(BYTES, left, right, elements)


def _row(unpacked: bool) -> Product:
    """Add a group's products of one row to its totals, (64,) floats in the order of the registers of codes. The codes
    are those of `_unpack`, or the stored ones."""
    code = Product("int4_row" if unpacked else "int4_row_alone", *ROW_PARAMETERS)
    scratch = _Scratch(code, "%row")
    first = code.times("%group", code.group)
    parts = [code.at("i8", part, first) for part in (scratch.coarse, scratch.fine)]
    stored = "" if unpacked else _stored(code)
    unit, total = (
        code.spread("float", code(f"load float, ptr {code.at('float', each, '%group')}"), LANES)
        for each in (scratch.units, scratch.sums)
    )
    for half in range(2):
        sums = [[Variable(code, INTEGERS) for _ in range(HALF)] for _ in parts]
        for each in (variable for part in sums for variable in part):
            each.set("zeroinitializer")
        with code.loop("0", code.group, BLOCK) as at:
            found: list[list[str]] = [[""] * HALF for _ in parts]
            for k in range(0, BLOCK, 4):
                here = code.plus(at, k)
                if unpacked:
                    row = code.at("i8", "%codes", code.times(here, COLUMNS), str(32 * half * HALF))
                    codes = [
                        code(f"load {BYTES}, ptr {code.at('i8', row, str(32 * n))}, align 32") for n in range(HALF)
                    ]
                else:
                    address = code.at("i8", stored, code.times(here, COLUMNS // 2))
                    if half == 0:
                        for distance in (AHEAD, AHEAD + 64):
                            code.prefetch(address, distance)
                    codes = _codes(code, _quads(code, address), half)
                _multiply(code, codes, [code.at("i8", part, here) for part in parts], found)
            _widen(code, found, sums)
        for number in range(HALF):
            register = number + half * HALF
            coarse, fine = (code(f"sitofp {INTEGERS} {part[number].get()} to {FLOATS}") for part in sums)
            both = code(f"fmul {FLOATS} {_fma(code, fine, f'splat (float {_float(1 / FINE)})', coarse)}, {unit}")
            scale, offset = (
                code(f"load {FLOATS}, ptr {code.at('float', '%affine', str(COLUMNS * n + LANES * register))}, align 32")
                for n in range(2)
            )
            target = code.at("float", "%totals", str(LANES * register))
            result = code(f"load {FLOATS}, ptr {target}, align 32")
            result = _fma(code, both, scale, _fma(code, total, offset, result))
            code.do(f"store {FLOATS} {result}, ptr {target}, align 32")
    return code


def _multiply(code: Product, codes: list[str], parts: list[str], sums: list[list[str]]) -> None:
    """Add the products of codes of four k with both parts of the inputs to sums in 16 bit."""
    for part, found in zip(parts, sums, strict=True):
        four = code(f"load i32, ptr {part}, align 1")
        numbers = code(f"bitcast {INTEGERS} {code.spread('i32', four, LANES)} to {BYTES}")
        for number, register in enumerate(codes):
            pairs = code(f"call {WORDS} @llvm.x86.avx2.pmadd.ub.sw({BYTES} {register}, {BYTES} {numbers})")
            found[number] = code(f"add {WORDS} {found[number]}, {pairs}") if found[number] else pairs


def _widen(code: Product, found: list[list[str]], sums: list[list[Variable]]) -> None:
    """Add sums in 16 bit to those in 32 bit."""
    for values, variables in zip(found, sums, strict=True):
        for value, variable in zip(values, variables, strict=True):
            wide = code(f"call {INTEGERS} @llvm.x86.avx2.pmadd.wd({WORDS} {value}, {WORDS} splat (i16 1))")
            variable.set(code(f"add {INTEGERS} {variable.get()}, {wide}"))


def _float(value: float) -> str:
    """Return a number of 32 bit as LLVM writes it."""
    import struct

    return "0x" + struct.pack(">d", struct.unpack("f", struct.pack("f", value))[0]).hex().upper()


def _product() -> Product:
    """All rows of x times the tiles of this thread."""
    code = Product("int4")
    with code.groups_of_this_thread() as (row, group):
        code.do(f"call void @int4_split(ptr %args, i64 {row}, i64 {group})")
    code.do("call void @GOMP_barrier()")
    codes = code(f"alloca i8, i64 {code.times(code.group, COLUMNS)}, align 64")
    affine = code(f"alloca float, i64 {2 * COLUMNS}, align 64")
    totals = code(f"alloca float, i64 {ROWS_AT_ONCE * COLUMNS}, align 64")
    first, last = code.part_of_this_thread(code(f"udiv i64 {code.N}, {COLUMNS}"))
    with code.loop(first, last) as tile, code.loop("0", code.M, ROWS_AT_ONCE) as start:
        end = code.plus(start, ROWS_AT_ONCE)
        end = code(f"select i1 {code(f'icmp slt i64 {end}, {code.M}')}, i64 {end}, i64 {code.M}")
        with code.loop(start, end) as row:
            at = code.times(code(f"sub i64 {row}, {start}"), COLUMNS)
            for register in range(REGISTERS):
                target = code.at("float", totals, at, str(LANES * register))
                code.do(f"store {FLOATS} zeroinitializer, ptr {target}, align 32")
        few = code(f"icmp slt i64 {code.M}, {ALONE}")
        with code.loop("0", code.groups) as group:
            code.do(f"call void @int4_affine(ptr %args, ptr {affine}, i64 {tile}, i64 {group})")
            for name, condition in (("int4_row_alone", f"and i1 {few}, true"), ("int4_row", f"xor i1 {few}, true")):
                with code.only_if(condition):
                    if name == "int4_row":
                        code.do(f"call void @int4_unpack(ptr %args, ptr {codes}, i64 {tile}, i64 {group})")
                    with code.loop(start, end) as row:
                        of_row = code.at("float", totals, code.times(code(f"sub i64 {row}, {start}"), COLUMNS))
                        given = f"ptr {codes}, ptr {affine}, ptr {of_row}, i64 {row}, i64 {group}, i64 {tile}"
                        code.do(f"call void @{name}(ptr %args, {given})")
        with code.loop(start, end) as row:
            of_row = code.at("float", totals, code.times(code(f"sub i64 {row}, {start}"), COLUMNS))
            _write(code, of_row, row, code.times(tile, COLUMNS))
    return code


def _write(code: Product, totals: str, row: str, column: str) -> None:
    """Round the totals of a row, in the order of its columns, with the bias."""
    for half in range(2):
        for eight in range(4):  # columns 8 * eight on are in two neighbouring registers
            left, right = (
                code(
                    f"load {FLOATS}, ptr "
                    f"{code.at('float', totals, str(LANES * (2 * (eight % 2) + side + 4 * half)))}, align 32"
                )
                for side in range(2)
            )
            first = 4 * (eight // 2)
            numbers = code.pick_two(
                FLOATS, left, right, [*range(first, first + 4), *range(LANES + first, LANES + first + 4)]
            )
            offset = str(32 * half + 8 * eight)
            bias = code.load_bfloat16(code.at("i16", code.bias, column, offset), LANES)
            result = code(f"fadd {FLOATS} {numbers}, {bias}")
            code.store_bfloat16(result, code.at("i16", code.out, code.times(row, code.N), column, offset), LANES)
