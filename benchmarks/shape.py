"""Measure the size of the code in statements, and how many functions and files one question uses.

python benchmarks/shape.py    print the table

Statements are counted, not lines, so that a comment or a line break costs nothing. The numbers are for
whoever reviews a change; no number is a limit.
"""

from __future__ import annotations

import ast
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = ("flashsloth", "flashsloth_cli")
COUNTED = (*PACKAGES, "tests", "benchmarks")
LONG_FUNCTION = 50  # number of lines; longer functions are listed, but allowed
PICTURE = ROOT / "examples" / "images" / "stop-sign.png"


def measure() -> dict[str, int]:
    """Return the totals, by the names that the table has for them."""
    functions, files = called_by_ask()
    return {
        **{folder: sum(statement_counts(folder).values()) for folder in COUNTED},
        "functions_of_ask": functions,
        "files_of_ask": files,
    }


def statement_counts(folder: str) -> dict[Path, int]:
    """Return the number of statements of each module below a folder."""
    return {path: count_statements(path.read_bytes()) for path in sorted((ROOT / folder).rglob("*.py"))}


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


def functions(package: str) -> Iterator[tuple[int, str]]:
    """Yield the lines and the place of each function."""
    for path in statement_counts(package):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield length, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def called_by_ask() -> tuple[int, int]:
    """Return the number of functions that one question with nano calls, and the number of their files.
    They are counted in a separate process.

    Functions whose calls depend on the machine's load are left out. These are the functions of the
    progress display, and of the cache of encoded pictures, which stores only pictures that took long to
    encode.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "FLASHSLOTH_HOME": home, "XDG_CACHE_HOME": home}
        command = [sys.executable, __file__, "--ask"]
        streams: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, **streams)
    functions, files = done.stdout.split()[-2:]
    return int(functions), int(files)


def ask() -> None:
    """Ask nano a question. Print the number of our functions that were called outside of imports, and
    the number of their files."""
    own = tuple(f"{ROOT / package}/" for package in PACKAGES)
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        is_function = code.co_filename.startswith(own) and not code.co_name.startswith("<")
        if event == "call" and is_function and code not in called and not is_importing(frame, own):
            called.add(code)

    sys.path.insert(0, str(ROOT))
    from flashsloth_cli.app import app

    # The first call is for threads that start later, the second call is for this thread.
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        options = ["-q", "--set", "image_cache=false"]
        app(["ask", *options, str(PICTURE), "What does the sign say?"], prog_name="flashsloth")
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


def report() -> None:
    """Print all numbers, the statements of each folder, and the long functions."""
    for name, value in measure().items():
        print(f"{name:40}{value:>8,}")
    found = sorted((item for package in PACKAGES for item in functions(package)), reverse=True)
    print(
        f"{'lines of a function, 95th percentile':40}{statistics.quantiles([n for n, _ in found], n=20)[-1]:>8.0f}\n"
    )
    for package in PACKAGES:
        folders: dict[Path, int] = {}
        for path, count in statement_counts(package).items():
            folders[path.parent] = folders.get(path.parent, 0) + count
        for folder, count in sorted(folders.items()):
            print(f"{folder.relative_to(ROOT).as_posix():40}{count:>8,}")
    for length, place in found:
        if length > LONG_FUNCTION:
            print(f"long function: {place}, {length} lines")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--ask"]:
            ask()
        case []:
            report()
        case _:
            sys.exit(__doc__)
