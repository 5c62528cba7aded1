"""An engine with a policy, and a prompt computed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from flashsloth.chat import FlashSloth
from flashsloth.errors import InputError
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.inference.attention import attend
from flashsloth.inference.decoder import PromptInputs
from flashsloth.inference.packed_layers import TorchCore
from flashsloth.inference.reduced_core import PromptRows, ReductionPolicy
from flashsloth.reduction.recipe import open_policy
from generation.helpers import driven


def with_policy(
    sloth: FlashSloth, policy: ReductionPolicy | None, *, padded: bool = False
) -> FlashSloth:
    """Return the model with an engine of its own, which has this policy."""
    other = driven(sloth, padded=padded, ahead=sloth.engine.ahead)
    if policy is not None:
        other.engine.reduce(policy)
    return other


def refused(
    path: Path, config: FlashSlothConfig, *changes: dict[str, Any], match: str = "damaged"
) -> None:
    """Check that a recipe is refused with each of these changes. A change of an object changes its
    fields."""
    sound = json.loads(path.read_text())
    for change in changes:
        merged = {
            key: {**sound[key], **value} if isinstance(value, dict) else value
            for key, value in change.items()
        }
        path.write_text(json.dumps({**sound, **merged}))
        with pytest.raises(InputError, match=match):
            open_policy(path, config)
    path.write_text(json.dumps(sound))


def masked_prefill(
    sloth: FlashSloth, given: PromptInputs, gone: Callable[[int, Tensor, PromptRows], Tensor]
) -> Tensor:
    """Return the logits (T, V) of a whole prompt in which no row is ever removed: from some layer on,
    nothing attends to those that a policy would leave out.

    gone: called after each layer's attention with its number, the largest attention of all heads (T, T)
        and the rows; returns True at the rows (T,) that no later layer sees. Attention to rows that are
        gone already is 0.
    """
    decoder: Any = sloth.engine.decoder
    x, inputs, rows, T = given.x, given.embq, given.rows, len(given.x)
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    hidden = torch.zeros(T, dtype=torch.bool)

    def attention(layer: int, q: Tensor, kv: Tensor) -> Tensor:
        nonlocal hidden
        visible = causal & ~hidden
        visible |= torch.eye(T, dtype=torch.bool)  # a row that is gone sees itself, and nobody reads it
        pair = kv.permute(1, 2, 0, 3)
        keys = pair[0].repeat_interleave(q.shape[1] // pair.shape[1], 0)
        scores = (q.transpose(0, 1) @ keys.transpose(1, 2)) * q.shape[-1] ** -0.5
        shares = scores.masked_fill(~visible, -torch.inf).softmax(-1).amax(0)
        shares[hidden] = 0
        hidden = hidden | gone(layer, shares, rows)
        return attend(q, *pair[:, None], visible)

    core = TorchCore(decoder.rotary.at(slice(0, T), T, x.dtype), attention, decoder.heads)
    for index, layer in enumerate(decoder.layers):
        if index == decoder.embq_layer and inputs is not None:
            x = decoder.apply_embq(x, inputs)
        x = layer(x, index, core)
    # private: the last step of the second computation
    return decoder._head(decoder.norm(x))
