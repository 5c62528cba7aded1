"""What the compiled products share, as LLVM IR: their arguments, and the rows left over.

A thread computes some columns of the result, the rows of x in blocks. Threads take tiles of columns one after another,
so that a slow one (of a processor with two kinds of cores, or one that has other work) computes fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flashsloth.quantization.kernel_ir import Kernel

POINTERS = ("weights", "scales", "bias", "x", "out", "scratch")
SIZES = ("M", "K", "N", "group", "groups")  # group: numbers in a group; groups: of a row
TAKEN = "taken"  # how many tiles threads have taken, at first 0
ARGS = dict.fromkeys(POINTERS, "ptr") | dict.fromkeys((*SIZES, TAKEN), "i64")  # the fields of a struct

AHEAD = 4096  # bytes of a weight that are asked for ahead: the processor itself stops at the end of a page


class Product(Kernel):
    """A function of the arguments of a product."""

    def __init__(self, name: str, *parameters: str) -> None:
        super().__init__(name, ARGS, *parameters)
        self.weights, self.scales, self.bias, self.x, self.out, self.scratch = (self.args[name] for name in POINTERS)
        self.M, self.K, self.N, self.group, self.groups = (self.args[name] for name in SIZES)

    @contextmanager
    def groups_of_this_thread(self) -> Iterator[tuple[str, str]]:
        """Repeat the block for the groups of all rows that this thread computes, and yield row and group."""
        first, last = self.part_of_this_thread(self.times(self.M, self.groups))
        with self.loop(first, last) as part:
            yield self(f"udiv i64 {part}, {self.groups}"), self(f"urem i64 {part}, {self.groups}")

    @contextmanager
    def tiles(self, columns: int) -> Iterator[str]:
        """Repeat the block for the tiles of so many columns that this thread takes, and yield the number."""
        count = self(f"udiv i64 {self.plus(self.N, columns - 1)}, {columns}")
        taken, label = self.at("i64", "%args", str(list(ARGS).index(TAKEN))), self.new("tile")
        self.do(f"br label %{label}")
        self.lines.append(f"{label}:")
        tile = self(f"atomicrmw add ptr {taken}, i64 1 monotonic")
        more = self(f"icmp slt i64 {tile}, {count}")
        self.do(f"br i1 {more}, label %{label}.body, label %{label}.end")
        self.lines.append(f"{label}.body:")
        yield tile
        self.do(f"br label %{label}")
        self.lines.append(f"{label}.end:")

    def blocks(self, rows_at_once: int, block: Callable[[int, str], str]) -> None:
        """Call a function for all rows: `block(rows, first row)` returns the call."""
        whole = self.times(self(f"udiv i64 {self.M}, {rows_at_once}"), rows_at_once)
        rest = self(f"sub i64 {self.M}, {whole}")
        with self.loop("0", whole, rows_at_once) as row:
            self.do(block(rows_at_once, row))
        for rows in range(1, rows_at_once):
            with self.only_if(f"icmp eq i64 {rest}, {rows}"):
                self.do(block(rows, whole))
