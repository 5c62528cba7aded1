"""Training on CUDA and MPS as far as it goes without them."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

import fake_device
from flashsloth.errors import OptionError
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_plan import training_device
from flashsloth.training.trainer import SlothTrainer
from flashsloth.training.trainer_private import ResumableTrainer

MPS = torch.device("mps", 0)


class NoFloat64(TorchDispatchMode):
    """Raises as MPS does where a tensor would become float64."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if isinstance(out, Tensor) and (out.device.type, out.dtype) == ("mps", torch.float64):
            raise TypeError("the MPS framework doesn't support float64")
        return out


def test_evaluation_on_mps_has_no_float64() -> None:
    found: list[Tensor] = []

    def model(**_: Any) -> SimpleNamespace:
        return SimpleNamespace(loss=torch.ones((), device=MPS))

    model.eval, model.train = lambda: model, lambda: None  # type: ignore[attr-defined]

    def reduce(sums: Tensor, _: str) -> list[float]:
        found.append(sums)
        return SimpleNamespace(tolist=lambda: [3.0, 2.0])  # type: ignore[return-value]

    trainer: Any = SimpleNamespace(
        model_wrapped=model,
        args=SimpleNamespace(device=MPS),
        accelerator=SimpleNamespace(reduce=reduce),
        compute_loss_context_manager=contextlib.nullcontext,
        _pop_counts=lambda batch: None,
    )
    with fake_device.fake_tensors(), NoFloat64():
        trainer.get_eval_dataloader = lambda: [{"labels": torch.zeros(2, 8, dtype=torch.int64, device=MPS)}]
        assert SlothTrainer.evaluation_loss(trainer) == 1.5
    assert [(sums.device, sums.dtype) for sums in found] == [(MPS, torch.float32)]


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
