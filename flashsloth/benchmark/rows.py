"""One row: a model opened or made, asked the same question again and again. Knows engines; knows no processes."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import accelerate  # noqa: F401 - opening a model wants it: no part of what the model takes
import torch

from flashsloth.benchmark import measure as m
from flashsloth.benchmark.backends import Backend, FlashSlothBackend, Transformers
from flashsloth.benchmark.prompts import Task, make_task
from flashsloth.benchmark.runner import NUMBERS, Job
from flashsloth.utils.progress import Progress


def measure(given: dict[str, Any], on_progress: Progress | None = None) -> dict[str, Any]:
    """The row of a job. Raises what opening and running raise."""
    job = Job(**given)
    task = replace(make_task(job), on_progress=on_progress)
    memory = m.PeakMemory(task.device)
    began = time.perf_counter()
    subject: Backend
    subject = FlashSlothBackend(task) if job.engine == "flashsloth" else Transformers(task)
    load_ms = round((time.perf_counter() - began) * 1000, 1)
    with torch.inference_mode():
        for number in range(job.warmup):
            task.tell(number, job.warmup, "answers to warm up")
            subject.once()
        waiting = m.CpuContention()
        samples = []
        for number in range(job.repeats):
            task.tell(number, job.repeats, "answers measured")
            samples.append(subject.once())
        waited = waiting.share()
    middle, spread = m.summary([s.times for s in samples])
    return {
        "engine": job.engine,
        "model": job.model,
        "quant": subject.opened.quant,
        "dtype": str(subject.opened.dtype).removeprefix("torch."),
        "device": str(task.device),
        "visual_tokens": task.config.visual_tokens(task.hd),
        **dict.fromkeys(NUMBERS),
        **middle,
        "load_ms": load_ms if job.folder else None,
        "peak_bytes": memory.peak(),
        **bandwidth(subject, task, middle["decode_tokens_per_second"]),
        "spread": spread,
        "error": None,
        "peak_is": memory.how,
        "graphs": subject.graphs,
        "waited_share": waited,
        "prompt_tokens": len(task.prompt.ids),
        "output_tokens": len(samples[-1].ids),
        "token_ids": samples[-1].ids,
        "environment": m.environment(task.device),
    }


def bandwidth(subject: Backend, task: Task, speed: float) -> dict[str, Any]:
    """Bytes of weights, of what one token reads, and the share of the device's copy bandwidth that this takes."""
    text = task.config.text_config
    length = len(task.prompt.ids) + task.tokens / 2
    cached = 2 * text.num_hidden_layers * text.hidden_size * subject.opened.dtype.itemsize * length
    read = round(m.read_bytes(subject.per_token) + cached)
    copy = m.copy_bandwidth(task.device)
    return {
        "weight_bytes": m.weight_bytes(subject.everything),
        "bytes_per_token": read,
        "copy_bytes_per_second": round(copy),
        "bandwidth_share": round(read * speed / copy, 4),
    }
