"""Worker processes that read the data: without shared memory, and when they fail or are killed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

from cli.conftest import command, environment
from flashsloth.errors import DataWorkerFailed
from flashsloth.training.dataset import TrainingRows, prepare_worker
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.utils import system

from .helpers import Run, weights

Short = Callable[..., Recipe]  # the fixture `short`


def test_batches_need_no_shared_memory(monkeypatch: pytest.MonkeyPatch, short: Short) -> None:
    """A worker that asks for shared memory is ended here: where there is too little, the run would
    hang."""
    monkeypatch.setattr(torch.UntypedStorage, "_share_fd_cpu_", lambda *_: os._exit(3))
    monkeypatch.setattr(torch.UntypedStorage, "_share_filename_cpu_", lambda *_: os._exit(3))
    assert train(short(workers=1, eval_split=0.3, eval_every=2)).finished


def test_a_killed_worker_and_the_resumed_run(
    monkeypatch: pytest.MonkeyPatch, undisturbed: Callable[..., Path], short: Short, out: Path
) -> None:
    read = TrainingRows.__getitem__
    reads = 0

    def killed_at_the_fifth(self: TrainingRows, index: int) -> Any:
        nonlocal reads
        reads += 1
        if reads == 5 and get_worker_info() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, index)

    with monkeypatch.context() as patched:
        patched.setattr(TrainingRows, "__getitem__", killed_at_the_fifth)
        with pytest.raises(DataWorkerFailed, match="DataLoader worker") as failed:
            train(short(workers=1))
    assert failed.value.exit_code == 5
    assert "--resume" in failed.value.hint
    assert "workers=0" in failed.value.hint
    assert Run.resumed(out).result.finished
    assert weights(out) == weights(undisturbed())


class Tensors(Dataset[Any]):
    """Tensors of the dtypes and shapes that a batch may have."""

    values = (
        torch.tensor([[1.5, -2.25]], dtype=torch.bfloat16),
        torch.tensor([True, False]),
        torch.tensor(7),
        torch.empty(0, 3, dtype=torch.float16),
        torch.arange(6).view(2, 3).T,
    )

    def __getitem__(self, _: int) -> Any:
        prepare_worker()
        return self.values


def test_tensors_of_any_dtype_are_sent() -> None:
    received = next(
        iter(DataLoader(Tensors(), sampler=[0], batch_size=None, num_workers=1, timeout=60))
    )
    for sent, got in zip(Tensors.values, received, strict=True):
        assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
        assert torch.equal(got, sent)


ORPHANED = """
import os, signal, torch
from torch.utils.data import DataLoader, Dataset
from flashsloth.training.dataset import prepare_worker

class Large(Dataset):
    def __getitem__(self, index):
        prepare_worker()
        return torch.zeros(10_000_000)  # more than a pipe holds

batches = iter(DataLoader(Large(), sampler=range(9), batch_size=None, num_workers=1))
next(batches)
print(batches._workers[0].pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_a_worker_ends_when_the_main_process_is_killed() -> None:
    """torch looks every five seconds whether the main process is there."""
    with subprocess.Popen([sys.executable, "-c", ORPHANED], stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        worker = psutil.Process(int(main.stdout.readline()))
        assert main.wait() == -signal.SIGKILL
        try:
            worker.wait(60)
        finally:
            with suppress(psutil.NoSuchProcess):
                worker.kill()


class Unsendable(Dataset[Any]):
    """Examples that cannot be sent to another process."""

    def __getitem__(self, _: int) -> Any:
        prepare_worker()
        return threading.Lock()


def test_a_batch_that_cannot_be_sent_ends_its_worker() -> None:
    """Whatever fails in the thread that sends batches is an error of the main process, which would wait
    otherwise."""
    loader = DataLoader(Unsendable(), sampler=[0], num_workers=1, collate_fn=list, timeout=60)
    with pytest.raises(RuntimeError, match=r"^DataLoader worker"):
        next(iter(loader))


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EMFILE, errno.EROFS])
def test_workers_that_cannot_be_started(
    reason: int, monkeypatch: pytest.MonkeyPatch, short: Short
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(multiprocessing, "Queue", full)
    with pytest.raises(DataWorkerFailed, match=os.strerror(reason)) as failed:
        train(short(workers=1))
    assert "/dev/shm" in failed.value.hint
    assert "workers=0" in failed.value.hint
    assert train(short(), given={"workers": 0}, resume=True).finished


def test_workers_that_the_system_refuses(monkeypatch: pytest.MonkeyPatch, short: Short) -> None:
    monkeypatch.setattr(system, "can_start_threads", lambda count: count == 0)
    with pytest.raises(DataWorkerFailed, match="does not start 1") as failed:
        train(short(workers=1))
    assert "workers=0" in failed.value.hint
    assert "ulimit -u" in failed.value.hint
    assert train(short(), given={"workers": 0}, resume=True).finished


def can_mount() -> bool:
    """Return whether this process may mount another /dev/shm for a program alone: as root, in most
    containers."""
    tool = shutil.which("unshare")
    return (
        tool is not None
        and subprocess.run([tool, "-m", "true"], check=False, capture_output=True).returncode == 0
    )


@pytest.mark.slow
@pytest.mark.skipif(not can_mount(), reason="only root may mount another /dev/shm")
@pytest.mark.parametrize(("size", "code"), [("64k", 0), ("8k", 5)])
def test_a_small_dev_shm(size: str, code: int, native_folder: Path, data: Path, out: Path) -> None:
    words = [
        "finetune",
        data,
        "-m",
        native_folder,
        "-o",
        out,
        "--max-steps",
        2,
        "--batch-size",
        2,
        "--device",
        "cpu",
    ]
    mount = f'mount --make-rprivate / && mount -t tmpfs -o size={size} tmpfs /dev/shm && exec "$0" "$@"'
    line = [
        "unshare",
        "-m",
        "bash",
        "-c",
        mount,
        *command(),
        *map(str, words),
        "--set",
        "workers=2",
        "-q",
    ]
    done = subprocess.run(
        line, check=False, capture_output=True, text=True, env=environment(), timeout=120
    )
    assert done.returncode == code, done.stderr
    assert ("/dev/shm" in done.stderr) == bool(code)
    assert "Traceback" not in done.stderr
