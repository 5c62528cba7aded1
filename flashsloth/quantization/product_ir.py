"""What the compiled products share, in LLVM's text form: their job, the threads, the rows left over.

Each is a function `run_NAME(pointer to a job, number of threads)`, called by every thread of torch's OpenMP. A thread
computes some columns of the result, the rows of x in blocks.
"""

from __future__ import annotations

from collections.abc import Callable

from flashsloth.quantization.llvm_ir import Function

FLOATS, PAIRS, WORDS = "<16 x float>", "<32 x bfloat>", "<32 x i16>"  # a register
POINTERS, SIZES = ("weights", "scales", "x", "out"), ("M", "K", "N", "group", "groups")  # in a group, in a row
JOB = dict.fromkeys(POINTERS, "ptr") | dict.fromkeys(SIZES, "i64")  # the fields of a struct

AHEAD = 4096  # bytes of a weight that are asked for ahead: the processor itself stops at the end of a page

HEAD = """
declare void @GOMP_parallel(ptr, ptr, i32, i32)
declare i32 @omp_get_thread_num()
declare i32 @omp_get_num_threads()
declare <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512(<16 x float>, <32 x bfloat>, <32 x bfloat>)
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
declare float @llvm.vector.reduce.fadd.v16f32(float, <16 x float>)
"""

_RUN = """
define void @run_NAME(ptr %job, i32 %threads) {
  call void @GOMP_parallel(ptr @NAME, ptr %job, i32 %threads, i32 0)
  ret void
}
"""


class Kernel(Function):
    """A function of a job."""

    def __init__(self, name: str, *parameters: str) -> None:
        super().__init__(name, ("ptr %job", *parameters))
        fields = self.fields(list(JOB.values()), "%job")
        self.weights, self.scales, self.x, self.out, self.M, self.K, self.N, self.group, self.groups = fields

    def part_of_this_thread(self, columns: int) -> tuple[str, str]:
        """Divide N into parts of `columns`; return the first part of this thread, and the one after its last."""
        thread, threads = (
            self(f"sext i32 {self(f'call i32 @omp_get_{name}()')} to i64") for name in ("thread_num", "num_threads")
        )
        parts = self(f"udiv i64 {self.N}, {columns}")
        ends = (thread, self(f"add i64 {thread}, 1"))
        first, last = (self(f"udiv i64 {self.times(parts, end)}, {threads}") for end in ends)
        return first, last

    def fma(self, left: str, right: str, more: str) -> str:
        arguments = ", ".join(f"{FLOATS} {value}" for value in (left, right, more))
        return self(f"call {FLOATS} @llvm.fma.v16f32({arguments})")

    def add_pairs(self, sums: str, left: str, right: str) -> str:
        """Return sums + the products of pairs of bfloat16."""
        arguments = f"{FLOATS} {sums}, {PAIRS} {left}, {PAIRS} {right}"
        return self(f"call {FLOATS} @llvm.x86.avx512bf16.dpbf16ps.512({arguments})")

    def prefetch(self, place: str, distance: int) -> None:
        """Ask for the memory that is so many bytes behind a place."""
        self.do(f"call void @llvm.prefetch.p0(ptr {self.at('i8', place, str(distance))}, i32 0, i32 3, i32 1)")

    def total(self, sums: str) -> str:
        """Return the sum of a register's numbers."""
        return self(f"call reassoc float @llvm.vector.reduce.fadd.v16f32(float 0.0, {FLOATS} {sums})")

    def blocks(self, rows_at_once: int, block: Callable[[int, str], str]) -> None:
        """Call a function for all rows: `block(rows, first row)` returns the call."""
        whole = self.times(self(f"udiv i64 {self.M}, {rows_at_once}"), rows_at_once)
        rest = self(f"sub i64 {self.M}, {whole}")
        with self.loop("0", whole, rows_at_once) as row:
            self.do(block(rows_at_once, row))
        for rows in range(1, rows_at_once):
            with self.only_if(f"icmp eq i64 {rest}, {rows}"):
                self.do(block(rows, whole))


def exported(kernel: Kernel, name: str) -> str:
    """Return the text of a kernel, and of `run_NAME`, which calls it in all threads."""
    return kernel.text() + _RUN.replace("NAME", name)
