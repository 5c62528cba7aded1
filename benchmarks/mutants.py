"""Small faults for a Python module, one at a time: the list of them, and the module with one of them.

The list depends on the source alone. Imports, annotations, docstrings, decorators, protocols and type-checking blocks
are left alone: they do not run, or do not change what is computed. So are the arguments of errors.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
}
NAMES = {"max": "min", "min": "max", "any": "all", "all": "any", "zeros": "ones", "sum": "mean"}
SYMMETRIC = {"transpose", "max", "min"}  # the order of their arguments does not matter
NAMESPACES = {
    "torch",
    "F",
    "nn",
    "math",
    "json",
    "ast",
    "self",
    "super()",
}  # whose functions are not methods of a value


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. `index` identifies it for `mutated`; `before` and `after` are the changed code."""

    index: int
    file: str
    line: int
    where: str  # the function or class it is in
    what: str  # Add->Sub
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line}:{self.what}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Identifies the fault also after lines have moved."""
        return self.file, self.where, self.before, self.after


def mutants(source: str, file: str) -> list[Mutant]:
    """Return every fault, in the order of the source; equal names and pieces of code get a number."""
    found: list[Mutant] = []
    names: dict[str, int] = {}
    keys: dict[tuple[str, str, str], int] = {}
    for index, (where, node, what, new) in enumerate(_changes(ast.parse(source))):
        line = node.target.lineno if isinstance(node, ast.comprehension) else node.lineno  # type: ignore[attr-defined]
        before, after = ast.unparse(node), ast.unparse(new)
        name, key = f"{line}:{what}", (where, before, after)
        names[name], keys[key] = names.get(name, 0) + 1, keys.get(key, 0) + 1
        if names[name] > 1:
            what += f"#{names[name]}"
        if keys[key] > 1:
            after += f"  # number {keys[key]}"
        found.append(Mutant(index, file, line, where, what, before, after))
    return found


def mutated(source: str, mutant: Mutant | None) -> ast.Module:
    """Return the module with that fault, or unchanged for None."""
    tree = ast.parse(source)
    if mutant is None:
        return tree
    for index, (_, node, _, new) in enumerate(_changes(tree)):
        if index == mutant.index:
            replaced = _Replace(node, new).visit(tree)
            return ast.fix_missing_locations(replaced)
    raise ValueError(f"no mutant {mutant.index} in {mutant.file}")


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self.new, node) if node is self.old else self.generic_visit(node)


Change = tuple[ast.AST, str, ast.AST]  # the node, the operator's name, the new node


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.AST, str, ast.AST]]:
    for where, node in _walk(tree, "module"):
        for old, what, new in (*_of_expression(node), *_of_statement(node)):
            if ast.dump(old) != ast.dump(new):  # not f(x, x) with its arguments swapped
                yield where, old, what, ast.fix_missing_locations(ast.copy_location(new, old))


def _walk(node: ast.AST, where: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node whose change can have an effect when the module runs."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.arg) or _is_docstring(child, node):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            if any(ast.unparse(base) == "Protocol" for base in getattr(child, "bases", ())):
                continue
            inside = child.name if where == "module" else f"{where}.{child.name}"
            parts = [child.args] if isinstance(child, ast.FunctionDef) else []
            yield from _walk(ast.Module([*parts, *child.body], []), inside)  # type: ignore[list-item]
            continue
        if isinstance(child, ast.Raise):  # tests pin the error, not its sentence
            yield where, child
            continue
        if isinstance(child, ast.AnnAssign):
            if child.value is not None:
                yield where, child
                yield where, child.value
                yield from _walk(child.value, where)
            continue
        yield where, child
        yield from _walk(child, where)


def _is_docstring(child: ast.AST, parent: ast.AST) -> bool:
    if not isinstance(child, ast.Expr) or not isinstance(child.value, ast.Constant):
        return False
    return isinstance(parent, ast.Module) and isinstance(child.value.value, str)


def _with(node: ast.AST, **changes: object) -> ast.AST:
    """Return a copy of the node with other fields."""
    made = copy.copy(node)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _of_expression(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[op]):
            for other in COMPARISONS.get(type(op), ()):
                yield node, f"{type(op).__name__}->{other.__name__}", _with(node, ops=[other()])
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in COMPARISONS.get(type(op), ()):
                    changed = [*ops[:at], other(), *ops[at + 1 :]]
                    yield node, f"{type(op).__name__}->{other.__name__}", _with(node, ops=changed)
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in ARITHMETIC:
                other_op = ARITHMETIC[type(op)]
                yield node, f"{type(op).__name__}->{other_op.__name__}", _with(node, op=other_op())
            yield node, f"{type(op).__name__}->left", left
            if isinstance(op, ast.Add):
                yield node, "Add->right", right
        case ast.BoolOp(op=op, values=values):
            swapped = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield node, f"{type(op).__name__}->{type(swapped).__name__}", _with(node, op=swapped)
            for at in range(len(values)):
                rest = values[:at] + values[at + 1 :]
                yield node, "operand dropped", rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=op, operand=operand):
            yield node, f"{type(op).__name__} removed", operand
        case ast.Constant(value=value):
            for what, new in _other_constants(value):
                yield node, what, ast.Constant(new)
        case ast.IfExp(body=body, orelse=orelse):
            yield node, "always so", body
            yield node, "never so", orelse
        case ast.comprehension(ifs=ifs):
            for at in range(len(ifs)):
                yield node, "condition dropped", _with(node, ifs=ifs[:at] + ifs[at + 1 :])
        case ast.Slice(lower=lower, upper=upper):
            if lower is not None:
                yield node, "lower dropped", _with(node, lower=None)
            if upper is not None:
                yield node, "upper dropped", _with(node, upper=None)
        case ast.Call():
            yield from _of_call(node)


def _other_constants(value: object) -> list[tuple[str, object]]:
    if isinstance(value, bool):
        return [(f"{value}->{not value}", not value)]
    if isinstance(value, int):
        return [("+1", value + 1), ("-1", value - 1)]
    if isinstance(value, float):
        return [("doubled", value * 2), ("halved", value / 2)]
    return [("other text", f"XX{value}")] if isinstance(value, str) else []


def _of_call(node: ast.Call) -> Iterator[Change]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    for at in range(0 if called in SYMMETRIC else len(node.args) - 1):
        args = [*node.args[:at], node.args[at + 1], node.args[at], *node.args[at + 2 :]]
        yield node, "arguments swapped", _with(node, args=args)
    if len(node.args) > 1:
        yield node, "argument dropped", _with(node, args=node.args[:-1])
    for at, keyword in enumerate(node.keywords):
        kept = node.keywords[:at] + node.keywords[at + 1 :]
        yield node, f"{keyword.arg} dropped", _with(node, keywords=kept)
    match node.func:
        case ast.Attribute(value=value, attr=attr):
            if attr in NAMES:
                yield node, f"{attr}->{NAMES[attr]}", _with(node, func=_with(node.func, attr=NAMES[attr]))
            if ast.unparse(value) not in NAMESPACES:
                yield node, f"{attr}() dropped", value
        case ast.Name(id=name) if name in NAMES:
            yield node, f"{name}->{NAMES[name]}", _with(node, func=ast.Name(NAMES[name], ast.Load()))


def _of_statement(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.If(test=test):
            yield test, "always so", ast.Constant(True)
            yield test, "never so", ast.Constant(False)
        case ast.While(test=test):
            yield test, "never so", ast.Constant(False)
        case ast.AugAssign(op=op):
            if type(op) in ARITHMETIC:
                other = ARITHMETIC[type(op)]
                yield node, f"{type(op).__name__}->{other.__name__}", _with(node, op=other())
            yield node, "set instead", ast.Assign([node.target], node.value)
            yield node, "statement dropped", ast.Pass()
        case ast.Assign() | ast.AnnAssign() | ast.Expr() | ast.Raise():
            yield node, "statement dropped", ast.Pass()
        case ast.Return(value=value) if value is not None and ast.unparse(value) != "None":
            yield node, "nothing returned", ast.Return(None)
        case ast.Continue():
            yield node, "Continue->Break", ast.Break()
