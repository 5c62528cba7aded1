"""A step of a parallel block, or of half of another, in one call of all threads, as LLVM IR: the norm, the first
product, what is between the products (step_ir.py), the second product, the sum. Threads wait for each other four times,
and Python not at all.
"""

from __future__ import annotations

from flashsloth.quantization.kernel_ir import FLOATS, Kernel, exported
from flashsloth.quantization.llvm_ir import Variable

ARGS = {
    "x": "ptr",  # bfloat16 (B, D)
    "normed": "ptr",  # bfloat16 (B, D), for the first product
    "product": "ptr",  # bfloat16 (B, D), of the second product
    "y": "ptr",  # bfloat16 (B, D): x + product
    "weight": "ptr",  # bfloat16 (D,), of the norm
    "bias": "ptr",  # of LayerNorm
    "B": "i64",
    "D": "i64",
    "eps": "float",
    "inner": "ptr",  # kernels, and what they are called with
    "inner_args": "ptr",
    "between": "ptr",
    "between_args": "ptr",
    "outer": "ptr",
    "outer_args": "ptr",
}
NUMBERS = 16  # of a register; D is a multiple


def layer(rms: bool = False) -> str:
    """Return the text of `run_layer`, with RMSNorm or LayerNorm."""
    code = Kernel("layer", ARGS)
    args = code.args
    first, last = code.part_of_this_thread(args["B"])
    with code.loop(first, last) as row:
        _norm(code, code.times(row, args["D"]), rms)
    for part in ("inner", "between", "outer"):
        code.do("call void @GOMP_barrier()")
        code.do(f"call void {args[part]}(ptr {args[f'{part}_args']})")
    code.do("call void @GOMP_barrier()")
    first, last = code.part_of_this_thread(code(f"udiv i64 {code.times(args['B'], args['D'])}, {NUMBERS}"))
    with code.loop(first, last) as part:
        at = code.times(part, NUMBERS)
        x, product = (code.load_bfloat16(code.at("i16", args[name], at)) for name in ("x", "product"))
        code.store_bfloat16(code(f"fadd {FLOATS} {x}, {product}"), code.at("i16", args["y"], at))
    return exported(code, "layer")


def _norm(code: Kernel, start: str, rms: bool) -> None:
    """The norm of one row. LayerNorm: the mean, the mean of squared differences, the result; RMSNorm has 0 as the
    mean."""
    args = code.args
    x = code.at("i16", args["x"], start)
    count = code(f"uitofp i64 {args['D']} to float")

    def mean(subtracted: str, *, squared: bool) -> str:
        total = Variable(code, FLOATS)
        total.set("zeroinitializer")
        with code.loop("0", args["D"], NUMBERS) as at:
            numbers = code(f"fsub {FLOATS} {code.load_bfloat16(code.at('i16', x, at))}, {subtracted}")
            if squared:
                numbers = code(f"fmul {FLOATS} {numbers}, {numbers}")
            total.set(code(f"fadd {FLOATS} {total.get()}, {numbers}"))
        return code(f"fdiv float {code.total(total.get())}, {count}")

    zero = "zeroinitializer"
    middle = zero if rms else code.spread("float", mean(zero, squared=False), NUMBERS)
    variance = code(f"fadd float {mean(middle, squared=True)}, {args['eps']}")
    deviation = code(f"call float @llvm.sqrt.f32(float {variance})")
    factor = code.spread("float", code(f"fdiv float 1.0, {deviation}"), NUMBERS)
    with code.loop("0", args["D"], NUMBERS) as at:
        numbers = code(f"fsub {FLOATS} {code.load_bfloat16(code.at('i16', x, at))}, {middle}")
        numbers = code(f"fmul {FLOATS} {numbers}, {factor}")
        weight = code.load_bfloat16(code.at("i16", args["weight"], at))
        bias = zero if rms else code.load_bfloat16(code.at("i16", args["bias"], at))
        code.store_bfloat16(code.fma(numbers, weight, bias), code.at("i16", args["normed"], start, at))
