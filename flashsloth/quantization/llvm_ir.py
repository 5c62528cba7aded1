"""A small writer of LLVM's text form: values, variables and loops of one function.

https://llvm.org/docs/LangRef.html has the instructions. A value is its name, such as `%7`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class Variable:
    """A variable on the stack, which LLVM keeps in a register."""

    def __init__(self, code: Function, type_: str) -> None:
        self.code, self.type = code, type_
        self.address = code.new()
        code.variables.append(f"{self.address} = alloca {type_}")

    def get(self) -> str:
        return self.code(f"load {self.type}, ptr {self.address}")

    def set(self, value: str) -> None:
        self.code.do(f"store {self.type} {value}, ptr {self.address}")


class Function:
    """A function without a result that is written line by line."""

    def __init__(self, name: str, parameters: Sequence[str]) -> None:
        self.head = f"define internal void @{name}({', '.join(parameters)})"
        self.variables: list[str] = []
        self.lines: list[str] = []
        self.count = 0

    def new(self, prefix: str = "%v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def __call__(self, instruction: str) -> str:
        """Add an instruction and return its value."""
        value = self.new()
        self.lines.append(f"{value} = {instruction}")
        return value

    def do(self, instruction: str) -> None:
        """Add an instruction without a value."""
        self.lines.append(instruction)

    @contextmanager
    def loop(self, start: str, stop: str, step: int = 1) -> Iterator[str]:
        """Repeat the block for numbers from `start` on while they are below `stop`, and yield the number."""
        counter, label = Variable(self, "i64"), self.new("loop")
        counter.set(start)
        self.do(f"br label %{label}")
        self.lines.append(f"{label}:")
        value = counter.get()
        more = self(f"icmp slt i64 {value}, {stop}")
        self.do(f"br i1 {more}, label %{label}.body, label %{label}.end")
        self.lines.append(f"{label}.body:")
        yield value
        counter.set(self(f"add i64 {value}, {step}"))
        self.do(f"br label %{label}")
        self.lines.append(f"{label}.end:")

    @contextmanager
    def only_if(self, condition: str) -> Iterator[None]:
        """Run the block if an instruction returns true."""
        label = self.new("if")
        self.do(f"br i1 {self(condition)}, label %{label}, label %{label}.end")
        self.lines.append(f"{label}:")
        yield
        self.do(f"br label %{label}.end")
        self.lines.append(f"{label}.end:")

    def fields(self, types: Sequence[str], pointer: str) -> list[str]:
        """Return the fields of a struct."""
        struct = f"{{ {', '.join(types)} }}"
        addresses = [self(f"getelementptr {struct}, ptr {pointer}, i32 0, i32 {index}") for index in range(len(types))]
        return [self(f"load {type_}, ptr {address}") for type_, address in zip(types, addresses, strict=True)]

    def at(self, type_: str, pointer: str, *indices: str) -> str:
        """Return the address of the element whose index is the sum of `indices`."""
        index, *others = indices
        for other in others:
            index = self(f"add i64 {index}, {other}")
        return self(f"getelementptr {type_}, ptr {pointer}, i64 {index}")

    def plus(self, left: str, right: str | int) -> str:
        return self(f"add i64 {left}, {right}")

    def times(self, left: str, right: str | int) -> str:
        return self(f"mul i64 {left}, {right}")

    def least(self, left: str, right: str) -> str:
        return self(f"select i1 {self(f'icmp slt i64 {left}, {right}')}, i64 {left}, i64 {right}")

    def spread(self, type_: str, value: str, count: int) -> str:
        """Return a vector of `count` times the value."""
        vector = f"<{count} x {type_}>"
        first = self(f"insertelement {vector} poison, {type_} {value}, i32 0")
        return self(f"shufflevector {vector} {first}, {vector} poison, <{count} x i32> zeroinitializer")

    def pick(self, vector: str, value: str, elements: Sequence[int]) -> str:
        """Return a vector of some elements of a vector."""
        return self.pick_two(vector, value, "poison", elements)

    def pick_two(self, vector: str, left: str, right: str, elements: Sequence[int]) -> str:
        """Return a vector of some elements of two vectors of a type, counted through."""
        mask = ", ".join(f"i32 {element}" for element in elements)
        return self(f"shufflevector {vector} {left}, {vector} {right}, <{len(elements)} x i32> <{mask}>")

    def text(self) -> str:
        body = "\n".join(["entry:", *self.variables, *self.lines, "ret void"])
        return f"{self.head} {{\n{body}\n}}\n"
