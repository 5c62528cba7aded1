"""Two processes hold a tiny model in shards (FSDP2 over gloo) and take one step; prints rank 0's loss
and gradient norms beside those of the whole model. The second process has no picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor

sys.path.insert(0, str(Path(__file__).parents[2]))
import tiny
from training.helpers import batch


def rows(with_picture: bool) -> dict[str, torch.Tensor]:
    """One row about a picture, or of text alone with an unused picture."""
    shown = batch((True,))
    return shown if with_picture else batch((False,)) | {"dummy_pixel_values": shown["pixel_values"]}


def norms(model: torch.nn.Module) -> dict[str, float]:
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    whole = {
        name: each.full_tensor() if isinstance(each, DTensor) else each
        for name, each in gradients.items()
    }
    return {name: 0.0 if each is None else float(each.norm()) for name, each in whole.items()}


def main() -> None:
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    whole = tiny.model().requires_grad_(True)  # in evaluation mode: no dropout
    loss = sum(whole(**rows(with_picture), loss_only=True).loss for with_picture in (True, False)) / 2
    loss.backward()
    wanted = norms(whole)
    model = tiny.model().requires_grad_(True)
    shards = set(model._no_split_modules)
    mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (2,))
    for module in list(model.modules()):
        if type(module).__name__ in shards:
            fully_shard(module, mesh=mesh)
    fully_shard(model, mesh=mesh)
    mine = model(**rows(rank == 0), loss_only=True).loss
    mine.backward()
    got = norms(model)
    total = mine.detach().clone()
    dist.all_reduce(total)
    if rank == 0:
        both = {name: [got[name], wanted[name]] for name in wanted}
        print(json.dumps({"loss": [float(total) / 2, float(loss)], "norms": both}))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
