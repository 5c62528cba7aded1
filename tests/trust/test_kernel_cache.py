"""Faults of the machine while compiled kernels are kept: `ask` answers, as without them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.conftest import Program, command, environment
from flashsloth.quantization import compiled
from flashsloth.utils import system
from trust.faults import has_tmpfs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        compiled.instruction_set() is None, reason="no kernels are compiled on this machine"
    ),
]
ASK = ("ask", "-q", "--no-picture", "-p", "What is a circle?", "--quant", "int4", "--max-tokens", "8")


@pytest.fixture(scope="module")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first")


@pytest.fixture(scope="module")
def answer(first_home: Path) -> str:
    """What a first process answers, which compiles its kernels."""
    said = str(Program()(*ASK, env={"FLASHSLOTH_HOME": str(first_home)}).ok.out)
    assert list((first_home / "cache" / "kernels").glob("*.o"))
    return said


@pytest.mark.parametrize("moment", [pytest.param("os.chmod", marks=pytest.mark.nightly), "os.rename"])
@pytest.mark.usefixtures("forked")
def test_killed_while_a_kernel_is_kept(program: Program, home: Path, answer: str, moment: str) -> None:
    """Once its file is written, and before it gets its name."""
    kernels = home / "cache" / "kernels"
    assert program(*ASK, driver="killed", env={"KILLED_AT": moment}).code == system.KILLED
    assert [path.suffix for path in kernels.iterdir()] == [""]  # an unfinished file
    assert program(*ASK).ok.out == answer
    assert list(kernels.glob("*.o"))


@pytest.mark.usefixtures("forked")
def test_damaged_kernels(program: Program, home: Path, answer: str, first_home: Path) -> None:
    """They are compiled anew. Executed, they would end the process: their bytes are the instruction
    int3."""
    shutil.copytree(first_home / "cache", home / "cache", copy_function=shutil.copy)
    files = {file: file.read_bytes() for file in (home / "cache" / "kernels").glob("*.o")}
    for file, whole in files.items():
        file.write_bytes(whole[:1000] + b"\xcc" * (len(whole) - 1000))
    assert program(*ASK).ok.out == answer
    assert {file: file.read_bytes() for file in files} == files


MACHINES = {  # how one becomes such a machine, in a namespace of its own; $0 is its home
    "full disk": 'mount -t tmpfs -o size=4k none "$0"',
    "read-only machine": "mount -o remount,bind,ro /",
}


@pytest.mark.skipif(not has_tmpfs(), reason="this user may not mount a disk")
@pytest.mark.parametrize("machine", MACHINES)
def test_where_nothing_can_be_written(home: Path, answer: str, machine: str) -> None:
    line = ["unshare", "-rm", "sh", "-c", f'{MACHINES[machine]} && exec "$@"', home, *command(), *ASK]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, answer, "")
    assert not (home / "cache").exists()
