"""The program of the worker process, which measures one row. It opens or builds a model, and asks the
model the same question several times."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import accelerate  # noqa: F401 - imported here so that it does not count as memory of the model
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
    """Measure a job and return its row of the table. `values` are the fields of Job. Another
    `backend_class` must have the attributes of FlashSlothBackend."""
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
    peak = memory.peak()  # read before the bandwidth is measured, because that takes memory too
    shares = bandwidth(backend, task, medians["decode_tokens_per_second"])
    return {
        "engine": job.engine,
        "model": job.model,
        "quant": backend.model.quant,
        "dtype": backend.model.dtype,
        "device": str(task.device),
        "visual_tokens": task.visual_tokens,
        **dict.fromkeys(NUMBERS),
        **medians,
        "load_ms": load_ms if job.folder else None,
        "peak_bytes": peak,
        **shares,
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
    """Return the number of bytes of the weights, the number of bytes that are read to decode one token,
    and the share of the device's bandwidth that decoding uses. The bandwidth is measured in two ways,
    by copying and by reading a long array."""
    length = len(task.ids) + task.tokens / 2  # length of the KV cache, averaged over the answer
    item = getattr(torch, backend.model.dtype).itemsize
    cached = cached_values(task.config.text_config) * item * length
    read = round(meters.read_bytes(backend.read_per_token) + cached)
    copy_speed = meters.copy_bandwidth(task.device)
    read_speed = meters.read_bandwidth(task.device)
    return {
        "weight_bytes": meters.weight_bytes(backend.modules),
        "bytes_per_token": read,
        "copy_bytes_per_second": round(copy_speed),
        "bandwidth_share": round(read * speed / copy_speed, 4),
        "read_bytes_per_second": round(read_speed),
        "read_share": round(read * speed / read_speed, 4),
    }


if __name__ == "__main__":
    serve(measure)
