"""Measure the size of the code in statements, and how many functions and files one question uses.

python benchmarks/shape.py                  print the table
python benchmarks/shape.py --against REV    print what differs from a revision of this repository

Statements are counted, not lines, so that a comment or a line break costs nothing. The numbers are for
whoever reviews a change; no number is a limit.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[1]
PACKAGES = ("flashsloth", "flashsloth_cli")
COUNTED = (*PACKAGES, "tests", "benchmarks")
LONG_FUNCTION = 50  # number of lines; longer functions are listed, but allowed


@dataclass
class Shape:
    """The numbers of one tree."""

    totals: dict[str, float]  # by their names in the table
    folders: dict[str, int]  # statements
    functions: list[tuple[int, str]]  # lines and place, the longest first

    @property
    def long_functions(self) -> list[str]:
        return [f"{place}, {lines} lines" for lines, place in self.functions if lines > LONG_FUNCTION]


def measure(root: Path) -> Shape:
    """Return the shape of the tree in a folder."""
    imports = nodes = comments = 0
    folders: Counter[str] = Counter()
    functions = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            source = path.read_bytes()
            name = path.relative_to(root)
            folders[name.parent.as_posix()] += count_statements(source)
            comments += count_comments(source)
            for node in ast.walk(ast.parse(source)):
                nodes += 1
                imports += isinstance(node, ast.Import | ast.ImportFrom)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    functions.append((lines, f"{name.as_posix()} {node.name}"))
    totals = {
        f"statements of {folder}": sum(
            count_statements(path.read_bytes()) for path in (root / folder).rglob("*.py")
        )
        for folder in COUNTED
    }
    lengths = [lines for lines, _ in functions]
    totals |= {
        "imports in both packages": imports,
        "syntax nodes a statement": nodes / sum(folders.values()),
        "lines of comments and docstrings": comments,
        "lines of a function, 95th percentile": statistics.quantiles(lengths, n=20)[-1],
        **called_by_ask(root),
    }
    return Shape(totals, folders, sorted(functions, reverse=True))


def count_statements(source: str | bytes) -> int:
    """Return the number of statements. A parallel assignment counts as the number of its targets;
    docstrings and comments do not count."""
    return sum(weight(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt))


def weight(statement: ast.stmt) -> int:
    """Return how many statements this statement counts as, without the statements inside it."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):  # a docstring
            return 0
        # `a, b = x, y` is two assignments on one line. `a, b = f()` is one assignment, because the call
        # returns both values.
        case ast.Assign(targets=[ast.Tuple(elts=targets), *_], value=ast.Tuple()):
            return len(targets)
        case _:
            return 1


def count_comments(source: bytes) -> int:
    """Return the number of lines that have a comment or belong to a docstring."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    lines = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and weight(node) == 0:
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def called_by_ask(root: Path) -> dict[str, int]:
    """Return the number of functions that one question with nano calls, and the number of their files.
    They are counted in a separate process; a tree that cannot answer has no numbers.

    Functions whose calls depend on the machine's load are left out. These are the functions of the
    progress display, and of the cache of encoded pictures, which stores only pictures that took long to
    encode.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "FLASHSLOTH_HOME": home, "XDG_CACHE_HOME": home}
        command = [sys.executable, __file__, "--ask", root]
        done = subprocess.run(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
    if done.returncode:
        return {}
    functions, files = map(int, done.stdout.split()[-2:])
    return {"functions that ask calls": functions, "files of these functions": files}


def ask(root: Path) -> None:
    """Ask the nano of a tree a question. Print the number of our functions that were called outside of
    imports, and the number of their files."""
    own = tuple(f"{root / package}/" for package in PACKAGES)
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        is_function = code.co_filename.startswith(own) and not code.co_name.startswith("<")
        if event == "call" and is_function and code not in called and not is_importing(frame, own):
            called.add(code)

    sys.path.insert(0, str(root))
    from flashsloth_cli.app import app

    # The first call is for threads that start later, the second call is for this thread.
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        options = ["-q", "--set", "image_cache=false"]
        app(
            ["ask", *options, "examples/images/stop-sign.png", "What does the sign say?"],
            prog_name="flashsloth",
        )
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.setprofile(None)
    print(len(called), len({code.co_filename for code in called}))


def is_importing(frame: FrameType | None, own: tuple[str, ...]) -> bool:
    """Return whether a frame runs because one of our modules is being imported."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(own):
            return True
        frame = frame.f_back
    return False


def at_revision(revision: str, folder: Path) -> Shape:
    """Return the shape of a revision, whose files are unpacked into an empty folder."""
    packed = subprocess.run(
        ["git", "-C", ROOT, "archive", "--format=tar", "--end-of-options", revision],
        stdout=subprocess.PIPE,
    )
    if packed.returncode:
        sys.exit(packed.returncode)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return measure(folder)


def report(shape: Shape) -> None:
    """Print all numbers, the statements of each folder, and the long functions."""
    for name, value in {**shape.totals, **shape.folders}.items():
        print(f"{name:40}{number(value):>10}")
    for function in shape.long_functions:
        print(f"long function: {function}")


def compare(before: Shape, after: Shape) -> None:
    """Print the totals of two trees, and their folders and long functions that differ."""
    for name, new in after.totals.items():
        if name in before.totals:
            old = before.totals[name]
            print(f"{name:40}{number(old):>10}{number(new):>10}{number(new - old, '+'):>10}")
    for name in sorted(before.folders | after.folders):
        statements, others = after.folders.get(name, 0), before.folders.get(name, 0)
        if statements != others:
            print(f"{name:40}{others:>10,}{statements:>10,}{statements - others:>+10,}")
    for function in before.long_functions:
        if function not in after.long_functions:
            print(f"- long function: {function}")
    for function in after.long_functions:
        if function not in before.long_functions:
            print(f"+ long function: {function}")


def number(value: float, sign: str = "") -> str:
    return f"{value:{sign},}" if isinstance(value, int) else f"{value:{sign},.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="REV", help="a commit, a branch or a tag")
    parser.add_argument("--ask", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        ask(options.ask)
    elif options.against is None:
        report(measure(ROOT))
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(at_revision(options.against, Path(folder)), measure(ROOT))


if __name__ == "__main__":
    main()
