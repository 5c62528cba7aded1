"""torch gets fewer threads than it asks for: by variables of OpenMP, or because the system refuses
them. Or it may not generate code. Answers stay the same, and nothing is asked for that would be
refused."""

from __future__ import annotations

import ctypes
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
import torch

import flashsloth
from flashsloth.errors import ResourceError
from flashsloth.quantization import cpu
from flashsloth.utils import system
from programs import run_python

# Variables under which OpenMP grants a single thread. The last ones let it grant as many as there are
# free processors, of which this process then has one.
LIMITS = [
    {"OMP_THREAD_LIMIT": "1"},
    {"OMP_MAX_ACTIVE_LEVELS": "0"},
    {"OMP_DYNAMIC": "true", "ONE_PROCESSOR": "1"},
]
PRESETS = ["bfloat16", "none", "int8", "int4"]

ANSWERS = """
import os, sys, threading
if "ONE_PROCESSOR" in os.environ:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import flashsloth

def ask(preset):
    option = {"dtype": preset} if preset == "bfloat16" else {"quant": preset}
    model = flashsloth.open("nano", **option)
    for name in ("stop-sign", "bar-chart"):
        print(model.chat(f"examples/images/{name}.png").ask("What is this?").text())

ask(sys.argv[1])
other = threading.Thread(target=ask, args=sys.argv[1:])  # as in a server
other.start()
other.join()
"""
EXPECTED = "A stop sign.\nA bar chart with a purple and a red bar.\n"

# As MemoryDenyWriteExecute of systemd: the number is PR_SET_MDWE, of Linux 6.3.
NO_NEW_CODE = """
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    print("no such limit", end="")
    sys.exit()
"""

# The sizes are those of nano's tower.
TRIAL = """
import torch
from flashsloth.quantization import torch_products, cpu
fit = cpu.fit_threads
outcomes = []
for cpu.fit_threads in (lambda: None, fit):
    torch_products.has_fused_linear.cache_clear()
    outcomes.append(torch_products.has_fused_linear(torch.float32, 81, 1024, 256))
print(*outcomes)
"""


@pytest.fixture
def four_threads() -> Iterator[None]:
    """Let torch use four threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def in_a_thread() -> int:
    """Return the number of threads that torch uses in a new thread, after `fit_threads`."""
    found = []

    def run() -> None:
        cpu.fit_threads()
        found.append(torch.get_num_threads())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


# Each case starts a program, so only one of them is quick.
CASES = [
    pytest.param(
        preset,
        variables,
        id=f"{preset}-{next(iter(variables))}",
        marks=() if (preset, variables) == (PRESETS[0], LIMITS[0]) else pytest.mark.slow,
    )
    for preset in PRESETS
    for variables in LIMITS
]


@pytest.mark.skipif(system.WINDOWS, reason="there OpenMP cannot be asked")
@pytest.mark.parametrize(("preset", "variables"), CASES)
def test_answers_with_fewer_threads_than_torch_asks_for(preset: str, variables: dict[str, str]) -> None:
    printed = run_python("-c", ANSWERS, preset, OMP_NUM_THREADS="4", **variables)
    assert printed == EXPECTED * 2


def test_a_trial_notices_threads_that_are_missing() -> None:
    """A trial of a product as small as the one before would succeed."""
    outcomes = run_python("-c", TRIAL, OMP_NUM_THREADS="4", OMP_THREAD_LIMIT="1").split()
    if outcomes[1] == "False":
        pytest.skip("this processor has no fused products")
    assert outcomes == ["False", "True"]


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of Linux")
@pytest.mark.slow
@pytest.mark.parametrize("preset", ["none", "bfloat16", "int8", "int4"])
def test_answers_without_executable_memory(preset: str) -> None:
    printed = run_python("-c", f"{NO_NEW_CODE}\n{ANSWERS}", preset)
    if printed == "no such limit":
        pytest.skip("this Linux is older than 6.3")
    assert printed == EXPECTED * 2


@pytest.mark.parametrize(
    ("limit", "levels", "dynamic", "expected"),
    [
        (2**31 - 1, 1, 0, 4),
        (4, 1, 0, 4),
        (3, 1, 0, 3),
        (1, 1, 0, 1),
        (2**31 - 1, 0, 0, 1),
        (2**31 - 1, 1, 1, 1),
    ],
)
def test_torch_uses_the_threads_that_openmp_grants(
    four_threads: None,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    levels: int,
    dynamic: int,
    expected: int,
) -> None:
    library = mock.Mock(
        omp_get_thread_limit=lambda: limit,
        omp_get_max_active_levels=lambda: levels,
        omp_get_dynamic=lambda: dynamic,
    )
    monkeypatch.setattr(cpu, "library", lambda: library)
    monkeypatch.setattr(cpu, "granted_threads", cpu.granted_threads.__wrapped__)
    assert in_a_thread() == expected


def test_without_openmp_nothing_is_limited(four_threads: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "library", lambda: mock.Mock(spec=[]))
    monkeypatch.setattr(cpu, "granted_threads", cpu.granted_threads.__wrapped__)
    assert in_a_thread() == 4


def test_torch_uses_one_thread_where_few_can_be_started(
    four_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(system, "can_start_threads", lambda count: asked.append(count))
    assert in_a_thread() == 1
    assert asked == [3 + cpu.SPARE]
    asked.clear()
    assert in_a_thread() == 1  # for one thread nothing is tried
    assert asked == []


def test_threads_are_looked_at_once_in_each_thread(
    four_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(system, "can_start_threads", lambda count: asked.append(count) or True)

    def run() -> None:
        for _ in range(3):
            cpu.fit_threads()

    for number in (1, 2):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert len(asked) == number


def test_torch_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a chroot. torch would raise an error that says nothing of it, in any conversion."""
    monkeypatch.setattr(system, "has_cpuinfo", lambda: False)
    monkeypatch.setattr(cpu, "fitted", type(cpu.fitted)())  # as in a new process
    with pytest.raises(ResourceError, match="/proc/cpuinfo") as caught:
        flashsloth.open("nano")
    assert "Mount /proc" in caught.value.hint


@pytest.mark.skipif(system.WINDOWS, reason="there OpenMP cannot be asked")
def test_only_openmp_of_torch_is_asked(four_threads: None, tmp_path: Path) -> None:
    """Another copy of the library in the same process knows nothing of torch's threads."""
    own = sorted(Path(torch.__file__).parent.glob("lib/lib*omp.*"))
    if not own:
        pytest.skip("this torch has no OpenMP library of its own")
    other = ctypes.CDLL(shutil.copy(own[0], tmp_path / "libgomp.so.1"), ctypes.RTLD_GLOBAL)
    torch.set_num_threads(3)
    assert cpu.library().omp_get_max_threads() == 3
    assert other.omp_get_max_threads() != 3
