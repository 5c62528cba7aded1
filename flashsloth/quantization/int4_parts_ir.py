"""The int4 product in 8-bit integers, as LLVM IR.

The weight is stored as for int4_ir.py. A row x of inputs becomes two rows of 8-bit integers for each group of it,
x = unit * (coarse + fine / 254), which is as exact as 16 bits; then codes times parts are products of integers:
sum(w * x) = scale * unit * (sum(code * coarse) + sum(code * fine) / 254) + (zero - 8 * scale) * sum(x).

The threads first write the parts, units and sums of all rows to a scratch memory. Each then computes some tiles. The
codes of a tile's group are unpacked once for some rows: for each four k and column four bytes, which lie together in
the 32-bit part of a register where the processor adds their products. A row's result does not depend on the rows beside
it.
"""

from __future__ import annotations

import struct

from flashsloth.quantization.int4_registers import COLUMNS, REGISTERS, REGISTERS_OF, PartsProduct, Registers, Sums
from flashsloth.quantization.kernel_ir import exported
from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import Product

ROWS_AT_ONCE = 16  # for which codes are unpacked once
ALONE = 3  # from so many rows on the codes are unpacked before they are used
ROW_PARAMETERS = "ptr %codes", "ptr %affine", "ptr %totals", "i64 %row", "i64 %group", "i64 %tile"
BLOCK = 32  # k whose products are added in 16 bit: 16 times 15 * 127
FINE = 254.0  # steps of the fine part in one of the coarse part
SOON = 2048  # bytes of codes that are asked for ahead, into the second cache: 20% quicker than AHEAD into the first
GROUPS_AHEAD = 4  # whose scales are asked for: they lie far apart
TINY = "0x3810000000000000"  # the least unit, 2^-126


def product(instructions: str) -> str:
    """Return the text of `run_int4` for an instruction set of int4_registers.REGISTERS_OF."""
    kind = REGISTERS_OF[instructions]
    parts = (_split(kind), _unpack(kind), _affine(kind), _row(kind, unpacked=True), _row(kind, unpacked=False))
    return "\n".join([*(part.text() for part in parts), exported(_product(kind), "int4")])


def scratch_bytes(rows: int, inputs: int, groups: int) -> int:
    """Return the size of the scratch memory of so many rows."""
    return rows * (2 * inputs + 8 * groups)


class _Scratch:
    """The addresses of the parts, units and sums of a row in the scratch memory."""

    def __init__(self, code: Product, row: str) -> None:
        K, M = code.K, code.M
        self.coarse = code.at("i8", code.scratch, code.times(row, code.times(K, 2)))
        self.fine = code.at("i8", self.coarse, K)
        after = code.at("i8", code.scratch, code.times(M, code.times(K, 2)))
        self.units = code.at("float", after, code.times(row, code.groups))
        self.sums = code.at("float", after, code.times(code.plus(row, M), code.groups))


def _split(kind: Registers) -> Product:
    """Write the two parts, the unit and the sum of one group of a row."""
    code = PartsProduct("int4_split", kind, "i64 %row", "i64 %group")
    lanes, floats = code.lanes, code.floats
    scratch = _Scratch(code, "%row")
    first = code.times("%group", code.group)
    x = code.at("i16", code.x, code.times("%row", code.K), first)
    total, largest = Variable(code, floats), Variable(code, floats)
    for each in (total, largest):
        each.set("zeroinitializer")
    with code.loop("0", code.group, lanes) as at:
        numbers = code.load_bfloat16(code.at("i16", x, at), lanes)
        total.set(code(f"fadd {floats} {total.get()}, {numbers}"))
        size = code.math("fabs", numbers)
        larger = code(f"fcmp ogt {floats} {size}, {largest.get()}")
        largest.set(code(f"select <{lanes} x i1> {larger}, {floats} {size}, {floats} {largest.get()}"))
    reduce = f"@llvm.vector.reduce.NAME.v{lanes}f32"
    total_sum = code(f"call reassoc float {reduce.replace('NAME', 'fadd')}(float 0.0, {floats} {total.get()})")
    code.do(f"store float {total_sum}, ptr {code.at('float', scratch.sums, '%group')}")
    unit = code(f"call float {reduce.replace('NAME', 'fmax')}({floats} {largest.get()})")
    unit = code(f"fdiv float {unit}, 127.0")
    small = code(f"fcmp olt float {unit}, {TINY}")
    unit = code(f"select i1 {small}, float {TINY}, float {unit}")
    code.do(f"store float {unit}, ptr {code.at('float', scratch.units, '%group')}")
    inverse = code.spread("float", code(f"fdiv float 1.0, {unit}"), lanes)
    with code.loop("0", code.group, lanes) as at:
        numbers = code(f"fmul {floats} {code.load_bfloat16(code.at('i16', x, at), lanes)}, {inverse}")
        coarse = code.math("rint", numbers)
        rest = code(f"fmul {floats} {code(f'fsub {floats} {numbers}, {coarse}')}, splat (float {FINE})")
        for part, target in ((coarse, scratch.coarse), (code.math("rint", rest), scratch.fine)):
            short = code(f"call <{lanes} x i8> @llvm.fptosi.sat.v{lanes}i8.v{lanes}f32({floats} {part})")
            code.do(f"store <{lanes} x i8> {short}, ptr {code.at('i8', target, first, at)}, align 1")
    return code


def _unpack(kind: Registers) -> Product:
    """Write the codes of one group of a tile, (group / 4, 64 columns, 4) bytes."""
    code = PartsProduct("int4_unpack", kind, "ptr %codes", "i64 %tile", "i64 %group")
    stored = _stored(code)
    with code.loop("0", code.group, 4) as at:
        codes = (part for number in range(kind.passes) for part in _codes(code, stored, at, number))
        for register, part in enumerate(codes):
            code.do(f"store {code.bytes} {part}, ptr {_unpacked(code, at, register)}, align {4 * code.lanes}")
    return code


def _stored(code: Product) -> str:
    """Return the address of a group in a tile."""
    tile = code.at("i8", code.weights, code.times("%tile", code.times(code.K, COLUMNS // 2)))
    return code.at("i8", tile, code.times(code.times("%group", code.group), COLUMNS // 2))


def _codes(code: PartsProduct, stored: str, k: str, number: int) -> list[str]:
    """Return the codes of four k in the registers of a pass."""
    address = code.at("i8", stored, code.times(k, COLUMNS // 2))
    for distance in (SOON, SOON + 64) if number == 0 else ():
        code.prefetch(address, distance, cache=2)
    return code.codes(address, number)


def _unpacked(code: PartsProduct, k: str, register: int) -> str:
    """Return the address of a register of unpacked codes."""
    return code.at("i8", "%codes", code.times(k, COLUMNS), str(4 * code.lanes * register))


def _affine(kind: Registers) -> Product:
    """Write the scales of one group of a tile, and zero - 8 * scale: (2, 64) in the order of the registers of codes."""
    code = PartsProduct("int4_affine", kind, "ptr %affine", "i64 %tile", "i64 %group")
    integers, floats = code.integers, code.floats
    later = code.times(code.plus("%group", GROUPS_AHEAD), code.N)
    for quarter in range(4):
        code.prefetch(code.at("i32", code.scales, later, code.times("%tile", COLUMNS)), 64 * quarter)
    row = code.at("i32", code.scales, code.times("%group", code.N), code.times("%tile", COLUMNS))
    both = [code(f"load <32 x i32>, ptr {code.at('i32', row, str(32 * half))}, align 4") for half in range(2)]
    for register in range(COLUMNS // code.lanes):
        columns = kind.columns(register)
        lanes = code.pick("<32 x i32>", both[columns[0] // 32], [column % 32 for column in columns])
        scale = code(f"bitcast {integers} {code(f'shl {integers} {lanes}, splat (i32 16)')} to {floats}")
        zero = code(f"bitcast {integers} {code(f'and {integers} {lanes}, splat (i32 -65536)')} to {floats}")
        offset = code.math("fma", scale, "splat (float -8.0)", zero)
        for part, value in enumerate((scale, offset)):
            target = code.at("float", "%affine", str(COLUMNS * part + code.lanes * register))
            code.do(f"store {floats} {value}, ptr {target}, align {4 * code.lanes}")
    return code


def _row(kind: Registers, unpacked: bool) -> Product:
    """Add a group's products of one row to its totals, (64,) floats in the order of the registers of codes. The codes
    are those of `_unpack`, or the stored ones."""
    code = PartsProduct("int4_row" if unpacked else "int4_row_alone", kind, *ROW_PARAMETERS)
    scratch = _Scratch(code, "%row")
    first = code.times("%group", code.group)
    parts = [code.at("i8", part, first) for part in (scratch.coarse, scratch.fine)]
    stored = "" if unpacked else _stored(code)
    unit, total = (
        code.spread("float", code(f"load float, ptr {code.at('float', each, '%group')}"), code.lanes)
        for each in (scratch.units, scratch.sums)
    )
    for number in range(kind.passes):
        start = REGISTERS * number
        sums = [Sums(code) for _ in parts]
        with code.loop("0", code.group, BLOCK) as at:
            for k in range(0, BLOCK, 4):
                here = code.plus(at, k)
                if unpacked:
                    addresses = [_unpacked(code, here, start + n) for n in range(REGISTERS)]
                    codes = [code(f"load {code.bytes}, ptr {address}, align {4 * code.lanes}") for address in addresses]
                else:
                    codes = _codes(code, stored, here, number)
                for part, each in zip(parts, sums, strict=True):
                    each.add(codes, code.at("i8", part, here))
            for each in sums:
                each.widen()
        for n in range(REGISTERS):
            _add(code, [each.floats(n) for each in sums], start + n, unit, total)
    return code


def _add(code: PartsProduct, parts: list[str], register: int, unit: str, total: str) -> None:
    """Add the products of a group in a register to the row's totals."""
    coarse, fine = parts
    both = code(f"fmul {code.floats} {code.math('fma', fine, f'splat (float {_float(1 / FINE)})', coarse)}, {unit}")
    affine = (code.at("float", "%affine", str(COLUMNS * n + code.lanes * register)) for n in range(2))
    target = code.at("float", "%totals", str(code.lanes * register))
    addresses = (*affine, target)
    scale, offset, result = (code(f"load {code.floats}, ptr {each}, align {4 * code.lanes}") for each in addresses)
    result = code.math("fma", both, scale, code.math("fma", total, offset, result))
    code.do(f"store {code.floats} {result}, ptr {target}, align {4 * code.lanes}")


def _float(value: float) -> str:
    """Return a number of 32 bit as LLVM writes it."""
    return "0x" + struct.pack(">d", struct.unpack("f", struct.pack("f", value))[0]).hex().upper()


def _product(kind: Registers) -> Product:
    """All rows of x times the tiles of this thread."""
    code = PartsProduct("int4", kind)
    with code.groups_of_this_thread() as (row, group):
        code.do(f"call void @int4_split(ptr %args, i64 {row}, i64 {group})")
    code.do("call void @GOMP_barrier()")
    codes = code(f"alloca i8, i64 {code.times(code.group, COLUMNS)}, align 64")
    affine = code(f"alloca float, i64 {2 * COLUMNS}, align 64")
    totals = code(f"alloca float, i64 {ROWS_AT_ONCE * COLUMNS}, align 64")
    with code.tiles(COLUMNS) as tile, code.loop("0", code.M, ROWS_AT_ONCE) as start:
        end = code.least(code.plus(start, ROWS_AT_ONCE), code.M)
        with code.loop(start, end) as row:
            at = code.times(code(f"sub i64 {row}, {start}"), COLUMNS)
            code.do(f"store <{COLUMNS} x float> zeroinitializer, ptr {code.at('float', totals, at)}, align 32")
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


def _write(code: PartsProduct, totals: str, row: str, column: str) -> None:
    """Round the totals of a row, in the order of its columns, with the bias."""
    order = [column for register in range(COLUMNS // code.lanes) for column in code.kind.columns(register)]
    for start in range(0, COLUMNS, code.lanes):
        places = [order.index(each) for each in range(start, start + code.lanes)]
        first = min(places) // 16 * 16
        numbers = code(f"load <16 x float>, ptr {code.at('float', totals, str(first))}, align 32")
        numbers = code.pick("<16 x float>", numbers, [place - first for place in places])
        bias = code.load_bfloat16(code.at("i16", code.bias, column, str(start)), code.lanes)
        out = code.at("i16", code.out, code.times(row, code.N), column, str(start))
        code.store_bfloat16(code(f"fadd {code.floats} {numbers}, {bias}"), out, code.lanes)
