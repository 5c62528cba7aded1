"""Find tokens that a model has never written, and answers that use them. Imports no torch.

While a model was trained, a token that was in no answer was only ever pushed down. All such tokens were
pushed in the same way, so their rows in the output layer have one direction, and their biases are
equally low. A LoRA adapter leaves this layer as it is, and cannot tell one of them from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.data.sample import Sample
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils.text import printable

WEIGHT = "lm_head.weight"
BIAS = "lm_head.bias"
SAME = 0.98  # the least cosine between the rows of two tokens that were never written
NEAR = 0.1  # the greatest difference of their biases
MOST = 20  # number of letters that a message lists
FEWEST = 8  # fewer tokens like this may be a coincidence


def unwritten_tokens(infos: Mapping[str, TensorInfo]) -> frozenset[int]:
    """Return the ids of the tokens that a model has never written, by its output layer. A layer without
    a bias does not show them."""
    if BIAS not in infos:
        return frozenset()
    weight, bias = (_read(infos[name]) for name in (WEIGHT, BIAS))
    weight = weight / np.maximum(np.linalg.norm(weight, axis=1, keepdims=True), 1e-12)
    low = bias < bias.min() + NEAR
    direction = weight[low].mean(axis=0)
    # If these rows had different directions, their mean would be short.
    if low.sum() < FEWEST or np.linalg.norm(direction) < SAME:
        return frozenset()
    same = weight @ (direction / np.linalg.norm(direction)) > SAME
    return frozenset(np.flatnonzero(low & same).tolist())


def _read(info: TensorInfo) -> npt.NDArray[np.float32]:
    """Read a tensor as float32. numpy has no bfloat16, which is the upper half of a float32."""
    kind: Any = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}.get(info.dtype, np.float64)
    with info.file.open("rb") as file:
        file.seek(info.start)
        values = np.frombuffer(file.read(info.size), kind).reshape(info.shape)
    if info.dtype == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)


def unwritten_letters(
    samples: Iterable[Sample], prompt: PromptEncoder, tokens: frozenset[int]
) -> list[str]:
    """Return the characters, or else the pieces of words, for which answers need such tokens."""
    answers = {turn.answer for sample in samples for turn in sample.turns if turn.learned}
    used = {token for answer in answers for token in prompt.answer(answer)} & tokens
    letters = sorted({letter for answer in answers for letter in answer})
    found = [letter for letter in letters if not tokens.isdisjoint(prompt.text(letter, continued=True))]
    return found if found or not used else [prompt.tokenizer.decode([token]) for token in sorted(used)]


def shown_letters(letters: list[str]) -> str:
    """Return the first letters as a text for a message."""
    more = f" and {len(letters) - MOST} more" if len(letters) > MOST else ""
    return " ".join(printable(each) for each in letters[:MOST]) + more
