"""The program in a system that refuses memory. SQUEEZE is load, prefill (of a long prompt) or decode (once, at the
fifth token)."""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager

gc.disable()  # while modules are imported, as in the command line

from flashsloth_cli.__main__ import ENVIRONMENT, main

os.environ.update(ENVIRONMENT)

import psutil
import torch

import flashsloth.model.modeling  # noqa: F401 - the squeeze is for weights, not for imports
from flashsloth.checkpoints import safetensors_reader
from flashsloth.generation.engine import Engine
from flashsloth.inference.packed_decoder import PackedDecoder

WHERE = os.environ["SQUEEZE"]
PIECE = 2**14  # bytes
LONG = 200  # tokens


@contextmanager
def squeezed() -> Iterator[None]:
    """Inside, only a few small pieces of memory can be allocated."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms, hard))
    taken = []
    try:
        while True:
            taken.append(bytearray(PIECE))
    except MemoryError:
        del taken[::8][:64]
        for _ in range(min(64, len(taken))):
            taken.pop(len(taken) // 2)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


read_tensors, prefill, decode = safetensors_reader.read_tensors, Engine.prefill, PackedDecoder.logits
decoded = 0


def read_tensors_squeezed(*args, **kwargs):
    tensors = read_tensors(*args, **kwargs)
    yield next(tensors)
    with squeezed():
        yield from tensors


def prefill_squeezed(self, ids, *args, **more):
    if len(ids) < LONG:
        return prefill(self, ids, *args, **more)
    with squeezed():
        return prefill(self, ids, *args, **more)


def decode_squeezed(self, x, *args):
    global decoded
    decoded += len(x) == 1
    if decoded == 5 and len(x) == 1:
        torch.empty(2**50, dtype=torch.uint8)
    return decode(self, x, *args)


if WHERE == "load":
    safetensors_reader.read_tensors = read_tensors_squeezed
elif WHERE == "prefill":
    Engine.prefill = prefill_squeezed
else:
    PackedDecoder.logits = decode_squeezed

if __name__ == "__main__":
    main()
