"""Answer requests with llama.cpp: a line of JSON on stdin, a line of JSON on stdout. Needs llama-cpp-python and numpy.

    python llama_worker.py TEXT.gguf [VISION.gguf]

After loading it writes {"ready": {...}}. Requests:

    {"task": "answer", "prompt": 145, "steps": 48}
    {"task": "picture", "before": 38, "after": 26}      needs VISION.gguf
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import llama_cpp as llama
import numpy as np
from llama_cpp import mtmd_cpp as mtmd

NO_CALLBACK = mtmd.mtmd_helper_post_decode_callback()
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class Context:
    """A context of a model for one sequence."""

    def __init__(self, model: Any) -> None:
        options = llama.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = 512
        options.n_seq_max = 1
        options.n_threads = options.n_threads_batch = THREADS
        options.no_perf = True
        self.pointer = llama.llama_init_from_model(model, options)
        if not self.pointer:
            raise MemoryError("llama.cpp could not open a context")
        self.batch = llama.llama_batch_init(512, 0, 1)
        self.words = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))

    def clear(self) -> None:
        llama.llama_memory_clear(llama.llama_get_memory(self.pointer), True)

    def run(self, tokens: list[tuple[int, int]], wanted: list[int]) -> list[int]:
        """Compute (token, position) pairs; return the most likely next tokens of the `wanted` ones."""
        batch = self.batch
        batch.n_tokens = len(tokens)
        for number, (token, position) in enumerate(tokens):
            batch.token[number] = token
            batch.pos[number] = position
            batch.n_seq_id[number] = 1
            batch.seq_id[number][0] = 0
            batch.logits[number] = number in wanted
        if code := llama.llama_decode(self.pointer, batch):
            raise RuntimeError(f"llama_decode: {code}")
        return [self._best(number) for number in wanted]

    def _best(self, number: int) -> int:
        logits = llama.llama_get_logits_ith(self.pointer, number)
        return int(np.ctypeslib.as_array(logits, (self.words,)).argmax())


class Vision:
    """The tower and projector of a file, and the picture that is encoded."""

    def __init__(self, path: str, model: Any) -> None:
        options = mtmd.mtmd_context_params_default()
        options.use_gpu, options.print_timings, options.n_threads, options.warmup = False, False, THREADS, False
        self.context = mtmd.mtmd_init_from_file(path.encode(), model, options)
        if not self.context:
            raise OSError(f"llama.cpp cannot open {path}")
        self.chunk = self._picture_chunk(1024, 768)
        self.tokens = mtmd.mtmd_input_chunk_get_n_tokens(self.chunk)

    def _picture_chunk(self, width: int, height: int) -> Any:
        pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        data = np.ascontiguousarray(pixels).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = mtmd.mtmd_bitmap_init(width, height, data)
        marker = mtmd.mtmd_default_marker()
        text = mtmd.mtmd_input_text(marker, len(marker), False, False)
        chunks = mtmd.mtmd_input_chunks_init()
        bitmaps = (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
        if code := mtmd.mtmd_tokenize(self.context, chunks, ctypes.byref(text), bitmaps, 1):
            raise RuntimeError(f"mtmd_tokenize: {code}")
        every = [mtmd.mtmd_input_chunks_get(chunks, i) for i in range(mtmd.mtmd_input_chunks_size(chunks))]
        picture = mtmd.MTMD_INPUT_CHUNK_TYPE_IMAGE
        return next(chunk for chunk in every if mtmd.mtmd_input_chunk_get_type(chunk) == picture)

    def encode(self) -> None:
        if code := mtmd.mtmd_encode_chunk(self.context, self.chunk):
            raise RuntimeError(f"mtmd_encode_chunk: {code}")

    def prefill(self, context: Context, position: int) -> int:
        """Compute the visual tokens of the encoded picture; return the next position."""
        after = llama.llama_pos(position)
        values = mtmd.mtmd_get_output_embd(self.context)
        code = mtmd.mtmd_helper_decode_image_chunk(
            self.context, context.pointer, self.chunk, values, position, 0, 512, ctypes.byref(after), NO_CALLBACK, None
        )
        if code:
            raise RuntimeError(f"mtmd_helper_decode_image_chunk: {code}")
        return int(after.value)


def milliseconds(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    value = run()
    return (time.perf_counter() - began) * 1000, value


def ids(count: int, start: int = 11) -> list[int]:
    return [(start + 7 * number) % 997 for number in range(count)]


class Worker:
    """A model and what it can be asked."""

    def __init__(self, text: str, vision: str | None) -> None:
        options = llama.llama_model_default_params()
        options.n_gpu_layers = 0
        self.model = llama.llama_model_load_from_file(text.encode(), options)
        if not self.model:
            raise OSError(f"llama.cpp cannot open {text}")
        self.context = Context(self.model)
        self.vision = Vision(vision, self.model) if vision else None

    def answer(self, prompt: int, steps: int) -> dict[str, Any]:
        """Compute a prompt, then token after token."""
        self.context.clear()
        rows = [(token, position) for position, token in enumerate(ids(prompt))]
        prefill_ms, token = milliseconds(lambda: self.context.run(rows, [prompt - 1])[0])
        began = time.perf_counter()
        for position in range(prompt, prompt + steps):
            token = self.context.run([(token, position)], [0])[0]
        return {"prefill_ms": prefill_ms, "decode_tokens_per_second": steps / (time.perf_counter() - began)}

    def picture(self, before: int, after: int) -> dict[str, Any]:
        """Encode a picture, then compute a prompt around it."""
        if self.vision is None:
            raise ValueError("no vision file")
        self.context.clear()
        tower_ms, _ = milliseconds(self.vision.encode)

        def prefill() -> None:
            assert self.vision is not None
            self.context.run([(token, place) for place, token in enumerate(ids(before))], [])
            start = self.vision.prefill(self.context, before)
            self.context.run([(token, start + place) for place, token in enumerate(ids(after))], [after - 1])

        prefill_ms, _ = milliseconds(prefill)
        return {"tower_ms": tower_ms, "ttft_ms": tower_ms + prefill_ms, "visual_tokens": self.vision.tokens}

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        task = {"answer": self.answer, "picture": self.picture}[request.pop("task")]
        return {**task(**request), "resident_bytes": resident()}


def read_bytes(text: str) -> int:
    """Return the bytes that each token reads: all weights but the embeddings."""
    return sum(int(tensor.n_bytes) for tensor in gguf.GGUFReader(text).tensors if tensor.name != "token_embd.weight")


def resident() -> int | None:
    """Return the resident bytes of this process, mapped files included; None where the system does not say it so."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what llama.cpp prints
    silent = llama.llama_log_callback(lambda *_: None)
    llama.llama_log_set(silent, None)
    mtmd.mtmd_helper_log_set(silent, None)
    text, vision = (*sys.argv[1:], None)[:2]
    worker = Worker(str(text), vision)
    ready = {"read_bytes": read_bytes(str(text)), "threads": THREADS}
    print(json.dumps({"ready": ready}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(worker.reply(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
