"""The private parts of transformers and torch that training depends on are still as `trainer_private`
expects."""

from __future__ import annotations

import inspect

import torch
from torch.utils.data import DataLoader
from transformers.trainer import Trainer

from flashsloth.training.trainer_private import end_workers


def test_the_overridden_method_of_the_trainer() -> None:
    name, parameters = "_load_from_checkpoint", ("resume_from_checkpoint", "model")
    advice = f"transformers changed Trainer.{name}: adapt flashsloth/training/trainer_private.py"
    method = getattr(Trainer, name, None)
    assert method is not None, advice
    assert tuple(inspect.signature(method).parameters)[1:] == parameters, advice
    assert f"self.{name}(" in inspect.getsource(Trainer), advice


def test_workers_can_be_ended() -> None:
    loader = DataLoader(torch.arange(4), num_workers=1, persistent_workers=True)  # type: ignore[arg-type]
    iterator = iter(loader)
    next(iterator)
    (worker,) = iterator._workers  # type: ignore[attr-defined]
    end_workers(loader)
    assert not worker.is_alive(), (
        "torch changed DataLoader: adapt end_workers in flashsloth/training/trainer_private.py"
    )
