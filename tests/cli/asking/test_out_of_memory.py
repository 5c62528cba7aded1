"""Out of memory: error 5, a hint that names a preset that fits, and a conversation that continues."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from flashsloth import devices

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no limit on a process's memory there")
LONG = "word " * 250
CPU = torch.device("cpu")


@pytest.mark.slow
@pytest.mark.parametrize("where", ["load", "prefill", "decode"])
@pytest.mark.usefixtures("forked")
def test_ask(program, picture: Path, where: str) -> None:
    words = ("ask", picture, "-q", "-p", LONG if where == "prefill" else "Describe the picture.")
    as_json = program(*words, "--json", driver="squeezed", env={"SQUEEZE": where})
    assert as_json.error_document["code"] == "out_of_memory"
    done = program(*words, driver="squeezed", env={"SQUEEZE": where})
    assert done.code == 5, done.err
    message, hint = done.err.splitlines()
    assert message == "error: cpu ran out of memory"
    assert "--quant int8, which needs 0.1 GB" in hint
    assert (done.out != "") == (where == "decode")  # what was said stays


@pytest.mark.slow
@pytest.mark.parametrize("where", ["prefill", "decode"])
@pytest.mark.usefixtures("forked")
def test_a_conversation_continues(program, picture: Path, expected: str, where: str) -> None:
    first = LONG if where == "prefill" else "Describe the picture."
    lines = f"{first}\n/new\nWhat do you see?\n"
    done = program(
        "chat", "--plain", "-q", picture, input=lines, driver="squeezed", env={"SQUEEZE": where}
    )
    assert done.err.count("cpu ran out of memory") == 1
    calm = program("chat", "--plain", "-q", picture, input="What do you see?\n")
    assert calm.out.strip()
    assert done.out.endswith(calm.out)


def test_the_limit_of_the_process() -> None:
    import resource

    import psutil

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    held = psutil.Process().memory_info().vms
    try:
        resource.setrlimit(resource.RLIMIT_AS, (held + 10**8, hard))
        assert devices.free_memory(CPU) <= 10**8
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert devices.free_memory(CPU) > 10**8


@pytest.mark.parametrize("generation", [0, 1])
def test_the_limit_of_a_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generation: int
) -> None:
    paths = tuple(str(tmp_path / Path(path).name) for path in devices.CGROUP_FILES[generation])
    for path, value in zip(paths, ("2000000000", "1500000000"), strict=True):
        Path(path).write_text(value + "\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000000\nactive_file 200000000\n")
    monkeypatch.setattr(devices, "CGROUP_FILES", (paths, ("/nowhere", "/nowhere")))
    assert devices.free_memory(CPU) == 800_000_000  # files in the cache make room
    assert devices.total_memory(CPU) == 2_000_000_000
    Path(paths[0]).write_text("max\n" if generation == 0 else f"{2**63 - 4096}\n")
    assert devices.free_memory(CPU) > 800_000_000
