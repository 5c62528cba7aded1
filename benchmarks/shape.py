"""Measure the shape of the code: size by part, long files and functions, circular imports, what a question calls.

python benchmarks/shape.py [--against REV]

With a revision, compare with it: each file that has moved since is counted in the part it was in then.
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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKAGES = ("flashsloth", "flashsloth_cli")
FOLDERS = (*PACKAGES, "integrations", "tests", "benchmarks")
LONG_FILE, LONG_FUNCTION = 400, 50  # lines
DATA = ("question_templates.py",)  # pure data, which may be long

sys.path[:0] = [str(ROOT / "tests" / "contract"), str(ROOT / "tests")]


@dataclass
class Shape:
    """The measurements of one tree; `lines` and `statements` are by file."""

    lines: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    functions: list[tuple[int, str]] = field(default_factory=list)  # of the packages: lines, and file with name
    public: Counter[bool] = field(default_factory=Counter)  # public names of the packages with a docstring, and without
    circles: list[tuple[str, ...]] = field(default_factory=list)


def measure(root: Path) -> Shape:
    """Measure a tree."""
    from test_imports import circles, graph, modules

    shape = Shape()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
            shape.lines[name] = text.count("\n")
            shape.statements[name] = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
            if folder in PACKAGES:
                shape.functions += [(length, f"{name}:{line} {what}") for length, line, what in functions(tree)]
                shape.public.update(ast.get_docstring(node) is not None for node in public_names(tree))
    shape.circles = [tuple(circle) for circle in circles(graph(modules(root)))]
    return shape


def functions(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Yield length in lines, first line and name of each function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, node.lineno, node.name


def public_names(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the functions, classes and methods of a module whose names do not start with an underscore."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            inner = node.body if isinstance(node, ast.ClassDef) else []
            yield from (n for n in inner if isinstance(n, ast.FunctionDef) and not n.name.startswith("_"))


def part_of(name: str) -> str:
    """Return the part of a file: `flashsloth/model`, `tests/cli`, `benchmarks`; `flashsloth` for its root."""
    parents = PurePosixPath(name).parts[:-1]
    return "/".join(parents[:2])


def parts_before(revision: str, shape: Shape) -> dict[str, str]:
    """Return the part of each file at a revision; for new files their part now."""
    command = ["git", "diff", "--name-status", "-M40%", "-l9999", revision, "--", *FOLDERS]
    before = {}
    for line in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        status, *names = line.split("\t")
        if status.startswith("R"):
            before[names[1]] = names[0]
    return {name: part_of(before.get(name, name)) for name in shape.lines}


def totals(shape: Shape, parts: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Return lines and statements of each part."""
    sums: dict[str, tuple[int, int]] = {}
    for name, lines in shape.lines.items():
        before = sums.get(parts[name], (0, 0))
        sums[parts[name]] = (before[0] + lines, before[1] + shape.statements[name])
    return sums


def facts(shape: Shape, root: Path) -> dict[str, str]:
    """Return the numbers other than sums of lines."""
    lengths = sorted(length for length, _ in shape.functions)
    long_files = [
        f"{name} {lines}"
        for name, lines in shape.lines.items()
        if lines > LONG_FILE and name.startswith(PACKAGES) and not name.endswith(DATA)
    ]
    roots = {package: len(list((root / package).glob("*.py"))) for package in PACKAGES}
    return {
        f"files over {LONG_FILE} lines": str(len(long_files)),
        f"functions over {LONG_FUNCTION} lines": str(sum(length > LONG_FUNCTION for length in lengths)),
        "lines of a function, 95th percentile": f"{statistics.quantiles(lengths, n=20)[-1]:.0f}",
        **{f"modules at the root of {package}": str(count) for package, count in roots.items()},
        "circular imports": str(len(shape.circles)),
        "public names with a docstring": f"{shape.public[True] / shape.public.total():.0%}",
        "functions that `ask` calls, in files; modules it loads": called_by_ask(root),
    }


def called_by_ask(root: Path) -> str:
    """Return what one question with nano passes, as `called_by_ask.py` counts it."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "FLASHSLOTH_HOME": home, "XDG_CACHE_HOME": home}
        command = [sys.executable, str(ROOT / "benchmarks" / "called_by_ask.py")]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        return "not counted"
    functions, files, loaded = done.stdout.split()[-3:]
    return f"{functions} in {files}; {loaded}"


def print_table(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(
                cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )


def print_details(shape: Shape) -> None:
    """Print long files, long functions and circular imports."""
    for name, lines in sorted(shape.lines.items(), key=lambda item: -item[1]):
        if lines > LONG_FILE and name.startswith(PACKAGES):
            print(f"long file: {name}, {lines} lines{', data' if name.endswith(DATA) else ''}")
    for length, place in sorted(shape.functions, reverse=True):
        if length > LONG_FUNCTION:
            print(f"long function: {place}, {length} lines")
    for circle in shape.circles:
        print(f"circle: {' <-> '.join(circle)}")


def tree_of(revision: str, folder: Path) -> Path:
    """Write the files of a revision to a folder."""
    archive = subprocess.run(["git", "archive", revision, *FOLDERS], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", metavar="REV", help="Compare with this revision.")
    revision = parser.parse_args().against
    now = measure(ROOT)
    today = {name: part_of(name) for name in now.lines}
    if revision is None:
        print_table(
            [["part", "lines", "statements"], *([p, f"{a:,}", f"{b:,}"] for p, (a, b) in totals(now, today).items())]
        )
        print()
        print_table([["", "now"], *([name, value] for name, value in facts(now, ROOT).items())])
    else:
        with tempfile.TemporaryDirectory() as folder:
            root = tree_of(revision, Path(folder))
            then = measure(root)
            old, new = (
                totals(then, {name: part_of(name) for name in then.lines}),
                totals(now, parts_before(revision, now)),
            )
            rows = [["part, as it was", "lines before", "after", "statements before", "after"]]
            for part in sorted({*old, *new}):
                (a, b), (c, d) = old.get(part, (0, 0)), new.get(part, (0, 0))
                rows.append([part, f"{a:,}", f"{c:,}", f"{b:,}", f"{d:,}"])
            print_table(rows)
            print()
            before, after = facts(then, root), facts(now, ROOT)
            print_table([["", "before", "after"], *([name, before[name], after[name]] for name in after)])
    print()
    print_details(now)


if __name__ == "__main__":
    main()
