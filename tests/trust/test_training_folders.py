"""Damaged and hostile folders of training runs: one test for each defect that was found."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from flashsloth.errors import CheckpointDamaged, DiskFull
from flashsloth.training import checkpoints
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_folder import Evaluated, RunFolder
from flashsloth.utils import folder_swap
from training.helpers import Run, make_data, recipe


@pytest.fixture(scope="module")
def stopped(
    native_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Callable[[Path], Recipe]]:
    """A run that was stopped after its second step of four, to be copied, and the recipe for a copy."""
    data = make_data(tmp_path_factory.mktemp("data"), 4)
    out = tmp_path_factory.mktemp("stopped") / "out"

    def of(out: Path) -> Recipe:
        return recipe(native_folder, data, out, save_every=2, max_steps=4)

    Run(of(out), stop_after=2)
    return out, of


def flip_a_bit(path: Path) -> None:
    """Which keeps its size."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


FILES = ("trained.safetensors", "optimizer.pt", "rng_state.pth", "trainer_state.json")
# of the last checkpoint, and what the error says
DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    **{f"{name} changed": (lambda folder, name=name: flip_a_bit(folder / name), f"checkpoint-2/{name} has changed")
       for name in FILES},
    "a file added": (lambda folder: torch.save({"scale": 1.0}, folder / "scaler.pt"), r"checkpoint-2/scaler\.pt"),
    **{f"step {step}": (lambda folder, step=step: folder.rename(folder.with_name(f"checkpoint-{step}")),
                        f"checkpoint-{step} belongs to another step") for step in (1, 10**9)},
}  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_checkpoint_is_refused(
    stopped: tuple[Path, Callable[[Path], Recipe]],
    tmp_path: Path,
    damage: Callable[[Path], object],
    says: str,
) -> None:
    out = Path(shutil.copytree(stopped[0], tmp_path / "out"))
    damage(checkpoints.folder(out) / "checkpoint-2")
    with pytest.raises(CheckpointDamaged, match=says):
        Run(stopped[1](out), resume=True)


def test_unfinished_files_that_are_links(tmp_path: Path) -> None:
    """Links with the names of scratch files are removed; their targets stay."""
    out, other = tmp_path / "out", tmp_path / "other"
    for folder in (checkpoints.folder(out), other / "checkpoint-1"):
        folder.mkdir(parents=True)
    (out / ".flashsloth-0123abcd").symlink_to(other)
    (out / ".flashsloth-4567cdef").symlink_to(tmp_path / "nowhere")
    (checkpoints.folder(out) / "checkpoint-2").symlink_to(other / "checkpoint-1")
    folder = RunFolder(out)
    folder.begin(resume=False, force=True)
    folder.clear()
    assert [path.name for path in out.iterdir()] == ["checkpoints"]
    assert [path.name for path in checkpoints.folder(out).iterdir()] == [".lock"]
    folder.release()
    assert (other / "checkpoint-1").is_dir()


def make_scratch(folder: Path) -> Path:
    """Make a folder as `replace_folder` leaves it if the process is killed."""
    (folder / "model").mkdir(parents=True)
    (folder / folder_swap.LOCK).touch()
    (folder / "model" / "config.json").touch()
    folder.chmod(0o700)
    return folder


# What is in the folder, and whether it is removed.
SCRATCH: dict[str, tuple[Callable[[Path], object], bool]] = {
    "scratch file": (lambda out: (out / ".flashsloth-0123abcd").touch(), True),
    "scratch folder": (lambda out: make_scratch(out / ".flashsloth-x1_abcde"), True),
    "folder of the user": (
        lambda out: ((out / ".flashsloth-notes").mkdir(), (out / ".flashsloth-notes/a.txt").touch()),
        False,
    ),
    "folder with the name of a scratch file": (
        lambda out: ((out / ".flashsloth-0123abcd").mkdir(), (out / ".flashsloth-0123abcd/a").touch()),
        False,
    ),
    "scratch folder that others may write": (
        lambda out: make_scratch(out / ".flashsloth-x1_abcde").chmod(0o770),
        False,
    ),
    "file of the user": (lambda out: (out / ".flashsloth-todo.txt").touch(), False),
    "link of the user": (lambda out: (out / ".flashsloth-home").symlink_to(".."), False),
    "another program's name": (lambda out: (out / ".flashsloth-0123ABCD").touch(), False),
}


@pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("make", "is_ours"), SCRATCH.values(), ids=list(SCRATCH))
def test_only_unfinished_files_of_this_program_are_removed(
    make: Callable[[Path], object], is_ours: bool, force: bool, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    make(out)
    before = sorted(path.relative_to(out) for path in out.rglob("*"))
    folder = RunFolder(out)
    folder.begin(resume=False, force=force)
    folder.clear()
    folder.release()
    after = sorted(path.relative_to(out) for path in out.rglob("*")) if out.exists() else []
    assert after == ([] if is_ours else before)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of POSIX")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_unfinished_files_of_another_user_stay(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out" / ".flashsloth-0123abcd"
    make_scratch(path)
    if kind == "file":
        shutil.rmtree(path)
        path.touch()
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    folder = RunFolder(tmp_path / "out")
    folder.begin(resume=False, force=False)
    folder.release()
    assert path.exists()


@pytest.mark.skipif(os.name == "nt", reason="no umask there")
@pytest.mark.parametrize("umask", [0o077, 0o002])
def test_the_files_of_a_run_obey_the_umask(umask: int, native_folder: Path, tmp_path: Path) -> None:
    """Also those of checkpoints, which several libraries write."""
    data, out = make_data(tmp_path / "data", 4), tmp_path / "out"
    before = os.umask(umask)
    try:
        Run(recipe(native_folder, data, out, save_every=1, max_steps=2))
    finally:
        os.umask(before)
    modes = {path.relative_to(out): stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*")}
    assert len(modes) > 10
    wrong = {
        path: oct(mode)
        for path, mode in modes.items()
        if mode != (0o777 if (out / path).is_dir() else 0o666) & ~umask
    }
    assert wrong == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that is always full")
def test_a_disk_that_is_full_when_a_loss_is_written(tmp_path: Path) -> None:
    """Closing the file raised a plain OSError in place of DiskFull, and the folder stayed locked."""
    folder = RunFolder(tmp_path / "out")
    folder.begin(resume=False, force=False)
    folder.start_metrics(0)
    folder._metrics.close()
    folder._metrics = open("/dev/full", "a")  # noqa: SIM115
    with pytest.raises(DiskFull, match=r"metrics\.jsonl does not fit"):
        folder.add(Evaluated(1, 0.5, best=True))
    folder.release()
    RunFolder(tmp_path / "out").begin(resume=False, force=True)
