"""The private parts of transformers and torch that training depends on. tests/training/test_trainer_private.py fails
when one of them changes.

`Trainer` has no public method or callback for loading the weights of a checkpoint, so its private one is overridden
here. Everything else that `trainer` changes goes through public methods, callbacks and `TrainerState`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers.trainer import Trainer

from flashsloth.errors import CheckpointDamaged
from flashsloth.training import checkpoints


class ResumableTrainer(Trainer):
    """transformers' Trainer, loading checkpoints that hold the trained parameters alone."""

    control: Any
    lr_scheduler: Any

    def load_weights(self, checkpoint: Path) -> None:
        """Load the trained parameters of a checkpoint into the model. Raises: CheckpointDamaged."""
        checkpoints.check(checkpoint)
        self._load_from_checkpoint(str(checkpoint))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load a folder without a whole model, which transformers refuses."""
        if self.is_fsdp_enabled or self.is_deepspeed_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            load_trained(self.model, Path(resume_from_checkpoint) / checkpoints.TRAINED)


def end_workers(loader: Any) -> None:
    """End the worker processes of a DataLoader. torch ends them only when its iterator is garbage-collected, which a
    traceback that the caller keeps prevents."""
    iterator: Any = getattr(getattr(loader, "base_dataloader", loader), "_iterator", None)
    if hasattr(iterator, "_shutdown_workers"):
        iterator._shutdown_workers()


def load_trained(model: Any, path: Path) -> None:
    """Copy the tensors of a file into the parameters that learn. CheckpointDamaged if names or shapes differ."""
    learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
    tensors = load_file(path)
    if tensors.keys() != learning.keys() or any(t.shape != learning[n].shape for n, t in tensors.items()):
        raise CheckpointDamaged(f"{path} belongs to another run", hint="Start over with --force.")
    with torch.no_grad():
        for name, tensor in tensors.items():
            learning[name].copy_(tensor)
