"""What a new position of some sequences needs between a layer's two products, as LLVM IR: rotary embeddings,
the KV cache, attention, and GELU or the gate of an MLP.

For processors that multiply bfloat16 with AVX-512. Keys and queries are multiplied in bfloat16 and added in 32 bit; all
else is computed in 32 bit, and rounded once. A row's result does not depend on the rows beside it. Heads of keys, and
then the columns of GELU, are divided among the threads.
"""

from __future__ import annotations

import math
import struct

from flashsloth.quantization.kernel_ir import FLOATS, Kernel, exported
from flashsloth.quantization.llvm_ir import Variable

ARGS = {
    "packed": "ptr",  # bfloat16 (B, H + 2*K, d) and (B, F), joined: queries, keys, values, and what GELU is applied to
    "out": "ptr",  # bfloat16 (B, H, d) and (B, F), joined
    "cos": "ptr",  # bfloat16 (B, 2, rotary/2), as packed_decoder.rotary_table
    "sin": "ptr",
    "lengths": "ptr",  # int64 (B,): positions in the cache before this one
    "keys": "ptr",  # bfloat16 (B, K, capacity, d), of the layer
    "values": "ptr",
    "query_norm": "ptr",  # bfloat16 (d,), the weight of the RMSNorm of each query's head, where there is one
    "key_norm": "ptr",
    "B": "i64",
    "H": "i64",  # heads of queries
    "K": "i64",  # heads of keys and values, of which each is read by H/K of queries
    "F": "i64",
    "cache_row": "i64",  # numbers from one row of the cache to the next
    "cache_head": "i64",  # from one head to the next
    "longest": "i64",  # the largest of `lengths`
    "eps": "float",  # of the norms; last, as LLVM would not align an i64 after it
}
GATE_ARGS = {
    "packed": "ptr",  # bfloat16 (B, 2, F): the gate, and what it is multiplied with
    "out": "ptr",  # bfloat16 (B, F)
    "B": "i64",
    "F": "i64",
}
NUMBERS = 16  # of a register
AHEAD = 2560  # bytes of the cache that are asked for ahead
LOG2_E, LN2 = math.log2(math.e), math.log(2)
EXP_TERMS = 8  # of its series for |x| <= ln(2) / 2, where the last is 5e-9
EXP_LIMITS = -87.0, 88.0  # its results are normal numbers of 32 bit
TANH_GELU = 2 * math.sqrt(2 / math.pi), 0.044715  # gelu(x) = x / (1 + exp(-a (x + b x^3)))


def step(head_dim: int, rotary: int, normed: bool = False) -> str:
    """Return the text of `run_step`. `head_dim` is a multiple of 16; `rotary` of its dimensions are rotated; `normed`
    queries and keys have a norm before."""
    parts = _head(head_dim, rotary, normed).text(), _key(head_dim, rotary, normed).text()
    return "\n".join([*parts, exported(_step(head_dim), "step")])


def gate() -> str:
    """Return the text of `run_gate`: SiLU of the gate times the rest. F is a multiple of 16."""
    code = Kernel("gate", GATE_ARGS)
    args = code.args
    columns = code(f"udiv i64 {args['F']}, {NUMBERS}")
    first, last = code.part_of_this_thread(code.times(args["B"], columns))
    with code.loop(first, last) as part:
        row, column = (code(f"{operation} i64 {part}, {columns}") for operation in ("udiv", "urem"))
        start, column = code.times(row, args["F"]), code.times(column, NUMBERS)
        source = code.at("i16", args["packed"], start, start, column)
        x, up = (code.load_bfloat16(address) for address in (source, code.at("i16", source, args["F"])))
        share = _one_and_exp(code, code(f"fneg {FLOATS} {x}"))
        result = code(f"fmul {FLOATS} {code(f'fdiv {FLOATS} {x}, {share}')}, {up}")
        code.store_bfloat16(result, code.at("i16", args["out"], start, column))
    return exported(code, "gate")


def _step(head_dim: int) -> Kernel:
    code = Kernel("step", ARGS)
    args = code.args
    scores = code(f"alloca float, i64 {code.plus(args['longest'], 2 * NUMBERS)}, align 64")
    first, last = code.part_of_this_thread(code.times(args["B"], args["K"]))
    with code.loop(first, last) as part:
        row, key = (code(f"{operation} i64 {part}, {args['K']}") for operation in ("udiv", "urem"))
        code.do(f"call void @step_key(ptr %args, ptr {scores}, i64 {row}, i64 {key})")
    columns, inputs = code.times(args["H"], head_dim), code.times(_heads(code), head_dim)
    first, last = code.part_of_this_thread(code(f"udiv i64 {args['F']}, {NUMBERS}"))
    with code.loop("0", args["B"]) as row, code.loop(first, last) as part:
        column = code.times(part, NUMBERS)
        width = code.plus(inputs, args["F"])
        source = code.at("i16", args["packed"], code.times(row, width), inputs, column)
        width = code.plus(columns, args["F"])
        target = code.at("i16", args["out"], code.times(row, width), columns, column)
        code.store_bfloat16(_gelu(code, code.load_bfloat16(source)), target)
    return code


def _heads(code: Kernel) -> str:
    """Return how many heads a row has: of queries, keys and values."""
    return code.plus(code.args["H"], code.times(code.args["K"], 2))


def _row(code: Kernel, head_dim: int) -> str:
    """Return the address of the packed numbers of %row."""
    width = code.plus(code.times(_heads(code), head_dim), code.args["F"])
    return code.at("i16", code.args["packed"], code.times("%row", width))


def _cached(code: Kernel, head_dim: int) -> tuple[str, str, str, str]:
    """Return the addresses of keys and values of %row and %key, the length of the row, and its end in both."""
    args = code.args
    cached = code.plus(code.times("%row", args["cache_row"]), code.times("%key", args["cache_head"]))
    keys, values = (code.at("i16", args[name], cached) for name in ("keys", "values"))
    length = code(f"load i64, ptr {code.at('i64', args['lengths'], '%row')}")
    return keys, values, length, code.times(length, head_dim)


def _key(head_dim: int, rotary: int, normed: bool) -> Kernel:
    """One head of keys of one row: append key and value to the cache, and attend with each query that reads them."""
    code = Kernel("step_key", ARGS, "ptr %scores", "i64 %row", "i64 %key")
    args, packed = code.args, _row(code, head_dim)
    new_key = code.at("i16", packed, code.times(code.plus(args["H"], "%key"), head_dim))
    new_value = code.at("i16", new_key, code.times(args["K"], head_dim))
    keys, values, _, end = _cached(code, head_dim)
    if normed:
        new_key = _normed(code, new_key, args["key_norm"], head_dim)
    _rotate(code, new_key, code.at("i16", keys, end), head_dim, rotary)
    _copy(code, new_value, code.at("i16", values, end), head_dim)
    group = code(f"udiv i64 {args['H']}, {args['K']}")
    with code.loop("0", group) as number:
        head = code.plus(code.times("%key", group), number)
        code.do(f"call void @step_head(ptr %args, ptr %scores, i64 %row, i64 {head}, i64 %key)")
    return code


def _normed(code: Kernel, source: str, weight: str, head_dim: int) -> str:
    """Return the address of a head after its RMSNorm, rounded."""
    places = [str(first) for first in range(0, head_dim, NUMBERS)]
    target, squares = code(f"alloca i16, i64 {head_dim}, align 64"), "zeroinitializer"
    parts = [code.load_bfloat16(code.at("i16", source, place)) for place in places]
    for part in parts:
        squares = code.fma(part, part, squares)
    mean = code(f"fdiv float {code.total(squares)}, {float(head_dim)}")
    variance = code(f"fadd float {mean}, {code.args['eps']}")
    deviation = code(f"call float @llvm.sqrt.f32(float {variance})")
    factor = code.spread("float", code(f"fdiv float 1.0, {deviation}"), NUMBERS)
    for part, place in zip(parts, places, strict=True):
        scaled = code(f"fmul {FLOATS} {part}, {factor}")
        scaled = code(f"fmul {FLOATS} {scaled}, {code.load_bfloat16(code.at('i16', weight, place))}")
        code.store_bfloat16(scaled, code.at("i16", target, place))
    return target


def _head(head_dim: int, rotary: int, normed: bool) -> Kernel:
    """One query of one row: rotate it, and attend to its keys."""
    code = Kernel("step_head", ARGS, "ptr %scores", "i64 %row", "i64 %head", "i64 %key")
    args, start = code.args, code.times("%head", head_dim)
    new_query = code.at("i16", _row(code, head_dim), start)
    if normed:
        new_query = _normed(code, new_query, args["query_norm"], head_dim)
    query = code(f"alloca i16, i64 {head_dim}, align 64")
    _rotate(code, new_query, query, head_dim, rotary)
    keys, values, length, _ = _cached(code, head_dim)
    highest = _scores(code, query, keys, length, head_dim)
    total = _exponentials(code, highest, length)
    contexts = [Variable(code, FLOATS) for _ in range(head_dim // NUMBERS)]
    for context in contexts:
        context.set("zeroinitializer")
    with code.loop("0", code.plus(length, 1)) as position:
        share = code.spread("float", code(f"load float, ptr {code.at('float', '%scores', position)}"), NUMBERS)
        value = code.at("i16", values, code.times(position, head_dim))
        for number, context in enumerate(contexts):
            if number % 2 == 0:
                code.prefetch(value, AHEAD + 64 * (number // 2))
            numbers = code.load_bfloat16(code.at("i16", value, str(NUMBERS * number)))
            context.set(code.fma(share, numbers, context.get()))
    width = code.plus(code.times(args["H"], head_dim), args["F"])
    out = code.at("i16", args["out"], code.times("%row", width), start)
    inverse = code.spread("float", code(f"fdiv float 1.0, {total}"), NUMBERS)
    for number, context in enumerate(contexts):
        result = code(f"fmul {FLOATS} {context.get()}, {inverse}")
        code.store_bfloat16(result, code.at("i16", out, str(NUMBERS * number)))
    return code


def _rotate(code: Kernel, source: str, target: str, head_dim: int, rotary: int) -> None:
    """Copy a query or a key of %row with rotary embeddings: (a, b) -> (a cos + b sin, b cos + a sin), with two of
    each."""
    half = rotary // 2
    angles = [code.at("i16", code.args[name], code.times("%row", rotary)) for name in ("cos", "sin")]
    floats = f"<{half} x float>"
    first, second = (code.load_bfloat16(code.at("i16", source, str(part * half)), half) for part in range(2))
    for part, (own, other) in enumerate(((first, second), (second, first))):
        cos, sin = (code.load_bfloat16(code.at("i16", angle, str(part * half)), half) for angle in angles)
        rotated = code(f"fmul contract {floats} {own}, {cos}")
        rotated = code(f"fadd contract {floats} {rotated}, {code(f'fmul contract {floats} {other}, {sin}')}")
        code.store_bfloat16(rotated, code.at("i16", target, str(part * half)), half)
    if rotary < head_dim:
        rest, address = code.at("i16", source, str(rotary)), code.at("i16", target, str(rotary))
        _copy(code, rest, address, head_dim - rotary)


def _scores(code: Kernel, query: str, keys: str, length: str, head_dim: int) -> str:
    """Write the products of the query with the keys at positions 0 to `length`, times 1/sqrt(d), to %scores in whole
    registers: in the last one, those of the last position are repeated. Return the largest."""
    chunks = [(first, min(2 * NUMBERS, head_dim - first)) for first in range(0, head_dim, 2 * NUMBERS)]
    queries = [_pairs(code, code.at("i16", query, str(first)), count) for first, count in chunks]
    highest = Variable(code, FLOATS)
    highest.set("splat (float 0xFFF0000000000000)")

    def block(position: str, last: str | None) -> None:
        products = []
        for number in range(NUMBERS):
            at = code.plus(position, number)
            if last is not None:
                at = code(f"select i1 {code(f'icmp slt i64 {at}, {last}')}, i64 {at}, i64 {last}")
            key = code.at("i16", keys, code.times(at, head_dim))
            sums = "zeroinitializer"
            for numbers, (first, count) in zip(queries, chunks, strict=True):
                if last is None:
                    code.prefetch(key, AHEAD + 2 * first)
                sums = code.add_pairs(sums, numbers, _pairs(code, code.at("i16", key, str(first)), count))
            products.append(sums)
        scores = code(f"fmul {FLOATS} {_totals(code, products)}, {_splat(1 / math.sqrt(head_dim))}")
        code.do(f"store {FLOATS} {scores}, ptr {code.at('float', '%scores', position)}, align 64")
        larger = code(f"fcmp ogt {FLOATS} {highest.get()}, {scores}")  # false for NaN, which stays
        highest.set(code(f"select <{NUMBERS} x i1> {larger}, {FLOATS} {highest.get()}, {FLOATS} {scores}"))

    whole = code(f"and i64 {code.plus(length, 1)}, -{NUMBERS}")
    with code.loop("0", whole, NUMBERS) as position:
        block(position, None)
    with code.only_if(f"icmp sle i64 {whole}, {length}"):
        block(whole, length)
    return code(f"call float @llvm.vector.reduce.fmax.v16f32({FLOATS} {highest.get()})")


def _exponentials(code: Kernel, highest: str, length: str) -> str:
    """Replace the scores by exp(score - highest) and return their sum."""
    order = f"<{', '.join(f'i64 {number}' for number in range(NUMBERS))}>"
    vector = f"<{NUMBERS} x i64>"
    sums = Variable(code, FLOATS)
    sums.set("zeroinitializer")
    subtracted, end = code.spread("float", highest, NUMBERS), code.spread("i64", length, NUMBERS)
    with code.loop("0", code.plus(length, 1), NUMBERS) as position:
        address = code.at("float", "%scores", position)
        scores = code(f"load {FLOATS}, ptr {address}, align 64")
        shares = _exp(code, code(f"fsub {FLOATS} {scores}, {subtracted}"))
        code.do(f"store {FLOATS} {shares}, ptr {address}, align 64")
        positions = code(f"add {vector} {code.spread('i64', position, NUMBERS)}, {order}")
        seen = code(f"icmp sle {vector} {positions}, {end}")
        seen_shares = code(f"select <{NUMBERS} x i1> {seen}, {FLOATS} {shares}, {FLOATS} zeroinitializer")
        sums.set(code(f"fadd {FLOATS} {sums.get()}, {seen_shares}"))
    return code.total(sums.get())


def _exp(code: Kernel, x: str) -> str:
    """Return exp(x) = 2^n exp(x - n ln 2), x - n ln 2 between -ln(2)/2 and ln(2)/2; NaN for NaN."""
    for comparison, limit in zip(("olt", "ogt"), EXP_LIMITS, strict=True):
        beyond = code(f"fcmp {comparison} {FLOATS} {x}, {_splat(limit)}")
        x = code(f"select <{NUMBERS} x i1> {beyond}, {FLOATS} {_splat(limit)}, {FLOATS} {x}")
    scaled = code(f"fmul {FLOATS} {x}, {_splat(LOG2_E)}")
    n = code(f"call {FLOATS} @llvm.rint.v16f32({FLOATS} {scaled})")
    high = math.ldexp(round(math.ldexp(LN2, 12)), -12)  # its products with n are exact
    for part in (high, LN2 - high):
        x = code.fma(n, _splat(-part), x)
    series = _splat(1 / math.factorial(EXP_TERMS - 1))
    for power in reversed(range(EXP_TERMS - 1)):
        series = code.fma(series, x, _splat(1 / math.factorial(power)))
    integers = f"<{NUMBERS} x i32>"
    exponent = code(
        f"add {integers} {code(f'call {integers} @llvm.fptosi.sat.v16i32.v16f32({FLOATS} {n})')}, splat (i32 127)"
    )
    power_of_2 = code(f"bitcast {integers} {code(f'shl {integers} {exponent}, splat (i32 23)')} to {FLOATS}")
    return code(f"fmul {FLOATS} {series}, {power_of_2}")


def _gelu(code: Kernel, x: str) -> str:
    """Return GELU in its tanh form, x (1 + tanh(y)) / 2 = x / (1 + exp(-2 y))."""
    scale, cubic = TANH_GELU
    square = code(f"fmul {FLOATS} {x}, {x}")
    factor = code.fma(square, _splat(-scale * cubic), _splat(-scale))
    return code(f"fdiv {FLOATS} {x}, {_one_and_exp(code, code(f'fmul {FLOATS} {x}, {factor}'))}")


def _one_and_exp(code: Kernel, x: str) -> str:
    """Return 1 + exp(x)."""
    return code(f"fadd {FLOATS} {_exp(code, x)}, splat (float 1.0)")


def _totals(code: Kernel, registers: list[str]) -> str:
    """Return a register with the sum of each of 16 registers."""
    evens, odds = (range(first, 2 * NUMBERS, 2) for first in range(2))
    while len(registers) > 1:
        pairs = zip(registers[::2], registers[1::2], strict=True)
        registers = [
            code(f"fadd {FLOATS} {code.pick_two(FLOATS, *pair, evens)}, {code.pick_two(FLOATS, *pair, odds)}")
            for pair in pairs
        ]
    return registers[0]


def _pairs(code: Kernel, address: str, count: int) -> str:
    """Return 16 or 32 bfloat16 numbers as a register, with zeros after them."""
    vector = f"<{count} x i16>"
    numbers = code(f"load {vector}, ptr {address}, align 2")
    if count == 2 * NUMBERS:
        return numbers
    mask = ", ".join(f"i32 {min(number, count)}" for number in range(2 * NUMBERS))
    return code(f"shufflevector {vector} {numbers}, {vector} zeroinitializer, <{2 * NUMBERS} x i32> <{mask}>")


def _copy(code: Kernel, source: str, target: str, count: int) -> None:
    """Copy 16-bit numbers."""
    numbers = code(f"load <{count} x i16>, ptr {source}, align 2")
    code.do(f"store <{count} x i16> {numbers}, ptr {target}, align 2")


def _splat(number: float) -> str:
    """Return a register of a number, as 32 bit can hold it."""
    rounded = struct.unpack("f", struct.pack("f", number))[0]
    return f"splat (float 0x{struct.pack('>d', rounded).hex().upper()})"
