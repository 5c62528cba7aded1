"""Training on CUDA and MPS as far as it goes without them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from flashsloth.errors import OptionError
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_plan import training_device
from flashsloth.training.trainer import SlothTrainer
from flashsloth.training.trainer_private import ResumableTrainer


def test_only_the_first_cuda_device_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers' Trainer takes it, whatever was asked for."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5")
    assert training_device(Recipe(device="cuda:0")) == torch.device("cuda", 0)
    with pytest.raises(OptionError, match="first CUDA device, not cuda:1") as caught:
        training_device(Recipe(device="cuda:1"))
    assert "CUDA_VISIBLE_DEVICES=5" in caught.value.hint


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_training_does_without_cudnn_attention(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its gradients may be NaN. Afterwards the setting of the process is what it was, also after an error."""
    trainer = SlothTrainer.__new__(SlothTrainer)
    trainer.args, trainer.saving = SimpleNamespace(device=torch.device(kind)), None
    seen: list[bool] = []

    def train(self: Any) -> None:
        seen.append(torch.backends.cuda.cudnn_sdp_enabled())
        raise KeyError

    monkeypatch.setattr(ResumableTrainer, "train", train)
    for enabled in (True, False):
        torch.backends.cuda.enable_cudnn_sdp(enabled)
        with pytest.raises(KeyError):
            trainer.train()
        assert torch.backends.cuda.cudnn_sdp_enabled() is enabled
    torch.backends.cuda.enable_cudnn_sdp(True)
    assert seen == [kind == "cpu", False]
