"""Reused memory for the pieces of a product."""

from __future__ import annotations

import threading

import torch
from torch import Tensor


class _Scratch(threading.local):
    """Reused buffers for the pieces of a product, about 20 MB: new memory from the system costs more than the
    arithmetic. Only for CPUs; other devices have a caching allocator."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, torch.dtype], Tensor] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
        """Return an uninitialized tensor, valid until the same name is taken again in this thread."""
        if device.type != "cpu":
            return torch.empty(shape, dtype=dtype, device=device)
        count = torch.Size(shape).numel()
        kept = self.kept.get((name, dtype))
        if kept is None or kept.numel() < count:
            with torch.inference_mode(False):  # an inference tensor could not be written outside inference mode
                kept = self.kept[name, dtype] = torch.empty(count, dtype=dtype, device=device)
        return kept[:count].view(shape)


scratch = _Scratch()
