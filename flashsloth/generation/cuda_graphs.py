"""Replay a function of tensors as one captured CUDA graph. Knows CUDA; knows nothing of what it replays.

On a fast card a decode step is hundreds of kernel launches that take longer to issue than to run. A captured graph
issues them at once. Wherever capture is impossible or fails, the very same function runs eagerly.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import torch
from torch import Tensor

Outputs = TypeVar("Outputs", Tensor, tuple[Tensor, ...])
Function = Callable[..., Any]


class Captured:
    """One capture: inputs, at least one, are copied into its buffers, and what comes out is copied out of them."""

    def __init__(self, function: Function, inputs: dict[str, Tensor]) -> None:
        self.inputs = {name: value.clone() for name, value in inputs.items()}
        device = next(iter(self.inputs.values())).device
        with torch.cuda.device(device):
            stream, pool, _ = workplace(device)
            self.graph, self.output = capture(lambda: function(**self.inputs), stream, pool)

    def __call__(self, **inputs: Tensor) -> Any:
        for name, value in inputs.items():
            self.inputs[name].copy_(value)
        self.graph.replay()
        return self.output.clone() if isinstance(self.output, Tensor) else tuple(part.clone() for part in self.output)


@functools.cache
def workplace(device: torch.device) -> tuple[Any, Any, Any]:
    """A stream and a pool of memory that all captures on a device share: cuBLAS takes tens of megabytes for each stream
    it meets, and what one capture works in the next may overwrite.

    The third keeps the pool: one whose captures are all gone cannot be captured into again.
    """
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    pool = torch.cuda.graph_pool_handle()
    return stream, pool, capture(lambda: torch.zeros(1, device=device), stream, pool)


def capture(function: Callable[[], Any], stream: Any, pool: Any) -> tuple[torch.cuda.CUDAGraph, Any]:
    """A graph of the function, and the memory in which its value will be."""
    graph, before = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
    stream.wait_stream(before)
    with torch.cuda.stream(stream):  # torch's own context, below, does not leave its stream when a capture fails
        try:
            for _ in range(2):  # lazy initialisations must not be captured
                function()
        finally:
            before.wait_stream(stream)
        with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
            return graph, function()


class CudaGraphs:
    """Captures by key, made when first needed. `disabled_reason` says why none are made, if so."""

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.disabled_reason = "" if device.type == "cuda" else f"{device.type} has no CUDA graphs"
        if not enabled:
            self.disabled_reason = "switched off"
        self.captured: dict[Hashable, Captured] = {}
        self._lock = threading.Lock()  # all captures of a device share their memory: one thread at a time

    def run(self, key: Hashable, function: Callable[..., Outputs], **inputs: Tensor) -> Outputs:
        """The function's value, by replay where that is possible. The same key must mean the same shapes."""
        if self.disabled_reason:
            return function(**inputs)
        with self._lock:
            return self._replay(key, function, inputs)

    def _replay(self, key: Hashable, function: Callable[..., Outputs], inputs: dict[str, Tensor]) -> Outputs:
        if key not in self.captured:
            try:
                self.captured[key] = Captured(function, inputs)
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:  # an operation that cannot be captured
                self.disabled_reason = f"capture failed: {(str(error).splitlines() or [type(error).__name__])[0]}"
                self.captured.clear()
                return function(**inputs)
        value: Outputs = self.captured[key](**inputs)
        return value

    def forget(self, owner: Any) -> None:
        """Drop the captures whose key begins with `owner`: their buffers have moved."""
        self.captured = {k: v for k, v in self.captured.items() if not (isinstance(k, tuple) and k[0] == owner)}
