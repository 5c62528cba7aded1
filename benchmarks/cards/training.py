"""Two LoRA steps and an evaluation, at lengths for which wrong results of cuDNN's attention were
reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from common import fill

from cards.check import GIB, Machine, NotHere, Row, at_most
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.measurement import make_task
from flashsloth.checkpoints import model_files
from flashsloth.training import memory_estimate, model_setup
from flashsloth.training.recipe import Recipe

LENGTHS = (192, 320)  # 64 modulo 128 (pytorch#196678)
LEARNED = 48  # the number of labelled tokens of a row


def lora(machine: Machine) -> Iterator[Row]:
    """Train two steps and evaluate, with and without cuDNN's attention. Loss and gradients must be
    finite, and the peak of memory must be within its estimate."""
    try:
        import peft  # noqa: F401
    except ImportError as error:
        raise NotHere(str(error)) from error
    model, recipe = build(machine)
    for cudnn in (True, False) if machine.cuda else (False,):
        if machine.cuda:
            torch.backends.cuda.enable_cudnn_sdp(cudnn)
            torch.cuda.reset_peak_memory_stats(machine.device)
        suffix = f", cuDNN attention {'on' if cudnn else 'off'}" if machine.cuda else ""
        losses, finite = steps(machine, model)
        yield Row(
            6,
            f"losses of two steps{suffix}",
            ", ".join(f"{loss:.3f}" for loss in losses),
            "finite",
            finite,
        )
        with torch.no_grad():
            value = float(forward(machine, model, LENGTHS[0]))
        yield Row(
            6,
            f"loss of an evaluation{suffix}",
            f"{value:.3f}",
            "finite",
            value == value and abs(value) < 1e4,
        )
        if machine.cuda:
            peak = torch.cuda.max_memory_allocated(machine.device) / GIB
            yield at_most(
                6, f"peak, GiB{suffix}", peak, round(estimated(machine, recipe) / GIB, 2), "GiB"
            )


def build(machine: Machine) -> tuple[Any, Recipe]:
    """Return a model of random weights with LoRA, in train mode."""
    recipe = Recipe(model="random", data=("none",), method="lora", freeze_compression=True, dropout=0.0)
    model = model_files.build_empty(make_task(machine.job()).config)
    infos = random_weights.infos(model)
    fill(model, random_weights.random_tensors(infos, machine.dtype), machine.device)
    # `fill` has moved only the parameters
    for module in model.modules():
        for name, buffer in module.named_buffers(recurse=False):
            setattr(module, name, buffer.to(machine.device))
    torch.manual_seed(0)
    wrapped = model_setup.prepare(model, recipe, hd=False)
    return wrapped.to(machine.device).train(), recipe


def batch(machine: Machine, length: int) -> dict[str, torch.Tensor]:
    """Return two rows, one of which is padded. They have the task's picture and prompt, followed by
    words."""
    task = make_task(machine.job())
    ids = [*task.ids, *(11 + 7 * number % 300 for number in range(length - len(task.ids)))]
    rows = torch.tensor([ids, ids], device=machine.device)
    mask, labels = torch.ones_like(rows), rows.clone()
    labels[:, :-LEARNED] = -100
    mask[1, -16:], labels[1, -16:] = 0, -100
    pixels = torch.from_numpy(task.pixels())[None].repeat(2, 1, 1, 1).to(machine.device, machine.dtype)
    return {"input_ids": rows, "attention_mask": mask, "labels": labels, "pixel_values": pixels}


def steps(machine: Machine, model: Any) -> tuple[list[float], bool]:
    """Make a step at each length; return the losses, and whether all gradients were finite."""
    learned = list(model_setup.trainable(model).values())
    optimizer = torch.optim.AdamW(learned, lr=1e-4, fused=machine.cuda)
    losses, finite = [], True
    for length in LENGTHS:
        loss = forward(machine, model, length)
        loss.backward()
        finite = finite and all(bool(p.grad.isfinite().all()) for p in learned if p.grad is not None)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    return losses, finite and all(loss == loss for loss in losses)


def forward(machine: Machine, model: Any, length: int) -> torch.Tensor:
    """Return the loss of a batch of this length."""
    with torch.autocast(machine.device.type, machine.dtype, enabled=machine.dtype == torch.bfloat16):
        return model(**batch(machine, length), loss_only=True).loss


def estimated(machine: Machine, recipe: Recipe) -> int:
    """Return the peak bytes that the program would have promised for these steps."""
    rows = memory_estimate.Batch(rows=2, tokens=max(LENGTHS), learned=2 * LEARNED, tiles=1)
    item, config = machine.dtype.itemsize, make_task(machine.job()).config
    return memory_estimate.estimate(
        config, recipe, rows, item=item, hd=False, checkpointing=False
    ).total
