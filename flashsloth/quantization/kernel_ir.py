"""What the compiled kernels share, as LLVM IR: their arguments, the threads, operations on a register.

Each is a function of a struct of arguments that every thread of torch's OpenMP calls for its part of the result, and
`run_NAME(arguments, number of threads)`, which calls it in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flashsloth.quantization.llvm_ir import Function

FLOATS, WORDS = "<16 x float>", "<32 x i16>"  # a register; numbers of bfloat16 are held as words

THREADS = "GOMP_parallel", "GOMP_barrier", "omp_get_thread_num", "omp_get_num_threads"  # functions of OpenMP's library
HEAD = """
declare void @GOMP_parallel(ptr, ptr, i32, i32)
declare void @GOMP_barrier()
declare i32 @omp_get_thread_num()
declare i32 @omp_get_num_threads()
"""

# What some processors have an instruction for: sums + the products of pairs of bfloat16, and rounding to it. By hand,
# a number of bfloat16 is the upper half of one of 32 bit; it is rounded half to even, and NaN stays NaN.
_ADD_PAIRS_BF16 = """
define internal <16 x float> @add_pairs(<16 x float> %sums, <32 x i16> %left, <32 x i16> %right) alwaysinline {
  %l = bitcast <32 x i16> %left to <32 x bfloat>
  %r = bitcast <32 x i16> %right to <32 x bfloat>
  %more = call <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512(
    <16 x float> %sums, <32 x bfloat> %l, <32 x bfloat> %r)
  ret <16 x float> %more
}
"""
_ADD_PAIRS = """
define internal <16 x float> @add_pairs(<16 x float> %sums, <32 x i16> %left, <32 x i16> %right) alwaysinline {
  %l = bitcast <32 x i16> %left to <16 x i32>
  %r = bitcast <32 x i16> %right to <16 x i32>
  %l.even = shl <16 x i32> %l, splat (i32 16)
  %r.even = shl <16 x i32> %r, splat (i32 16)
  %l.odd = and <16 x i32> %l, splat (i32 -65536)
  %r.odd = and <16 x i32> %r, splat (i32 -65536)
  %a = bitcast <16 x i32> %l.even to <16 x float>
  %b = bitcast <16 x i32> %r.even to <16 x float>
  %c = bitcast <16 x i32> %l.odd to <16 x float>
  %d = bitcast <16 x i32> %r.odd to <16 x float>
  %evens = call <16 x float> @llvm.fma.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %sums)
  %all = call <16 x float> @llvm.fma.v16f32(<16 x float> %c, <16 x float> %d, <16 x float> %evens)
  ret <16 x float> %all
}
"""
# What x86 and Arm have different instructions for. COUNT is the number of sums in 32 bit, PAIRS twice, BYTES four times
# as many. `byte_pairs` and `word_pairs` add two neighbouring products, `dot` adds four to each sum. On x86 the bytes on
# the left have no sign; on Arm both have one. LLVM finds Arm's instructions for `_PAIRS` itself.
_DOT_X86 = """
declare <COUNT x i32> @llvm.x86.avx512.vpdpbusd.BITS(<COUNT x i32>, <COUNT x i32>, <COUNT x i32>)
define internal <COUNT x i32> @dot_COUNT(<COUNT x i32> %sums, <BYTES x i8> %left, <BYTES x i8> %right) alwaysinline {
  %l = bitcast <BYTES x i8> %left to <COUNT x i32>
  %r = bitcast <BYTES x i8> %right to <COUNT x i32>
  %all = call <COUNT x i32> @llvm.x86.avx512.vpdpbusd.BITS(<COUNT x i32> %sums, <COUNT x i32> %l, <COUNT x i32> %r)
  ret <COUNT x i32> %all
}
"""
_DOT_ARM = """
define internal <COUNT x i32> @dot_COUNT(<COUNT x i32> %sums, <BYTES x i8> %left, <BYTES x i8> %right) alwaysinline {
  %all = call <COUNT x i32> @llvm.aarch64.neon.sdot.vCOUNTi32.vBYTESi8(
    <COUNT x i32> %sums, <BYTES x i8> %left, <BYTES x i8> %right)
  ret <COUNT x i32> %all
}
"""
_BYTE_PAIRS_X86 = """
define internal <PAIRS x i16> @byte_pairs_COUNT(<BYTES x i8> %left, <BYTES x i8> %right) alwaysinline {
  %all = call <PAIRS x i16> @llvm.x86.avx2.pmadd.ub.sw(<BYTES x i8> %left, <BYTES x i8> %right)
  ret <PAIRS x i16> %all
}
"""
_WORD_PAIRS_X86 = """
define internal <COUNT x i32> @word_pairs_COUNT(<PAIRS x i16> %left, <PAIRS x i16> %right) alwaysinline {
  %all = call <COUNT x i32> @llvm.x86.avx2.pmadd.wd(<PAIRS x i16> %left, <PAIRS x i16> %right)
  ret <COUNT x i32> %all
}
"""
_PAIRS = """
define internal RESULT @NAME_COUNT(SOURCE %left, SOURCE %right) alwaysinline {
  %l.even = shufflevector SOURCE %left, SOURCE poison, EVEN
  %l.odd = shufflevector SOURCE %left, SOURCE poison, ODD
  %r.even = shufflevector SOURCE %right, SOURCE poison, EVEN
  %r.odd = shufflevector SOURCE %right, SOURCE poison, ODD
  %a = sext HALF %l.even to RESULT
  %b = sext HALF %r.even to RESULT
  %c = sext HALF %l.odd to RESULT
  %d = sext HALF %r.odd to RESULT
  %evens = mul RESULT %a, %b
  %odds = mul RESULT %c, %d
  %all = add RESULT %evens, %odds
  ret RESULT %all
}
"""
_ROUNDED_BF16 = """
define internal <COUNT x i16> @rounded_COUNT(<COUNT x float> %numbers) alwaysinline {
  %short = fptrunc <COUNT x float> %numbers to <COUNT x bfloat>
  %bits = bitcast <COUNT x bfloat> %short to <COUNT x i16>
  ret <COUNT x i16> %bits
}
"""
_ROUNDED = """
define internal <COUNT x i16> @rounded_COUNT(<COUNT x float> %numbers) alwaysinline {
  %bits = bitcast <COUNT x float> %numbers to <COUNT x i32>
  %half = lshr <COUNT x i32> %bits, splat (i32 16)
  %odd = and <COUNT x i32> %half, splat (i32 1)
  %more = add <COUNT x i32> %bits, splat (i32 32767)
  %nearest = add <COUNT x i32> %more, %odd
  %broken = fcmp uno <COUNT x float> %numbers, %numbers
  %all = select <COUNT x i1> %broken, <COUNT x i32> splat (i32 2143289344), <COUNT x i32> %nearest
  %upper = lshr <COUNT x i32> %all, splat (i32 16)
  %short = trunc <COUNT x i32> %upper to <COUNT x i16>
  ret <COUNT x i16> %short
}
"""
_RUN = """
define void @run_NAME(ptr %args, i32 %threads) {
  call void @GOMP_parallel(ptr @NAME, ptr %args, i32 %threads, i32 0)
  ret void
}
"""


class Kernel(Function):
    """A function of a struct of arguments, named fields of the types `ptr`, `i64` and `float`."""

    def __init__(self, name: str, args: Mapping[str, str], *parameters: str) -> None:
        super().__init__(name, ("ptr %args", *parameters))
        self.args = dict(zip(args, self.fields(list(args.values()), "%args"), strict=True))

    def part_of_this_thread(self, parts: str) -> tuple[str, str]:
        """Return the first of so many parts that this thread computes, and the one after its last."""
        thread, threads = (
            self(f"sext i32 {self(f'call i32 @omp_get_{name}()')} to i64") for name in ("thread_num", "num_threads")
        )
        ends = (thread, self(f"add i64 {thread}, 1"))
        first, last = (self(f"udiv i64 {self.times(parts, end)}, {threads}") for end in ends)
        return first, last

    def load_bfloat16(self, address: str, count: int = 16) -> str:
        """Return so many numbers in 32 bit."""
        numbers = self(f"load <{count} x bfloat>, ptr {address}, align 2")
        return self(f"fpext <{count} x bfloat> {numbers} to <{count} x float>")

    def store_bfloat16(self, floats: str, address: str, count: int = 16) -> None:
        """Round numbers of 32 bit and store them."""
        rounded = self(f"call <{count} x i16> @rounded_{count}(<{count} x float> {floats})")
        self.do(f"store <{count} x i16> {rounded}, ptr {address}, align 2")

    def fma(self, left: str, right: str, more: str) -> str:
        arguments = ", ".join(f"{FLOATS} {value}" for value in (left, right, more))
        return self(f"call {FLOATS} @llvm.fma.v16f32({arguments})")

    def add_pairs(self, sums: str, left: str, right: str) -> str:
        """Return sums + the products of pairs of bfloat16."""
        arguments = f"{FLOATS} {sums}, {WORDS} {left}, {WORDS} {right}"
        return self(f"call {FLOATS} @add_pairs({arguments})")

    def prefetch(self, address: str, distance: int, cache: int = 1) -> None:
        """Prefetch the memory at `distance` bytes after an address, into the first cache or the second."""
        place = self.at("i8", address, str(distance))
        self.do(f"call void @llvm.prefetch.p0(ptr {place}, i32 0, i32 {4 - cache}, i32 1)")

    def total(self, sums: str) -> str:
        """Return the sum of a register's numbers."""
        return self(f"call reassoc float @llvm.vector.reduce.fadd.v16f32(float 0.0, {FLOATS} {sums})")


def module(text: str, instructions: str) -> str:
    """Return the text of kernels with what they call, for a compiler.InstructionSet."""
    bfloat16, arm = instructions == "avx512_bf16", instructions.startswith("neon")
    definitions = {
        "rounded": _ROUNDED_BF16 if bfloat16 else _ROUNDED,
        "dot": _DOT_ARM if arm else _DOT_X86,
        "byte_pairs": _PAIRS if arm else _BYTE_PAIRS_X86,
        "word_pairs": _PAIRS if arm else _WORD_PAIRS_X86,
    }
    called = [part for name, definition in definitions.items() for part in _of_sizes(definition, name, text)]
    return "".join([HEAD, _ADD_PAIRS_BF16 if bfloat16 else _ADD_PAIRS, *called, text])


def _of_sizes(definition: str, name: str, text: str) -> list[str]:
    """Return a function for each of the sizes of registers, in numbers, with which a text calls it."""
    counts = sorted({int(count) for count in re.findall(rf"@{name}_(\d+)\(", text)})
    return [_of_size(definition, name, count) for count in counts]


def _of_size(definition: str, name: str, count: int) -> str:
    sums, words, numbers = (count, "i32"), (2 * count, "i16"), (4 * count, "i8")
    result, source = (words, numbers) if name == "byte_pairs" else (sums, words)
    places = {
        "RESULT": f"<{result[0]} x {result[1]}>",
        "SOURCE": f"<{source[0]} x {source[1]}>",
        "HALF": f"<{result[0]} x {source[1]}>",
        "NAME": name,
        "BYTES": str(4 * count),
        "PAIRS": str(2 * count),
        "BITS": str(32 * count),
        "COUNT": str(count),
    }
    for first, place in enumerate(("EVEN", "ODD")):
        elements = ", ".join(f"i32 {element}" for element in range(first, source[0], 2))
        places[place] = f"<{result[0]} x i32> <{elements}>"
    for place, value in places.items():
        definition = definition.replace(place, value)
    return definition


def exported(kernel: Kernel, name: str) -> str:
    """Return the text of a kernel, and of `run_NAME`, which calls it in all threads."""
    return kernel.text().replace("define internal", "define", 1) + _RUN.replace("NAME", name)
