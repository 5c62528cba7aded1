"""What an instruction set changes in the int4 product (int4_parts_ir.py): registers, and the products of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flashsloth.quantization.llvm_ir import Variable
from flashsloth.quantization.product_ir import Product

COLUMNS = 64  # of the result: the rows of a tile
REGISTERS = 4  # of codes at once: with two parts of inputs, eight sums


@dataclass(frozen=True, slots=True)
class Registers:
    """Registers of `lanes` numbers of 32 bit. With `dot` the processor adds four products of bytes to each lane;
    without, two to one of 16 bit."""

    lanes: int
    dot: bool

    @property
    def passes(self) -> int:
        """How often a row goes over a group, for REGISTERS registers of codes each time."""
        return COLUMNS // (self.lanes * REGISTERS)

    def columns(self, register: int) -> list[int]:
        """Return which columns of a tile the lanes of a register of codes have."""
        number, upper = register // REGISTERS * 2 + register % 2, register % REGISTERS // 2
        if self.lanes == 8:
            return [32 * upper + 16 * part + 4 * number + column for part in range(2) for column in range(4)]
        return [32 * upper + self.lanes * number + column for column in range(self.lanes)]


REGISTERS_OF = {
    "avx512_vnni": Registers(16, dot=True),
    "avx_vnni": Registers(8, dot=True),
    "avx2": Registers(8, dot=False),
    "neon_dot": Registers(4, dot=True),
    "neon": Registers(4, dot=False),
}


class PartsProduct(Product):
    """A function of the product for some kind of registers."""

    def __init__(self, name: str, kind: Registers, *parameters: str) -> None:
        super().__init__(name, *parameters)
        lanes = kind.lanes
        self.kind, self.lanes = kind, lanes
        self.floats, self.integers = f"<{lanes} x float>", f"<{lanes} x i32>"
        self.words, self.bytes = f"<{2 * lanes} x i16>", f"<{4 * lanes} x i8>"

    def math(self, name: str, *values: str) -> str:
        """Return LLVM's function of registers of floats."""
        arguments = ", ".join(f"{self.floats} {value}" for value in values)
        return self(f"call {self.floats} @llvm.{name}.v{self.lanes}f32({arguments})")

    def codes(self, address: str, number: int) -> list[str]:
        """Return the codes of four k in the registers of a pass, those of a column side by side."""
        width = 32 if self.lanes == 8 else 2 * self.lanes  # bytes of a k, each with two columns
        row = f"<{width} x i8>"
        starts = [32 * k + (0 if self.lanes == 8 else width * number) for k in range(4)]
        rows = [self(f"load {row}, ptr {self.at('i8', address, str(start))}, align 1") for start in starts]
        if self.lanes != 8:
            first, second = (self.pick_two(row, rows[n], rows[n + 1], _turns(0, width, width, 1)) for n in (0, 2))
            turns = [_turns(width * half, width, 2 * width, 2) for half in range(2)]
            quads = [self.pick_two(self.bytes, first, second, each) for each in turns]
        else:  # shuffles that cross 16 bytes would cost more
            pairs = [self._within_lanes(rows[n], rows[n + 1], number, 1) for n in (0, 2)]
            quads = [self._within_lanes(pairs[0], pairs[1], half, 2) for half in range(2)]
        wide = [self(f"bitcast {self.bytes} {quad} to {self.words}") for quad in quads]
        wide = [self(f"lshr {self.words} {each}, splat (i16 4)") for each in wide]
        quads += [self(f"bitcast {self.words} {each} to {self.bytes}") for each in wide]
        return [self(f"and {self.bytes} {quad}, splat (i8 15)") for quad in quads]

    def _within_lanes(self, left: str, right: str, half: int, size: int) -> str:
        """Return the first or second halves of each 16 bytes of two registers, in turn `size` bytes of each."""
        elements = [element for lane in (0, 16) for element in _turns(lane + 8 * half, 8, 32, size)]
        return self.pick_two(self.bytes, left, right, elements)


class Sums:
    """Sums in 32 bit of the products of some registers of codes with a part of the inputs."""

    def __init__(self, code: PartsProduct) -> None:
        self.code = code
        self.sums = [Variable(code, code.integers) for _ in range(REGISTERS)]
        for each in self.sums:
            each.set("zeroinitializer")
        self.short = [""] * REGISTERS

    def add(self, codes: Sequence[str], part: str) -> None:
        """Add the products of four k. `part` is the address of their inputs. `widen` follows after at most 32 k: the
        codes are below 16, the inputs below 128."""
        code = self.code
        four = code.spread("i32", code(f"load i32, ptr {part}, align 1"), code.lanes)
        inputs = code(f"bitcast {code.integers} {four} to {code.bytes}")
        for number, register in enumerate(codes):
            arguments = f"{code.bytes} {register}, {code.bytes} {inputs}"
            if code.kind.dot:
                total = self.sums[number]
                total.set(code(f"call {code.integers} @dot_{code.lanes}({code.integers} {total.get()}, {arguments})"))
                continue
            pairs = code(f"call {code.words} @byte_pairs_{code.lanes}({arguments})")
            short = self.short[number]
            self.short[number] = code(f"add {code.words} {short}, {pairs}") if short else pairs

    def widen(self) -> None:
        """Add the sums in 16 bit to those in 32 bit."""
        code = self.code
        for short, total in zip(self.short, self.sums, strict=True):
            if short:
                ones = f"{code.words} {short}, {code.words} splat (i16 1)"
                wide = code(f"call {code.integers} @word_pairs_{code.lanes}({ones})")
                total.set(code(f"add {code.integers} {total.get()}, {wide}"))
        self.short = [""] * REGISTERS

    def floats(self, number: int) -> str:
        code = self.code
        return code(f"sitofp {code.integers} {self.sums[number].get()} to {code.floats}")


def _turns(first: int, count: int, second: int, size: int) -> list[int]:
    """Return the elements `first` to `first + count` of two vectors, in turn `size` of each. The second starts at
    `second`."""
    return [
        source + start + element
        for start in range(first, first + count, size)
        for source in (0, second)
        for element in range(size)
    ]
