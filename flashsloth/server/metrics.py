"""Write the counters of a server in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

from flashsloth.server.scheduler import Scheduler

PREFIX = "flashsloth_"


def metrics_text(scheduler: Scheduler, statuses: Mapping[int, int]) -> str:
    """Return all metrics. `statuses` counts the finished requests for an answer by status."""
    counters = scheduler.counters
    labelled = [(f'{{status="{status}"}}', count) for status, count in sorted(statuses.items())]
    seconds = [("_sum", counters.first_token_seconds), ("_count", counters.first_tokens)]
    lines = []
    for name, kind, text, value in (
        ("requests_total", "counter", "Requests for an answer, by HTTP status.", labelled),
        ("first_token_seconds", "summary", "Seconds from request to first token.", seconds),
        ("answers_total", "counter", "Answers that ended by themselves.", counters.answers),
        ("answers_cancelled_total", "counter", "Answers whose client left.", counters.cancelled),
        ("answers_failed_total", "counter", "Answers that ended with an error.", counters.failed),
        ("prompt_tokens_total", "counter", "Positions of all prompts.", counters.prompt_tokens),
        ("prompt_tokens_cached_total", "counter", "Positions of prompts that were kept.", counters.cached_tokens),
        ("tokens_total", "counter", "Generated tokens.", counters.tokens),
        ("decode_steps_total", "counter", "Steps of all running answers together.", counters.steps),
        ("decode_seconds_total", "counter", "Seconds spent in these steps.", counters.decode_seconds),
        ("images_total", "counter", "Pictures in requests.", counters.images),
        ("images_cached_total", "counter", "Pictures whose encoding was kept.", counters.image_hits),
        ("slots", "gauge", "Answers that can run at once.", scheduler.slots),
        ("slots_active", "gauge", "Answers that are running.", scheduler.active),
        ("queue_length", "gauge", "Requests that wait.", scheduler.waiting),
        ("pictures_waiting", "gauge", "Of these, requests whose pictures are being read.", scheduler.pictures_waiting),
        ("cache_bytes", "gauge", "Memory of kept prompts and pictures.", scheduler.memory_used),
        ("resident_bytes", "gauge", "Memory of the process.", psutil.Process().memory_info().rss),
        ("model_loaded", "gauge", "1 if the model is in memory, 0 while it sleeps.", int(not scheduler.is_asleep)),
    ):
        lines += [f"# HELP {PREFIX}{name} {text}", f"# TYPE {PREFIX}{name} {kind}"]
        values = value if isinstance(value, list) else [("", value)]  # with what follows the name
        lines += [f"{PREFIX}{name}{suffix} {number}" for suffix, number in values]
    return "\n".join([*lines, ""])
