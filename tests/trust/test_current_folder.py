"""The current folder may hold a stranger's files, as after unpacking an archive: no Python there is
run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from setuptools.dist import Distribution

from cli.conftest import environment
from flashsloth.utils import child
from paths import ROOT

# modules that Python, its helpers or this program import
MODULES = (
    "inspect",
    "queue",
    "random",
    "struct",
    "signal",
    "flashsloth",
    "flashsloth_cli",
    "torch",
    "usercustomize",
)
PLACEHOLDER = (
    "__editable__.other-1.0.finder.__path_hook__"  # appended to sys.path by some editable installs
)
# what the console script does, after an editable install has changed sys.path
START = (
    f"import sys; sys.path.append({PLACEHOLDER!r}); from flashsloth_cli.__main__ import main; main()"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with modules that leave a file beside it when they are imported."""
    for folder in (tmp_path / "hostile", tmp_path / "hostile" / PLACEHOLDER):
        folder.mkdir()
        for name in MODULES:
            (folder / f"{name}.py").write_text(
                f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\nraise SystemExit"
            )
    return tmp_path / "hostile"


def start(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-P", "-c", START, *words]
    return subprocess.run(
        line, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120
    )


def test_child_processes(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hostile)
    monkeypatch.syspath_prepend("")
    monkeypatch.setattr(sys, "path", ["", ".", PLACEHOLDER, *sys.path])
    code = "import sys; print(sys.path)"
    command = [*child.command("x")[:-2], "-c", code]
    listed = subprocess.run(
        command, env=child.environment(), capture_output=True, text=True, check=True
    ).stdout
    assert str(hostile) not in listed
    assert str(ROOT) in listed


@pytest.mark.parametrize(
    "words", [["--version"], ["list"], ["config", "show"], ["ask", "--help"]], ids=" ".join
)
def test_no_entry_of_the_path_is_relative(words: list[str], hostile: Path, home: Path) -> None:
    """The programs of commands that open a model are the same until then."""
    program = "import os, sys; os._exit = lambda code: print(sys.path); " + START
    line = [sys.executable, "-P", "-c", program, *words]
    done = subprocess.run(
        line, cwd=hostile, env=environment(), capture_output=True, text=True, timeout=60
    )
    *_, path = done.stdout.splitlines()
    assert "hostile" not in path
    assert PLACEHOLDER not in path
    assert not (hostile.parent / "ran").exists()


def test_processes_that_libraries_start(hostile: Path, home: Path, tmp_path: Path) -> None:
    """Python's own helpers run `python -c`, for which the current folder comes first."""
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "flashsloth").write_text(
        "if __name__ == '__main__':\n"
        "    import multiprocessing, os\n"
        "    from flashsloth_cli.__main__ import main\n"
        "    os._exit = lambda code: None\n"
        "    main()\n"
        "    process = multiprocessing.get_context('spawn').Process(target=print, args=('started',))\n"
        "    process.start()\n"
        "    process.join()\n"
    )
    line = [sys.executable, str(tmp_path / "script" / "flashsloth"), "--version"]
    done = subprocess.run(
        line, cwd=hostile, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert "started" in done.stdout, done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("project", ["", "integrations/synthetic", "integrations/vllm"])
def test_editable_installs_put_nothing_on_the_path(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """setuptools appends a relative name if one of the packages that it finds has no __init__.py."""
    monkeypatch.chdir(ROOT / project)
    distribution = Distribution()
    distribution.parse_config_files(["pyproject.toml"])
    packages = distribution.packages or []
    assert packages
    assert [name for name in packages if not Path(*name.split("."), "__init__.py").is_file()] == []


@pytest.mark.slow
def test_server_in_the_background(hostile: Path, home: Path) -> None:
    started = start("serve", "--background", "--port", "0", folder=hostile)
    start("stop", "--all", folder=hostile)
    assert started.returncode == 0, started.stderr
    assert not (hostile.parent / "ran").exists()
