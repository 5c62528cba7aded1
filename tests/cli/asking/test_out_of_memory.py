"""Out of memory: error 5, a hint that names a preset that fits, and a conversation that continues."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
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
    """Its group is mounted at the root, whatever its name is outside of the container."""
    group_files(tmp_path, generation, limit=2_000_000_000, used=1_500_000_000)
    in_groups(monkeypatch, tmp_path, generation, "/docker/0123")
    assert devices.free_memory(CPU) == 800_000_000  # files in the cache make room
    assert devices.total_memory(CPU) == 2_000_000_000
    group_files(tmp_path, generation, limit=None, used=1_500_000_000)
    assert devices.free_memory(CPU) > 800_000_000


# The limits of the groups a, a/b and a/b/c, and the least of them for a process of each group.
@pytest.mark.parametrize("generation", [0, 1])
@pytest.mark.parametrize(
    ("own", "limits", "least"),
    [
        ("/a/b/c", (None, None, 2), 2),
        ("/a/b/c", (None, 2, None), 2),
        ("/a/b/c", (2, 3, None), 2),
        ("/a/b/c", (3, None, 2), 2),
        ("/a/b", (3, None, 2), 3),
        ("/a/b/c: d", (2, None, None), 2),
        ("/", (2, 2, 2), None),
        ("/../x", (2, 2, 2), None),
        (None, (2, 2, 2), None),
    ],
)
def test_the_limits_of_nested_groups(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    generation: int,
    own: str | None,
    limits: tuple[int | None, ...],
    least: int | None,
) -> None:
    """As of a job of Slurm, or a service with MemoryMax. A group's memory has that of the groups in
    it."""
    for name, limit in zip(("a", "a/b", "a/b/c"), limits, strict=True):
        group_files(tmp_path / name, generation, limit and limit * 10**9, used=10**9)
    in_groups(monkeypatch, tmp_path, generation, own)
    expected = psutil.virtual_memory().total if least is None else least * 10**9
    assert devices.total_memory(CPU) == expected
    if least is not None:
        assert devices.free_memory(CPU) == expected - 10**9 + 300_000_000


def group_files(folder: Path, generation: int, limit: int | None, used: int) -> None:
    """Write the files of a cgroup of version 2 or version 1."""
    _, _, of_limit, of_use = devices.CGROUPS[generation]
    unlimited = ("max", f"{2**63 - 4096}")[generation]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / of_limit).write_text(f"{unlimited if limit is None else limit}\n")
    (folder / of_use).write_text(f"{used}\n")
    stat = {"anon": 1, "inactive_file": 100_000_000, "active_file": 200_000_000}
    if generation == 1:
        stat = {"inactive_file": 5, "active_file": 7} | {f"total_{name}": n for name, n in stat.items()}
    (folder / "memory.stat").write_text("".join(f"{name} {n}\n" for name, n in stat.items()))


def in_groups(monkeypatch: pytest.MonkeyPatch, root: Path, generation: int, own: str | None) -> None:
    """Let this process be in a group below `root`; None for a machine without /proc."""
    groups = [list(each) for each in devices.CGROUPS]
    for number, each in enumerate(groups):
        each[1] = str(root if number == generation else root / "nowhere")
    monkeypatch.setattr(devices, "CGROUPS", groups)
    listing = root / "own"
    if own is not None:
        line = f"0::{own}" if generation == 0 else f"4:cpuset,memory:{own}"
        listing.write_text(f"9:name=systemd:/s\n{line}\n")
    monkeypatch.setattr(devices, "OWN_CGROUPS", listing)


def test_the_limit_where_proc_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", "/nowhere")
    monkeypatch.setattr(devices, "CGROUPS", ())
    assert devices.free_memory(CPU) == devices.total_memory(CPU) > 10**8
