"""torch.cuda and torch.mps of the pretended card: streams, events, graphs, memory, generators."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from card.state import Card, card
from card.tensor import GENERATORS, leaves

CAPABILITY = 9, 0


class Stream:
    """A stream. All are one queue: what has to wait for what is not checked."""

    def __init__(self, *_: Any, **__: Any) -> None: ...
    def wait_stream(self, other: Any) -> None: ...
    def synchronize(self) -> None:
        card().wait("Stream.synchronize")


class Event:
    """An event. Copies to the host that began before it arrive when it is synchronized. That counts as a wait if no
    kernel was launched after it: the card is idle then."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.late: list[Any] = []
        self.kernels = 0

    def record(self, stream: Any = None) -> None:
        self.late, self.kernels = list(card().late), card().kernels.total()

    def synchronize(self) -> None:
        begun = {id(pair) for pair in self.late}
        card().arrive(sum(id(pair) in begun for pair in card().late))
        if card().kernels.total() == self.kernels:
            card().wait("Event.synchronize")

    def elapsed_time(self, end: Event) -> float:
        """Return milliseconds that mean nothing but the number of kernels."""
        return max(1, end.kernels - self.kernels) / 1000


class CUDAGraph:
    """The operations of a capture, which a replay computes with the same tensors."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.calls: list[tuple[Any, Any, Any, list[Tensor]]] = []
        self.before: set[int] = set()  # storages
        card().graphs.add(self)

    def record(self, *call: Any) -> None:
        self.calls.append(call)

    def is_older(self, target: Any) -> bool:
        """Return whether a tensor was there before the capture."""
        return isinstance(target, Tensor) and target.untyped_storage()._cdata in self.before

    def clear(self) -> None:
        """Make the results of the capture useless, as nobody may read them before a replay."""
        for *_, results in self.calls:
            for result in filter(torch.is_floating_point, results):
                result.fill_(torch.nan)

    def replay(self) -> None:
        card().kernels["replay"] += 1
        for function, args, kwargs, results in self.calls:
            for old, new in zip(results, leaves(function(*args, **kwargs)), strict=False):
                old.copy_(new)


@contextlib.contextmanager
def capture(graph: CUDAGraph, **_: Any) -> Iterator[None]:
    """Stand for torch.cuda.graph. The end of an interrupted capture raises an error of its own."""
    card().kernels["capture"] += 1
    card().graph, graph.before = graph, set(card().storages)
    try:
        yield
        graph.clear()
    except RuntimeError:
        raise RuntimeError("operation failed due to a previous error during capture") from None
    finally:
        card().graph = None


class Generator:
    """Stands for torch.Generator. One of the card is one of the CPU whose address is noted."""

    made = torch.Generator

    def __new__(cls, device: Any = "cpu") -> Any:  # type: ignore[misc]
        generator = cls.made("cpu")
        if torch.device(device).type == card().kind:
            GENERATORS.add(generator._cdata)
        return generator


def returning(value: Any = None) -> Callable[..., Any]:
    """Return a new function: torch's compiler looks functions up by their identity."""
    return lambda *_, **__: value


def doing_nothing(*names: str) -> dict[str, Any]:
    return {name: returning() for name in names}


def of_cuda(present: Card) -> dict[str, Any]:
    """Map names of torch.cuda to functions of the pretended card."""
    number_of = lambda device: device if isinstance(device, int) else present.device(device).index  # noqa: E731

    @contextlib.contextmanager
    def current(device: Any) -> Iterator[None]:
        before, present.current = present.current, number_of(device)
        try:
            yield
        finally:
            present.current = before

    is_cuda, total, (major, minor) = present.kind == "cuda", present.total, CAPABILITY
    properties = SimpleNamespace(name="Pretended", total_memory=total, multi_processor_count=132)
    properties.major, properties.minor = major, minor
    used, peak = (lambda *_: present.used), (lambda *_: present.peak)
    return {
        **doing_nothing("init", "_lazy_init", "empty_cache", "manual_seed", "manual_seed_all", "seed_all"),
        **of_random_numbers(),
        "is_available": returning(is_cuda),
        "is_initialized": returning(True),
        "device_count": returning(present.count * is_cuda),
        "current_device": lambda: present.current,
        "set_device": lambda to: setattr(present, "current", number_of(to)),
        "device": current,
        "get_device_capability": returning(CAPABILITY),
        "get_device_properties": returning(properties),
        "get_device_name": returning("Pretended"),
        "is_bf16_supported": returning(True),
        "mem_get_info": lambda *_: (total - present.used, total),
        **dict.fromkeys(("memory_allocated", "memory_reserved"), used),
        **dict.fromkeys(("max_memory_allocated", "max_memory_reserved"), peak),
        "reset_peak_memory_stats": lambda *_: setattr(present, "peak", present.used),
        "set_per_process_memory_fraction": lambda share, *_: setattr(present, "limit", int(share * total)),
        "synchronize": lambda *_: present.wait("synchronize"),
        "Stream": Stream,
        "Event": Event,
        "CUDAGraph": CUDAGraph,
        "graph": capture,
        "graph_pool_handle": returning((0, 0)),
        "current_stream": returning(Stream()),
        "stream": contextlib.nullcontext,
        "is_current_stream_capturing": lambda: present.graph is not None,
    }


def of_random_numbers() -> dict[str, Any]:
    """Map names of torch.cuda.random to functions that use the CPU's generator, the only one."""
    get = torch.get_rng_state
    return {
        "get_rng_state": lambda *_: get(),
        "get_rng_state_all": lambda: [get()],
        **doing_nothing("set_rng_state", "set_rng_state_all"),
    }


def of_mps(present: Card) -> dict[str, Any]:
    """Map names of torch.mps to functions of the pretended card."""
    return {
        **doing_nothing("empty_cache", "manual_seed", "seed", "set_rng_state"),
        "get_rng_state": lambda: torch.get_rng_state(),
        "device_count": returning(int(present.kind == "mps")),
        "recommended_max_memory": returning(present.total),
        "current_allocated_memory": lambda: present.used,
        "driver_allocated_memory": lambda: present.used,
        "synchronize": lambda: present.wait("synchronize"),
    }
