"""The simulated card: what it has done, and its torch.cuda and torch.mps: events, graphs, memory,
generators.

What is not replaced works as it is, as long as `torch.cuda.is_initialized()` is false: then torch only
notes what it would do later, and what reads its allocator returns 0.
"""

from __future__ import annotations

import contextlib
import traceback
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from flashsloth.quantization import card_products
from paths import ROOT

TOTAL = 80 * 2**30  # bytes


@dataclass
class Card:
    """One kind of card: its memory, and what it has done since `reset`. There are two of CUDA, with one
    memory."""

    kind: str  # "cuda" or "mps"
    triton: bool = True  # whether it is installed, with what it needs; the kernels' twins compute here
    host: str = "cpu"  # where the values are; "meta": nowhere, and tensors have only sizes
    # by operator, and captures and replays of graphs
    kernels: Counter[str] = field(default_factory=Counter)
    moved: int = 0  # bytes that kernels read and wrote
    notes: Counter[str] = field(default_factory=Counter)  # attention that the project avoids
    # of the host for the card, with the line of the library
    waits: list[str] = field(default_factory=list)
    # memory of the host, and what arrives there
    late: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    # kernels that are compiled ahead
    compiled: list[str] = field(default_factory=list)
    graph: Any = None  # the one that is being captured
    graphs: weakref.WeakSet[Any] = field(default_factory=weakref.WeakSet)  # those that are not deleted
    generators: set[int] = field(default_factory=set)  # addresses of its random numbers' generators
    storages: set[int] = field(default_factory=set)  # addresses of those that are counted in `used`
    limit: int = TOTAL  # bytes
    used: int = 0
    peak: int = 0

    def reset(self) -> None:
        self.kernels, self.moved, self.notes, self.waits = Counter(), 0, Counter(), []

    def device(self, named: Any = None) -> torch.device:
        """Return a device with its number: "cuda" means the first one."""
        return torch.device(self.kind, torch.device(named or self.kind).index or 0)

    def compile(self, kernel: Any, *_: Any) -> None:
        if card_products.thread.compiles:
            self.compiled.append(kernel.__name__.removeprefix("launch_"))

    def wait(self, why: str) -> None:
        """Note that the host waits, and let all copies arrive."""
        if self.graph is not None:
            raise RuntimeError(f"CUDA error: operation not permitted when stream is capturing ({why})")
        package = str(ROOT / "flashsloth")
        lines = ((frame.f_code.co_filename, line) for frame, line in traceback.walk_stack(None))
        place = next(
            (
                f" {file.removeprefix(package)}:{line}"
                for file, line in lines
                if file.startswith(package)
            ),
            "",
        )
        self.waits.append(why + place)
        self.arrive(len(self.late))

    @torch.inference_mode()  # a copy may have begun there, and its reader have failed
    def arrive(self, count: int) -> None:
        for host, value in self.late[:count]:
            host.copy_(value)
        del self.late[:count]

    def check_room(self, size: int) -> None:
        """Raise OutOfMemoryError if as many bytes are not free."""
        if self.used + size > self.limit:
            raise torch.OutOfMemoryError(
                f"CUDA out of memory. Tried to allocate {size / 2**20:.2f} MiB"
            )

    def hold(self, storage: Any) -> None:
        """Count the bytes of a storage until it is freed."""
        key, size = storage._cdata, storage.nbytes()
        if key not in self.storages:
            self.check_room(size)
            self.storages.add(key)
            self.used += size
            self.peak = max(self.peak, self.used)
            weakref.finalize(storage, self._free, key, size).atexit = False

    def _free(self, key: int, size: int) -> None:
        self.storages.discard(key)
        self.used -= size


PRESENT: list[Card] = []  # the last one is seen by all threads


def card() -> Card:
    return PRESENT[-1]


def leaves(x: Any) -> list[Any]:
    """Return what tuples, lists and dicts hold, in order: much quicker than torch's pytrees."""
    if isinstance(x, dict):
        x = tuple(x.values())
    return [leaf for each in x for leaf in leaves(each)] if isinstance(x, (tuple, list)) else [x]


class Event:
    """An event. Copies to the host that began before it arrive when it is synchronized. That counts as
    a wait if no kernel was launched after it: the card is idle then."""

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


class CUDAGraph:
    """The operations of a capture, which a replay computes with the same tensors. Unlike a card's, a
    capture already writes into tensors that were there before it."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, Any, Any, list[Tensor]]] = []
        card().graphs.add(self)

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
    card().graph = graph
    try:
        yield
        graph.clear()
    except RuntimeError:
        raise RuntimeError("operation failed due to a previous error during capture") from None
    finally:
        card().graph = None


class Generator:
    """Stands for torch.Generator, a class, as modules name it in annotations. One of the card is one of
    the CPU whose address is noted."""

    made = torch.Generator

    def __new__(cls, device: Any = "cpu") -> Any:  # type: ignore[misc]
        generator = cls.made("cpu")
        if torch.device(device).type == card().kind:
            card().generators.add(generator._cdata)
        return generator


def returning(value: Any = None) -> Callable[..., Any]:
    """Return a new function: torch's compiler looks functions up by their identity."""
    return lambda *_, **__: value


def replacements(present: Card) -> dict[Any, dict[str, Any]]:
    """Return what takes the place of names of torch.cuda, torch.mps and the modules around them."""
    is_cuda, is_mps = present.kind == "cuda", returning(present.kind == "mps")
    # all are one queue: what has to wait for what is not checked
    stream = SimpleNamespace(wait_stream=returning())
    wait, used = lambda *_: present.wait("synchronize"), lambda *_: present.used
    cuda = {
        "_lazy_init": returning(),  # which refuses a build without CUDA
        "is_available": returning(is_cuda),
        "device_count": returning(2 * is_cuda),
        "set_device": returning(),  # transformers' Trainer sets it
        "device": contextlib.nullcontext,
        "get_device_capability": returning((9, 0)),
        "get_device_properties": returning(SimpleNamespace(total_memory=TOTAL)),
        "get_device_name": returning("Simulated"),
        "is_bf16_supported": returning(True),
        "mem_get_info": lambda *_: (TOTAL - present.used, TOTAL),
        "memory_allocated": used,
        "memory_reserved": used,
        "max_memory_allocated": lambda *_: present.peak,
        "reset_peak_memory_stats": lambda *_: setattr(present, "peak", present.used),
        "set_per_process_memory_fraction": lambda share, *_: setattr(
            present, "limit", int(share * TOTAL)
        ),
        "synchronize": wait,
        "Stream": returning(stream),
        "Event": Event,
        "CUDAGraph": CUDAGraph,
        "graph": capture,
        "graph_pool_handle": returning((0, 0)),
        "current_stream": returning(stream),
        "stream": contextlib.nullcontext,
        "is_current_stream_capturing": lambda: present.graph is not None,
    }
    mps = {"empty_cache": returning(), "recommended_max_memory": returning(TOTAL), "synchronize": wait}
    return {
        torch.cuda: cuda,
        card_products: {
            "missing": returning("" if present.triton else "Triton"),
            "on_meta": present.compile,
        },
        torch.cuda.random: {
            "get_rng_state": lambda *_: torch.get_rng_state()
        },  # which the Trainer's checkpoints have
        torch.mps: {**mps, "current_allocated_memory": used},
        torch.backends.mps: {"is_available": is_mps, "is_built": is_mps, "is_macos_or_newer": is_mps},
        torch: {"Generator": Generator, "Event": Event},  # transformers' generate makes an Event on MPS
    }
