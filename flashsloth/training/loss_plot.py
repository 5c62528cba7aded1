"""Plot the loss of a run with Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 960, 480
LEFT, RIGHT, TOP, BOTTOM = 80, 30, 40, 50
INK, GRID, FAINT, CURVE, OTHER = "#333333", "#e4e4e4", "#b9d3ee", "#1f6fb5", "#d9822b"


def draw(metrics: Sequence[dict[str, Any]], target: Path) -> None:
    """Plot the training loss by step with its running mean, and the evaluations as dots. metrics: lines of
    metrics.jsonl, `step` with `loss` or `eval_loss`."""
    from PIL import Image, ImageDraw, ImageFont

    steps = [(m["step"], m["loss"]) for m in metrics if "loss" in m and math.isfinite(m["loss"])]
    evaluations = [(m["step"], m["eval_loss"]) for m in metrics if "eval_loss" in m and math.isfinite(m["eval_loss"])]
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), "white")  # reduced at the end, for smooth lines
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    last = max([step for step, _ in (*steps, *evaluations)], default=1)
    # so that a few high losses at the start do not flatten the curve
    typical = float(np.percentile([loss for _, loss in steps], 98)) if steps else 0.0
    ceiling = round_up(max([typical, *(loss for _, loss in evaluations), 1e-9]))

    def at(step: float, loss: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / last
        return 2 * x, 2 * (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(loss / ceiling, 1))

    for part in range(5):
        value = ceiling * part / 4
        pen.line([at(0, value), at(last, value)], fill=GRID, width=2)
        pen.text((at(0, value)[0] - 14, at(0, value)[1]), f"{value:.3g}", fill=INK, font=font, anchor="rm")
        step = round(last * part / 4)
        pen.text((at(step, 0)[0], at(0, 0)[1] + 14), str(step), fill=INK, font=font, anchor="mt")
    pen.text((2 * LEFT, 2 * TOP - 50), "loss by optimizer step", fill=INK, font=font, anchor="lt")
    if len(steps) > 1:
        pen.line([at(*point) for point in steps], fill=FAINT, width=2)
        pen.line([at(*point) for point in running_mean(steps)], fill=CURVE, width=5, joint="curve")
    for point in evaluations:
        x, y = at(*point)
        pen.ellipse([x - 8, y - 8, x + 8, y + 8], fill=OTHER)
    if evaluations:
        pen.text((2 * (WIDTH - RIGHT), 2 * TOP - 50), "dots: evaluation", fill=OTHER, font=font, anchor="rt")
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(target, format="PNG", optimize=True)


def running_mean(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the mean of each loss with its neighbours, a twentieth of the run to either side."""
    reach, numbers = max(1, len(points) // 20), np.arange(len(points))
    sums = np.cumsum([0.0, *(loss for _, loss in points)])
    start, end = np.maximum(numbers - reach, 0), np.minimum(numbers + reach + 1, len(points))
    means = (sums[end] - sums[start]) / (end - start)
    return [(step, mean) for (step, _), mean in zip(points, means.tolist(), strict=True)]


def round_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(x * power for x in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if x * power >= value * 0.999)
