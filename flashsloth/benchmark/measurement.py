"""Measure one row: open or build a model and ask it the same question several times. The worker's
program."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import accelerate  # noqa: F401 - loaded here so that it does not count as memory of the model
import torch

from flashsloth import devices
from flashsloth.benchmark import meters
from flashsloth.benchmark.backends import FlashSlothBackend
from flashsloth.benchmark.prompts import Task, make_task
from flashsloth.benchmark.runner import NUMBERS, Job, serve
from flashsloth.sizes.families import cached_values
from flashsloth.utils.progress import Progress


def measure(
    values: dict[str, Any], on_progress: Progress, backend_class: Any = FlashSlothBackend
) -> dict[str, Any]:
    """Return the row of a job. `values` are the fields of Job. Another `backend_class` has the same
    attributes."""
    job = Job(**values)
    task = replace(make_task(job), on_progress=on_progress)
    memory = meters.PeakMemory(task.device)
    start = time.perf_counter()
    with devices.convert_oom(task.device):
        backend = backend_class(task)
        load_ms = round((time.perf_counter() - start) * 1000, 1)
        with torch.inference_mode():
            for number in range(job.warmup):
                on_progress(number, job.warmup, "answers to warm up")
                backend.answer()
            contention = meters.CpuContention()
            samples = []
            for number in range(job.repeats):
                on_progress(number, job.repeats, "answers measured")
                samples.append(backend.answer())
            waited_share = contention.share()
    medians, spread = meters.summary([times for times, _ in samples])
    ids = samples[-1][1]
    return {
        "engine": job.engine,
        "model": job.model,
        "quant": backend.model.quant,
        "dtype": backend.model.dtype,
        "device": str(task.device),
        "visual_tokens": task.config.visual_tokens(task.hd),
        **dict.fromkeys(NUMBERS),
        **medians,
        "load_ms": load_ms if job.folder else None,
        "peak_bytes": memory.peak(),
        **bandwidth(backend, task, medians["decode_tokens_per_second"]),
        "spread": spread,
        "error": None,
        "peak_is": memory.how,
        "graphs": backend.graphs,
        "waited_share": waited_share,
        "prompt_tokens": len(task.ids),
        "output_tokens": len(ids),
        "token_ids": ids,
        "environment": meters.environment(task.device),
    }


def bandwidth(backend: Any, task: Task, speed: float) -> dict[str, Any]:
    """Return the bytes of the weights, the bytes that one token reads, and the shares of the device's
    copy bandwidth and of that of a long read."""
    length = len(task.ids) + task.tokens / 2
    cached = (
        cached_values(task.config.text_config) * getattr(torch, backend.model.dtype).itemsize * length
    )
    read = round(meters.read_bytes(backend.read_per_token) + cached)
    copy, long_read = meters.copy_bandwidth(task.device), meters.read_bandwidth(task.device)
    return {
        "weight_bytes": meters.weight_bytes(backend.modules),
        "bytes_per_token": read,
        "copy_bytes_per_second": round(copy),
        "bandwidth_share": round(read * speed / copy, 4),
        "read_bytes_per_second": round(long_read),
        "read_share": round(read * speed / long_read, 4),
    }


if __name__ == "__main__":
    serve(measure)
