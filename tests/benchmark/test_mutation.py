"""benchmarks/mutation.py notices exactly what a test notices, and docs/mutation.md explains faults of today's code."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mutants import mutants, mutated
from benchmarks.mutation import DOCUMENT, NO_END, ROOT, TARGETS, _piece, reasons

PLANTED = '''"""Counts."""
import json  # noqa

def small(numbers: list[int], limit: int = 3) -> list[int]:
    """Those below the limit."""
    unused = 7
    return [n for n in numbers if n < limit]

def rounds(count: int) -> int:
    done = 0
    while done < count:
        done += 1
    return done
'''
TESTS = """
import planted

def test_small():
    assert planted.small([1, 2, 3, 4]) == [1, 2]
    assert planted.small([5], limit=9) == [5]

def test_rounds():
    assert planted.rounds(4) == 4
"""
SCRIPT = """
import json, sys
from pathlib import Path
from benchmarks.mutants import mutants
from benchmarks.mutation import Target, run, warm

warm(("pytest",))
root = Path(sys.argv[1])
target = Target("planted", "planted.py", tuple(sys.argv[2:]))
faults = mutants((root / "planted.py").read_text(), "planted.py")
faults = [m for m in faults if m.line < 9 or m.name == "planted.py:12:Add->Sub"]  # one endless loop is enough
found = run(target, [None, *faults], root, jobs=2, limit_s=3)
print(json.dumps({(m.name if m else ""): [o.killed, o.by] for m, o in found}))
"""


def python(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip


def planted(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    (folder / "planted.py").write_text(PLANTED)
    (folder / "test_planted.py").write_text(TESTS)
    return python("-c", SCRIPT, str(folder), *tests, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def test_planted_faults(tmp_path: Path) -> None:
    """A wrong comparison, default or loop is noticed by a test; a fault without an effect is not."""
    done = planted(tmp_path, "test_planted.py")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("") == [False, ""]  # the unchanged module
    stay = {name for name, (killed, _) in found.items() if not killed}
    assert stay == {f"planted.py:6:{what}" for what in ("+1", "-1", "statement dropped")}
    by = {name: test for name, (killed, test) in found.items() if killed}
    for what in ("4:+1", "4:-1", "7:Lt->LtE", "7:condition dropped", "7:nothing returned"):
        assert by[f"planted.py:{what}"] == "test_planted.py::test_small"
    assert by["planted.py:12:Add->Sub"] == NO_END


def test_tests_must_run(tmp_path: Path) -> None:
    """A missing test, or one that never imports the module, is an error."""
    done = planted(tmp_path, "test_planted.py::test_none")
    assert done.returncode == 1
    assert "RuntimeError: planted, unchanged: the tests did not run" in done.stderr
    (tmp_path / "test_other.py").write_text("def test_other():\n    assert True\n")
    assert "the tests did not run" in planted(tmp_path, "test_other.py").stderr


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_faults_change_the_module(target: Any) -> None:
    """Each has a name of its own and changes the module; the list is the same each time."""
    source = (ROOT / target.file).read_text(encoding="utf-8")
    faults = mutants(source, "it.py")
    assert faults == mutants(source, "it.py")
    assert len({fault.name for fault in faults}) == len(faults) > 50
    assert ast.dump(mutated(source, None)) == ast.dump(ast.parse(source))
    made = {ast.dump(mutated(source, fault)) for fault in faults[::7]}
    assert ast.dump(ast.parse(source)) not in made
    assert len(made) == len(faults[::7])


def test_reasons_are_about_existing_faults() -> None:
    explained = reasons(DOCUMENT.read_text(encoding="utf-8"))
    assert len(explained) > 3
    assert all(len(reason) > 20 for reason in explained.values())
    existing = {
        (*fault.key[:2], _piece(fault.before), _piece(fault.after))
        for target in TARGETS
        for fault in mutants((ROOT / target.file).read_text(encoding="utf-8"), Path(target.file).name)
    }
    assert not explained.keys() - existing
