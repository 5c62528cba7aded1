"""All uses of private names of transformers, torch and multiprocessing in training.
tests/training/test_trainer_private.py and test_data_workers.py fail when one of them changes.

`Trainer` has no public method or callback for loading the weights of a checkpoint, so its private
method is overridden here. Everything else that trainer.py changes goes through public methods,
callbacks and `TrainerState`.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.queues import Queue
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors.torch import load_file
from transformers.trainer import Trainer

from flashsloth.errors import CheckpointDamaged, DataWorkerFailed, OutOfThreads
from flashsloth.training import checkpoints
from flashsloth.utils import system
from flashsloth.utils.text import error_reason


class ResumableTrainer(Trainer):
    """transformers' Trainer, which can also load checkpoints that hold only the trained parameters."""

    control: Any
    lr_scheduler: Any

    def load_weights(self, checkpoint: Path) -> None:
        """Load the trained parameters of a checkpoint into the model. Raises: CheckpointDamaged."""
        checkpoints.check(checkpoint)
        self._load_from_checkpoint(str(checkpoint))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load the trained parameters. transformers' own method refuses a folder without a whole
        model."""
        if self.is_fsdp_enabled or self.is_deepspeed_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            load_trained(self.model, Path(resume_from_checkpoint) / checkpoints.TRAINED)


def end_workers(loader: Any) -> None:
    """End the worker processes of a DataLoader.

    torch itself ends them only when the DataLoader's iterator is garbage-collected. A traceback that
    the caller keeps may still refer to the iterator and prevent this.
    """
    iterator: Any = getattr(getattr(loader, "base_dataloader", loader), "_iterator", None)
    if hasattr(iterator, "_shutdown_workers"):
        iterator._shutdown_workers()


def send_batches_by_value() -> None:
    """In a worker of a DataLoader, send tensors through its pipe, and end the worker if that fails.

    torch sends tensors through shared memory. A container may have only 64 MB of shared memory. If an
    allocation then fails in the thread that feeds the pipe, multiprocessing prints the error and drops
    the batch, and the main process waits for this batch forever. Tensors that are sent by value need
    neither shared memory nor file descriptors. Receiving eight pictures of 384 x 384 pixels (14 MB)
    takes 12 ms. If the thread fails for another reason, the worker ends, and the main process notices
    this.
    """
    Queue._on_queue_feeder_error = staticmethod(lambda *_: psutil.Process().kill())  # type: ignore[attr-defined]
    # A worker joins the thread that feeds the pipe before it exits. If the main process was killed,
    # this thread waits forever for space in a pipe that nobody reads, so the join is left out. If the
    # main process ends the worker, torch cancels the join itself.
    Queue._finalize_join = staticmethod(lambda *_: None)  # type: ignore[attr-defined]
    # As bytes, because a NumPy array of the same dtype is not always possible: NumPy has no bfloat16.
    ForkingPickler.register(
        torch.Tensor,
        lambda tensor: (
            _from_bytes,
            (tensor.detach().flatten().view(torch.uint8).numpy(), tensor.dtype, tensor.shape),
        ),
    )


def _from_bytes(array: Any, dtype: torch.dtype, shape: torch.Size) -> torch.Tensor:
    return torch.from_numpy(array).view(dtype).view(shape)


def check_workers(count: int, loaders: int) -> None:
    """Raise DataWorkerFailed if `count` workers cannot be started for each of the DataLoaders. The
    system may allow too few processes. The workers' queues need semaphores, which are kept in /dev/shm,
    and /dev/shm may be full.

    To find out, this creates as many queues as the DataLoaders will create, and some more. It does not
    create a DataLoader: the destructor of one whose workers could not be started prints a second
    traceback.
    """
    # a process, and a thread at each end of its queues
    if not system.can_start_threads(3 * loaders * count):
        raise DataWorkerFailed(
            f"the system does not start {count} processes that read the data",
            hint=f"Use --set workers=0, so that this process reads the data. {OutOfThreads.hint}",
        )
    queues = loaders * (count + 3) if count else 0
    try:
        _: list[Any] = [multiprocessing.Queue() for _ in range(queues)]
    except OSError as error:
        raise DataWorkerFailed(
            f"the processes that read the data cannot be started: {error_reason(error)}",
            hint="Use --set workers=0, so that this process reads the data; or allow more space in /dev/shm.",
        ) from error


def load_trained(model: Any, path: Path) -> None:
    """Copy the tensors of a file into the parameters that learn. Raises: CheckpointDamaged if names or
    shapes differ."""
    learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
    tensors = load_file(path)
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    if shapes != {name: parameter.shape for name, parameter in learning.items()}:
        raise CheckpointDamaged(f"{path} belongs to another run", hint="Start over with --force.")
    with torch.no_grad():
        for name, tensor in tensors.items():
            learning[name].copy_(tensor)
