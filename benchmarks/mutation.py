"""Would a test notice if a line of the model's heart were wrong? Each small fault of `mutants.py` is made in SAP, EmbQ,
the spans, the template and the labels, and the tests of that module run over it until one fails.

    python -m benchmarks.mutation [--only spans] [--jobs 2] [--survived] [--mutant query_groups.py:92:Add->Sub]

One process imports torch and what else is heavy, and forks for every fault: the child imports the package with the
faulty module in its place. A fault that no test notices has a sentence in docs/mutation.md that says why it may stay;
the command leaves with 1 where one lacks it. Outcomes are kept by module, and once all are there the tables of that
file are written; `--mutant` keeps nothing.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from benchmarks.mutants import Mutant, mutants, mutated

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "mutation.md"
STATE = ROOT / "out" / "mutation.json"
MEMORY = 8 << 30  # bytes that a child may take
NO_END = "no end, or the process died"
HEAVY = (  # imported once; what of it belongs to the package is forgotten again before the first fork
    *("torch", "transformers", "hypothesis", "pytest", "numpy", "PIL.Image", "jinja2"),
    *("flashsloth.auto", "flashsloth.training.dataset", "flashsloth.generation.engine", "flashsloth.chat"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A module and the arguments by which pytest runs its tests, the quick ones first."""

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
            f"{SEVERAL}::test_embq_looks_at_both",
            f"{SEVERAL}::test_a_batch_of_rows_with_different_numbers_of_pictures",
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
        ("tests/processing/test_prompt.py", "tests/trust/test_checks.py::test_check[typed control tokens stay text]"),
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
    """`by` is the test that noticed, empty where none did; `seconds` those of a processor, where it told them."""

    killed: bool
    by: str
    seconds: float


class _Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from code that is handed in, everything else as ever."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code
        self.loaded = 0

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        self.loaded += 1
        exec(self.code, module.__dict__)


class _FirstFailure:
    """A pytest plugin that keeps the name of what failed first."""

    def __init__(self) -> None:
        self.name = ""

    def pytest_configure(self) -> None:
        """A smaller example than the one that failed is of no use here, and takes long to find."""
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
    """Import them, and forget those of the package again, so that each child imports them anew."""
    for name in modules:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"flashsloth", "flashsloth_cli"}]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # what children share is not copied for the collector's marks


def _child(target: Target, mutant: Mutant | None, root: Path, report: Path, limit_s: float) -> None:
    """Run the tests over the fault, tell in `report`, and end. A loop without an end meets a limit of the system's, and
    so does one that fills the memory, also where nobody waits any more."""
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

    # what the parent has imported already cannot be rewritten any more, and need not be
    options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    code_of_exit = int(pytest.main([*options, *target.tests], plugins=[first]))
    report.write_text(
        json.dumps({"exit": code_of_exit, "by": first.name, "loaded": faulty.loaded, "cpu": time.process_time()})
    )
    os._exit(0)


def run(
    target: Target, chosen: Sequence[Mutant | None], root: Path = ROOT, *, jobs: int = 2, limit_s: float = 300.0
) -> Iterator[tuple[Mutant | None, Outcome]]:
    """What came of each, as they end; None is the module as it stands. `limit_s` are seconds of a processor, a tenth of
    those that may pass. Raises RuntimeError where the tests did not run or did not import the module."""
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
    told = json.loads(report.read_text()) if report.exists() else None
    name = mutant.name if mutant else "the module as it stands"
    if told is None:
        return Outcome(True, NO_END, seconds)
    # 2 and 4: the tests cannot be imported over the fault; without one they are not there, as 5 says in any case
    if told["exit"] not in ((0, 1, 2, 4) if mutant else (0, 1)) or not told["loaded"]:
        raise RuntimeError(f"{target.name}, {name}: the tests did not run over it: {told}")
    return Outcome(True, told["by"] or "import", told["cpu"]) if told["exit"] else Outcome(False, "", told["cpu"])


def survey(target: Target, pick: Callable[[Mutant], bool], jobs: int) -> dict[str, Any]:
    """One module's row, with every fault and what noticed it."""
    began = time.perf_counter()
    ((_, sound),) = run(target, [None])
    if sound.killed:
        raise SystemExit(f"{target.name}: {sound.by} fails without any fault")
    faults = [m for m in mutants((ROOT / target.file).read_text(encoding="utf-8"), Path(target.file).name) if pick(m)]
    rows = []
    for mutant, outcome in run(target, list(faults), jobs=jobs, limit_s=5 + 3 * sound.seconds):
        assert mutant is not None
        rows.append({**asdict(mutant), "name": mutant.name, **asdict(outcome)})
        if not outcome.killed:
            print(f"survived: {mutant.name}  {mutant.where}: {mutant.before} -> {mutant.after}", flush=True)
    seconds = time.perf_counter() - began
    killed = sum(row["killed"] for row in rows)
    print(f"{target.name}: {len(rows)} faults, {killed} noticed, {seconds:.0f} s", flush=True)
    return {"rows": sorted(rows, key=lambda row: row["index"]), "seconds": seconds}


REASON = re.compile(
    r"^\| `(?P<file>[\w.]+):\d+` \| `(?P<where>[\w.]+)` \| `(?P<before>.*?)` \| `(?P<after>.*?)` \| (?P<reason>.*) \|$"
)


def reasons(document: str) -> dict[tuple[str, str, str, str], str]:
    """Why a fault may stay, as the document says."""
    found = (REASON.match(line) for line in document.splitlines())
    return {(m["file"], m["where"], m["before"], m["after"]): m["reason"] for m in found if m}


def _piece(text: str) -> str:
    return " ".join(text.split())


def _key(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["file"], row["where"], _piece(row["before"]), _piece(row["after"])


def tables(state: dict[str, Any], why: dict[tuple[str, str, str, str], str], day: str) -> str:
    lines = [f"Of {day}:", "", "| module | faults | noticed | stay | minutes |", "|---|---|---|---|---|"]
    rows = []
    for target in TARGETS:
        found = state[target.name]["rows"]
        killed = sum(row["killed"] for row in found)
        rows += [row for row in found if not row["killed"]]
        minutes = state[target.name]["seconds"] / 60
        lines.append(f"| `{target.file}` | {len(found)} | {killed} | {len(found) - killed} | {minutes:.1f} |")
    lines += ["", "| line | in | there | instead | why no test has to notice |", "|---|---|---|---|---|"]
    for row in rows:
        file, where, before, after = _key(row)
        reason = why.get((file, where, before, after), "")
        lines.append(f"| `{file}:{row['line']}` | `{where}` | `{before}` | `{after}` | {reason} |")
    return "\n".join(lines)


BEGIN, END = "<!-- mutation -->", "<!-- /mutation -->"


def write(state: dict[str, Any], document: Path = DOCUMENT) -> None:
    """Put the tables between their marks; what is said of a fault that still stays is kept."""
    text = document.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    made = tables(state, reasons(text), datetime.date.today().isoformat())
    document.write_text(f"{head}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def _state() -> dict[str, Any]:
    return json.loads(STATE.read_text()) if STATE.exists() else {}


def _kept(target: Target, found: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """The state with this module's outcomes; those of a part take the place of what was there under their names."""
    state = _state()  # anew: another run may have kept another module since
    if not whole:
        if target.name not in state:
            return state
        new = {row["name"]: row for row in found["rows"]}
        found = {**state[target.name], "rows": [new.get(row["name"], row) for row in state[target.name]["rows"]]}
    state[target.name] = found
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(json.dumps(state, indent=1))
    return state


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[target.name for target in TARGETS], action="append")
    parser.add_argument("--jobs", type=int, default=2, help="faults tried at the same time")
    parser.add_argument("--survived", action="store_true", help="only those that no test noticed the last time")
    parser.add_argument("--mutant", action="append", help="only these, by name")
    options = parser.parse_args()
    state = _state()
    before = {name: {row["name"] for row in one["rows"] if not row["killed"]} for name, one in state.items()}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children end with it
    warm()
    stay: list[dict[str, Any]] = []
    for target in TARGETS:
        if options.only and target.name not in options.only:
            continue

        def pick(mutant: Mutant, name: str = target.name) -> bool:
            return (not options.survived or mutant.name in before[name]) and (
                not options.mutant or mutant.name in options.mutant
            )

        found = survey(target, pick, options.jobs)
        stay += [row for row in found["rows"] if not row["killed"]]
        if not options.mutant:
            state = _kept(target, found, whole=not options.survived)
    if not options.mutant and all(target.name in state for target in TARGETS):
        write(state)
    why = reasons(DOCUMENT.read_text(encoding="utf-8"))
    unexplained = [row for row in stay if not why.get(_key(row))]
    for row in unexplained:
        print(f"nothing says why this may stay: {row['name']}")
    return int(bool(unexplained))


if __name__ == "__main__":
    sys.exit(main())
