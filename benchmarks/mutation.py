"""Mutation testing of SAP, EmbQ, the question groups, the prompt and the labels: make one fault of `mutants.py`
at a time and run the tests of that module until one fails.

    python -m benchmarks.mutation [--only embq] [--jobs 2] [--mutant query_groups.py:92:Add->Sub]

One process imports torch and forks for every fault; the child imports the faulty module in place of the real one. A
fault that no test notices needs a reason in docs/mutation.md, else the exit code is 1. A run of all modules writes the
tables of that file.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib
import importlib.abc
import importlib.util
import json
import math
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from benchmarks.mutants import Mutant, mutants, mutated

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "mutation.md"
MEMORY = 8 << 30  # bytes, of a child
NO_END = "no end, or the process died"
HEAVY = (  # imported once; modules of the package are unloaded again before the first fork
    *("torch", "transformers", "hypothesis", "pytest", "numpy", "PIL.Image", "jinja2"),
    *("flashsloth.auto", "flashsloth.training.dataset", "flashsloth.generation.engine", "flashsloth.chat"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A module, and the arguments of pytest that run its tests, quick ones first."""

    name: str
    file: str
    tests: tuple[str, ...]

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")


PARTS, PREFILL, SEVERAL = (
    "tests/parity/test_parts.py",
    "tests/parity/test_prefill.py",
    "tests/chat/test_several_images.py",
)
TARGETS = (
    Target("pooling", "flashsloth/model/pooling.py", ("tests/model/test_pooling.py", f"{PARTS}::test_pooling")),
    Target(
        "embq",
        "flashsloth/model/embq.py",
        (
            "tests/model/test_embq.py",
            *(f"{PARTS}::test_embq{rest}" for rest in ("", "_of_an_empty_question_reads_nothing_from_it")),
            f"{PARTS}::test_embq_reference_padding_differs",
            f"{PREFILL}::test_turns_ask_their_own_questions",
            f"{SEVERAL}::test_embq_sees_both_pictures",
            f"{SEVERAL}::test_a_batch_with_different_numbers_of_pictures",
        ),
    ),
    Target(
        "spans",
        "flashsloth/model/query_groups.py",
        ("tests/model/test_query_groups.py", f"{PREFILL}::test_turns_ask_their_own_questions"),
    ),
    Target(
        "template",
        "flashsloth/processing/prompt.py",
        ("tests/processing/test_prompt.py", "tests/trust/test_checks.py::test_check[control tokens in typed text]"),
    ),
    Target(
        "labels",
        "flashsloth/data/labels.py",
        (
            "tests/data/test_labels.py",
            *(
                f"tests/training/test_dataset.py::{test}"
                for test in ("test_the_ids_of_a_conversation", "test_captions")
            ),
            *(f"tests/parity/test_training.py::test_rows_of_the_{stage}_stage" for stage in ("second", "first")),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`by` is the test that failed, "" if none did; `seconds` are CPU seconds if the child reported them."""

    killed: bool
    by: str
    seconds: float


class _Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the given code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code
        self.loaded = 0

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        self.loaded += 1
        exec(self.code, module.__dict__)


class _FirstFailure:
    """A pytest plugin that records the name of the first failure."""

    def __init__(self) -> None:
        self.name = ""

    def pytest_configure(self) -> None:
        """Do not shrink the failing examples of hypothesis, which takes long."""
        if "hypothesis" in sys.modules:
            from hypothesis import Phase, settings

            settings.register_profile("first", settings(), phases=[Phase.explicit, Phase.generate])
            settings.load_profile("first")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        self.pytest_runtest_logreport(report)


def warm(modules: Sequence[str] = HEAVY) -> None:
    """Import the modules, and unload those of the package again, so that each child imports them itself."""
    for name in modules:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"flashsloth", "flashsloth_cli"}]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # so that the collector does not copy shared pages


def _child(target: Target, mutant: Mutant | None, root: Path, report: Path, limit_s: float) -> None:
    """Run the tests with the fault, write `report` and exit. Limits of the system end endless loops and full memory."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit_s), math.ceil(limit_s) + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    silence = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silence, number)
    path = root / target.file
    code = compile(mutated(path.read_text(encoding="utf-8"), mutant), str(path), "exec", dont_inherit=True)
    faulty, first = _Faulty(target.module, path, code), _FirstFailure()
    sys.meta_path.insert(0, faulty)
    sys.path.insert(0, str(root))
    os.chdir(root)
    import pytest

    # assertions of modules that the parent has imported are not rewritten
    options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    code_of_exit = int(pytest.main([*options, *target.tests], plugins=[first]))
    report.write_text(
        json.dumps({"exit": code_of_exit, "by": first.name, "loaded": faulty.loaded, "cpu": time.process_time()})
    )
    os._exit(0)


def run(
    target: Target, chosen: Sequence[Mutant | None], root: Path = ROOT, *, jobs: int = 2, limit_s: float = 300.0
) -> Iterator[tuple[Mutant | None, Outcome]]:
    """Yield the outcome of each fault as it ends; None stands for the unchanged module. `limit_s` are CPU seconds; ten
    times as many may pass. Raises RuntimeError if the tests did not run or did not import the module."""
    waiting, running = list(chosen), dict[int, tuple[Mutant | None, float, Path]]()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    mutant, report = waiting.pop(0), Path(folder) / f"{len(waiting)}.json"
                    child = os.fork()
                    if not child:
                        try:
                            _child(target, mutant, root, report, limit_s)
                        finally:
                            os._exit(1)
                    running[child] = mutant, time.perf_counter(), report
                for child, (mutant, began, report) in list(running.items()):
                    seconds = time.perf_counter() - began
                    if os.waitpid(child, os.WNOHANG)[0]:
                        del running[child]
                        yield mutant, _outcome(target, mutant, report, seconds)
                    elif seconds > 10 * limit_s:
                        _end(child)
                        del running[child]
                        yield mutant, Outcome(True, NO_END, seconds)
                time.sleep(0.01)
        finally:
            for child in running:
                _end(child)


def _end(child: int) -> None:
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _outcome(target: Target, mutant: Mutant | None, report: Path, seconds: float) -> Outcome:
    if not report.exists():
        return Outcome(True, NO_END, seconds)
    row = json.loads(report.read_text())
    # with a fault the tests may fail to import (2 and 4)
    if row["exit"] not in ((0, 1, 2, 4) if mutant else (0, 1)) or not row["loaded"]:
        raise RuntimeError(f"{target.name}, {mutant.name if mutant else 'unchanged'}: the tests did not run: {row}")
    return Outcome(True, row["by"] or "import", row["cpu"]) if row["exit"] else Outcome(False, "", row["cpu"])


def survey(target: Target, names: Sequence[str], jobs: int) -> tuple[list[dict[str, Any]], float]:
    """Return a row for each fault of a module, or for those of these names, and the seconds it took."""
    began = time.perf_counter()
    ((_, unchanged),) = run(target, [None])
    if unchanged.killed:
        raise SystemExit(f"{target.name}: {unchanged.by} fails without any fault")
    source = (ROOT / target.file).read_text(encoding="utf-8")
    faults = [m for m in mutants(source, Path(target.file).name) if not names or m.name in names]
    rows = []
    for mutant, outcome in run(target, list(faults), jobs=jobs, limit_s=5 + 3 * unchanged.seconds):
        assert mutant is not None
        rows.append({**asdict(mutant), "name": mutant.name, **asdict(outcome)})
        if not outcome.killed:
            print(f"not noticed: {mutant.name}  {mutant.where}: {mutant.before} -> {mutant.after}", flush=True)
    seconds = time.perf_counter() - began
    print(f"{target.name}: {len(rows)} faults, {sum(r['killed'] for r in rows)} noticed, {seconds:.0f} s", flush=True)
    return sorted(rows, key=lambda row: row["index"]), seconds


REASON = re.compile(
    r"^\| `(?P<file>[\w.]+):\d+` \| `(?P<where>[\w.]+)` \| `(?P<before>.*?)` \| `(?P<after>.*?)` \| (?P<reason>.*) \|$"
)


def reasons(document: str) -> dict[tuple[str, str, str, str], str]:
    """Return the reasons in the document, by fault."""
    found = (REASON.match(line) for line in document.splitlines())
    return {(m["file"], m["where"], m["before"], m["after"]): m["reason"] for m in found if m}


def _piece(text: str) -> str:
    return " ".join(text.split())


def _key(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["file"], row["where"], _piece(row["before"]), _piece(row["after"])


def tables(found: dict[str, tuple[list[dict[str, Any]], float]], why: dict[tuple[str, str, str, str], str]) -> str:
    lines = [
        f"Of {datetime.date.today()}:",
        "",
        "| module | faults | noticed | stay | minutes |",
        "|---|---|---|---|---|",
    ]
    for target in TARGETS:
        rows, seconds = found[target.name]
        killed = sum(row["killed"] for row in rows)
        lines.append(f"| `{target.file}` | {len(rows)} | {killed} | {len(rows) - killed} | {seconds / 60:.1f} |")
    lines += ["", "| line | in | code | instead | why no test needs to notice |", "|---|---|---|---|---|"]
    for row in [row for rows, _ in found.values() for row in rows if not row["killed"]]:
        file, where, before, after = _key(row)
        reason = why.get((file, where, before, after), "")
        lines.append(f"| `{file}:{row['line']}` | `{where}` | `{before}` | `{after}` | {reason} |")
    return "\n".join(lines)


BEGIN, END = "<!-- mutation -->", "<!-- /mutation -->"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[target.name for target in TARGETS], action="append")
    parser.add_argument("--jobs", type=int, default=2, help="faults tried at the same time")
    parser.add_argument("--mutant", action="append", help="only this fault; may be repeated")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children end with it
    warm()
    chosen = [target for target in TARGETS if not options.only or target.name in options.only]
    found = {target.name: survey(target, options.mutant or (), options.jobs) for target in chosen}
    text = DOCUMENT.read_text(encoding="utf-8")
    why = reasons(text)
    if not options.only and not options.mutant:
        head, rest = text.split(BEGIN)
        DOCUMENT.write_text(f"{head}{BEGIN}\n{tables(found, why)}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    unexplained = [row for rows, _ in found.values() for row in rows if not row["killed"] and not why.get(_key(row))]
    for row in unexplained:
        print(f"docs/mutation.md gives no reason for {row['name']}")
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
