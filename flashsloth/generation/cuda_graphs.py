"""Replay a function of tensors as a captured CUDA graph.

On a fast GPU the hundreds of kernels of a decode step take longer to launch than to run; a captured graph launches them
at once. Where capture is impossible or fails, the same function runs eagerly.
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


class CapturedGraph:
    """One captured call. A replay copies its inputs (at least one) into fixed buffers and the outputs out of them."""

    def __init__(self, function: Function, inputs: dict[str, Tensor]) -> None:
        self.inputs = {name: value.clone() for name, value in inputs.items()}
        device = next(iter(self.inputs.values())).device
        with torch.cuda.device(device):
            stream, pool, _ = capture_memory(device)
            self.graph, self.output = capture(lambda: function(**self.inputs), stream, pool)

    def __call__(self, **inputs: Tensor) -> Any:
        for name, value in inputs.items():
            self.inputs[name].copy_(value)
        self.graph.replay()
        return self.output.clone() if isinstance(self.output, Tensor) else tuple(part.clone() for part in self.output)


@functools.cache
def capture_memory(device: torch.device) -> tuple[Any, Any, Any]:
    """Return the stream and the memory pool of all captures on a device, and a capture that keeps the pool alive.

    They are shared because cuBLAS allocates tens of megabytes for each stream, and captures can overwrite each other's
    working memory. A pool whose captures were all deleted cannot be used again.
    """
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    pool = torch.cuda.graph_pool_handle()
    return stream, pool, capture(lambda: torch.zeros(1, device=device), stream, pool)


def capture(function: Callable[[], Any], stream: Any, pool: Any) -> tuple[torch.cuda.CUDAGraph, Any]:
    """Capture a function and return the graph and its output buffers."""
    graph, before = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
    stream.wait_stream(before)
    with torch.cuda.stream(stream):  # torch.cuda.graph does not restore the stream when a capture fails
        try:
            for _ in range(2):  # warm up: lazy initialisation must not be captured
                function()
        finally:
            before.wait_stream(stream)
        with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
            return graph, function()


class CudaGraphs:
    """The captured graphs of an engine by key. `disabled_reason` is why nothing is captured; empty if it is."""

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.disabled_reason = "" if device.type == "cuda" else f"{device.type} has no CUDA graphs"
        if not enabled:
            self.disabled_reason = "switched off"
        self.captured: dict[Hashable, CapturedGraph] = {}
        self._lock = threading.Lock()  # the captures of a device share memory, so only one may run

    def run(self, key: Hashable, function: Callable[..., Outputs], **inputs: Tensor) -> Outputs:
        """Return the function's value, from a replay if possible. Calls with the same key must have the same shapes."""
        if self.disabled_reason:
            return function(**inputs)
        with self._lock:
            return self._replay(key, function, inputs)

    def _replay(self, key: Hashable, function: Callable[..., Outputs], inputs: dict[str, Tensor]) -> Outputs:
        if key not in self.captured:
            try:
                self.captured[key] = CapturedGraph(function, inputs)
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:  # the function cannot be captured
                self.disabled_reason = f"capture failed: {(str(error).splitlines() or [type(error).__name__])[0]}"
                self.captured.clear()
                return function(**inputs)
        value: Outputs = self.captured[key](**inputs)
        return value

    def forget(self, owner: Any) -> None:
        """Drop the captures whose key starts with `owner`, after its buffers were reallocated."""
        self.captured = {k: v for k, v in self.captured.items() if not (isinstance(k, tuple) and k[0] == owner)}
