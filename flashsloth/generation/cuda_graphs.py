"""Replay a function of tensors as a captured CUDA graph.

On a fast GPU the hundreds of kernels of a decode step take longer to launch than to run. A captured
graph launches them at once. If a graph cannot be captured, the same function runs eagerly (without a
graph).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

import torch

from flashsloth.devices import release_memory

Outputs = TypeVar("Outputs", torch.Tensor, tuple[torch.Tensor, ...])
Function = Callable[..., Any]
# An engine that has this many graphs deletes all of them, and captures again those that it needs later.
# Each graph takes a few megabytes.
MAX_GRAPHS = 512


class GraphKey(NamedTuple):
    """Identifies a capture. Calls with the same key must have the same shapes and use the same
    buffers."""

    kind: str  # "tower", "prefill" or "decode"
    memory: Hashable  # the addresses and shapes of the buffers that the call uses; None if it uses none
    shape: tuple[Hashable, ...]


class CaptureMemory:
    """The stream and the memory pool that all captures of an engine share.

    Sharing saves memory. cuBLAS allocates a workspace of tens of megabytes for each stream, and graphs
    that never run at the same time can use the same pool.

    But deleting one graph frees cuBLAS's workspace of the stream, which the other graphs still use. So
    graphs are only deleted all together. Until then even those whose capture failed are kept. For the
    same reason engines do not share a CaptureMemory.
    """

    def __init__(self, device: torch.device) -> None:
        self.graphs: list[torch.cuda.CUDAGraph] = []
        with torch.cuda.device(device):
            self.stream: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            self.pool = torch.cuda.graph_pool_handle()
            # A memory pool cannot be used again after all its graphs were deleted, so one small graph
            # is kept.
            self._kept = self.capture(lambda: torch.zeros(1, device=device))

    def capture(self, function: Callable[[], Any]) -> tuple[torch.cuda.CUDAGraph, Any]:
        """Capture a function and return the graph and its output buffers."""
        graph = torch.cuda.CUDAGraph()
        stream = self.stream
        before = torch.cuda.current_stream()
        self.graphs.append(graph)
        stream.wait_stream(before)
        # torch.cuda.graph does not restore the stream when a capture fails
        with torch.cuda.stream(stream):
            try:
                function()  # so that libraries initialise themselves for the stream before the capture
            finally:
                before.wait_stream(stream)
            with torch.cuda.graph(
                graph, pool=self.pool, stream=stream, capture_error_mode="thread_local"
            ):
                return graph, function()


class CapturedGraph:
    """One captured call with at least one input. A replay copies the inputs into fixed buffers, and
    copies the outputs out of fixed buffers."""

    def __init__(
        self, function: Function, inputs: dict[str, torch.Tensor], memory: CaptureMemory
    ) -> None:
        self.inputs = {name: value.clone() for name, value in inputs.items()}
        with torch.cuda.device(next(iter(self.inputs.values())).device):
            self.graph, self.output = memory.capture(lambda: function(**self.inputs))

    def __call__(self, **inputs: torch.Tensor) -> Any:
        for name, value in inputs.items():
            self.inputs[name].copy_(value)
        self.graph.replay()
        if isinstance(self.output, torch.Tensor):
            return self.output.clone()
        return tuple(part.clone() for part in self.output)


class CudaGraphs:
    """The captured graphs of an engine by key. The first call with a key runs eagerly, the second one
    is captured, and later ones are replays. A capture takes as long as about two calls, which would not
    pay for a single question. `disabled_reason` says why nothing is captured; it is empty if captures
    are enabled."""

    def __init__(self, device: torch.device, enabled: bool = True) -> None:
        self.device = device
        self.disabled_reason = "" if device.type == "cuda" else f"{device.type} has no CUDA graphs"
        if not enabled:
            self.disabled_reason = "switched off"
        self.captured: dict[GraphKey, CapturedGraph] = {}
        # for each kind of call (`GraphKey.kind`) that cannot be captured, the reason
        self.failures: dict[str, str] = {}
        # keys of calls whose capture ran out of memory; these calls are not captured again
        self._eager: set[GraphKey] = set()
        self._used: set[GraphKey] = set()  # keys of calls that ran eagerly once
        self._memory: CaptureMemory | None = None
        self._lock = threading.Lock()  # the captures of an engine share memory, so only one may run

    @property
    def problem(self) -> str:
        """Why some or all calls run eagerly; empty if captures work."""
        return self.disabled_reason or "; ".join(
            f"capture of the {kind} failed: {reason}" for kind, reason in self.failures.items()
        )

    def run(self, key: GraphKey, function: Callable[..., Outputs], **inputs: torch.Tensor) -> Outputs:
        """Return the function's value, from a replay if possible."""
        if self.disabled_reason:
            return function(**inputs)
        with self._lock:
            graph = self.captured.get(key) or self._capture(key, function, inputs)
            return graph(**inputs) if graph is not None else function(**inputs)

    def _capture(
        self, key: GraphKey, function: Function, inputs: dict[str, torch.Tensor]
    ) -> CapturedGraph | None:
        """Return a new graph at the second use of a key; None at the first use, and if the capture
        fails."""
        if key.kind in self.failures or key in self._eager:
            return None
        if key not in self._used:
            self._used.add(key)
            return None
        if self._memory is not None and len(self._memory.graphs) >= MAX_GRAPHS:
            torch.cuda.synchronize(self.device)
            self.captured = {}
            self._memory = None
        try:
            self._memory = self._memory or CaptureMemory(self.device)
            graph = self.captured[key] = CapturedGraph(function, inputs, self._memory)
        except RuntimeError as error:
            # If the function fails, ending the capture may raise another error, whose context is the
            # first one.
            if isinstance(error, torch.OutOfMemoryError) or isinstance(
                error.__context__, torch.OutOfMemoryError
            ):
                self._eager.add(key)  # an eager call may need less memory
                release_memory(self.device)
            else:  # the function cannot be captured
                self.failures[key.kind] = (str(error).splitlines() or [type(error).__name__])[0]
            return None
        return graph
