"""What the compiled kernels share, as LLVM IR: their arguments, the threads, operations on a register.

Each is a function of a struct of arguments that every thread of torch's OpenMP calls for its part of the result, and
`run_NAME(arguments, number of threads)`, which calls it in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from flashsloth.quantization.llvm_ir import Function

FLOATS, PAIRS, WORDS = "<16 x float>", "<32 x bfloat>", "<32 x i16>"  # a register

HEAD = """
declare void @GOMP_parallel(ptr, ptr, i32, i32)
declare void @GOMP_barrier()
declare i32 @omp_get_thread_num()
declare i32 @omp_get_num_threads()
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
"""
AVX512_HEAD = """
declare <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512(<16 x float>, <32 x bfloat>, <32 x bfloat>)
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
declare float @llvm.sqrt.f32(float)
declare <16 x float> @llvm.rint.v16f32(<16 x float>)
declare <16 x i32> @llvm.fptosi.sat.v16i32.v16f32(<16 x float>)
declare float @llvm.vector.reduce.fadd.v16f32(float, <16 x float>)
declare float @llvm.vector.reduce.fmax.v16f32(<16 x float>)
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
        rounded = self(f"fptrunc <{count} x float> {floats} to <{count} x bfloat>")
        self.do(f"store <{count} x bfloat> {rounded}, ptr {address}, align 2")

    def fma(self, left: str, right: str, more: str) -> str:
        arguments = ", ".join(f"{FLOATS} {value}" for value in (left, right, more))
        return self(f"call {FLOATS} @llvm.fma.v16f32({arguments})")

    def add_pairs(self, sums: str, left: str, right: str) -> str:
        """Return sums + the products of pairs of bfloat16."""
        arguments = f"{FLOATS} {sums}, {PAIRS} {left}, {PAIRS} {right}"
        return self(f"call {FLOATS} @llvm.x86.avx512bf16.dpbf16ps.512({arguments})")

    def prefetch(self, address: str, distance: int) -> None:
        """Prefetch the memory at `distance` bytes after an address."""
        self.do(f"call void @llvm.prefetch.p0(ptr {self.at('i8', address, str(distance))}, i32 0, i32 3, i32 1)")

    def total(self, sums: str) -> str:
        """Return the sum of a register's numbers."""
        return self(f"call reassoc float @llvm.vector.reduce.fadd.v16f32(float 0.0, {FLOATS} {sums})")


def exported(kernel: Kernel, name: str) -> str:
    """Return the text of a kernel, and of `run_NAME`, which calls it in all threads."""
    return kernel.text().replace("define internal", "define", 1) + _RUN.replace("NAME", name)
