"""The temperature of choices: a model's probabilities of choices are raised to the power 1 / T, and scaled to sum to
one. It is stored with an adapter or a model; 1 changes nothing."""

from __future__ import annotations

from typing import Any

from flashsloth.utils.text import printable_repr

LOWEST, HIGHEST = 0.05, 20.0


def check_choice_temperature(value: Any) -> str:
    """Return what is wrong with a stored temperature, or ""."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and LOWEST <= value <= HIGHEST:
        return ""
    return f"choice_temperature must be a number from {LOWEST} to {HIGHEST:g}, not {printable_repr(value)}"
