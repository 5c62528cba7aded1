"""Rebuild the recorded reference: weights, pictures and ids from the recipes in data/ (data/README.md).

Tests compare with `close`: same shape, everything finite, no element further off than the tolerance
that the golden states about itself. Nothing is relative and nothing is scaled.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from flashsloth.checkpoints.model_files import build_empty
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.model.key_mapping import native_name
from flashsloth.sizes.part_sizes import upgrade_official

DATA = Path(__file__).parent / "data"
TOKENIZER = DATA / "tokenizer"
IMAGE_ID, QUERY_ID = -200, 50295  # the reference's, where one id stands for a whole picture or group
QUERIES = 9

# The "small" configuration has 1024 words, all of which may occur in prompts; these three never do, nor
# in what the reference generates (test_coverage.py checks), so they can stand for what needs an id
# here.
SMALL_IDS = {
    "learnable_token_id": 1022,
    "image_token_id": 1023,
    "eos_token_id": 1020,
    "bos_token_id": 0,
    "pad_token_id": 0,
}
MULTITURN_END = 137  # the id that plays `</s>` in multiturn_0: the last one labelled in each answer


@dataclass(frozen=True)
class Golden:
    """A recorded case: arrays by name, with the recorder's metadata."""

    name: str
    arrays: dict[str, np.ndarray]
    meta: dict[str, Any]

    def __getitem__(self, key: str) -> Tensor:
        return torch.from_numpy(self.arrays[key])

    def tol(self, key: str = "logits") -> float:
        """Return the absolute tolerance that the recording states."""
        return float(self.meta["tol"][key])

    @property
    def ids(self) -> list[int]:
        """Return the ids of the first row in the reference's form."""
        return [int(i) for i in self.arrays["input_ids"][0]]

    @property
    def new_ids(self) -> list[int]:
        """Return the greedy answer's ids."""
        return [int(i) for i in self.arrays["new_ids"][0]]

    def pixels(self) -> Tensor:
        """Draw the pictures by the recipe: a coarse random mosaic with noise, clipped to [-1, 1]."""
        recipe = self.meta["pixels"]
        random = np.random.RandomState(recipe["seed"])
        coarse = 0.6 * random.standard_normal((recipe["n"], 3, 24, 24))
        values = np.kron(coarse, np.ones((16, 16))) + 0.15 * random.standard_normal(
            (recipe["n"], 3, 384, 384)
        )
        values = values.clip(-1, 1).astype(np.float32).reshape(recipe["reshape"])
        values[recipe.get("zero_rows", [])] = 0
        return torch.from_numpy(values)


def names(family: str) -> list[str]:
    """Return the recorded cases of a family."""
    found = sorted(p.stem.removeprefix("golden_") for p in DATA.glob(f"golden_{family}_*.npz"))
    assert found, f"no goldens of {family}"
    return found


def quick_first(family: str, *quick: int) -> list[Any]:
    """Return the recorded cases of a family as parameters of a test: slow, but for those of these
    numbers."""
    return [
        pytest.param(name, marks=[] if number in quick else [pytest.mark.slow])
        for number, name in enumerate(names(family))
    ]


@cache
def golden(name: str) -> Golden:
    with np.load(DATA / f"golden_{name}.npz") as file:
        arrays = {k: file[k] for k in file.files}
    meta = json.loads(str(arrays.pop("meta")))
    assert meta["case"] == name
    assert {k: list(a.shape) for k, a in arrays.items()} == {
        k: shape for k, (shape, _) in meta["arrays"].items()
    }
    return Golden(name, arrays, meta)


@cache
def weights(config: str) -> dict[str, Tensor]:
    """Return every tensor by its official name, with values generated from that name."""
    spec = json.loads((DATA / f"weights_spec_{config}.json").read_text())
    return {t["name"]: fill(spec["salt"] + t["name"], t["shape"], **t["rule"]) for t in spec["tensors"]}


def fill(name: str, shape: list[int], scale: float, offset: float) -> Tensor:
    normal = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(tuple(shape))
    return torch.from_numpy((offset + scale * normal).astype(np.float32))


def flat_config(config: str) -> dict[str, Any]:
    """Return the config.json of a released folder with these sizes."""
    blocks = json.loads((DATA / f"config_{config}.json").read_text())
    return {
        **blocks["text"],
        "model_type": "phi",
        "architectures": ["FlashSlothForCausalLM"],
        "mm_vision_tower": "checkpoints/base/siglip-so400m-patch14-384",
        "vision_config": blocks["vision"],
    }


def build(config: str, **changes: Any) -> FlashSlothForConditionalGeneration:
    """Return the model with the reference's weights, shared, and `changes` to the flat
    configuration."""
    flat = {**flat_config(config), **(SMALL_IDS if config == "small" else {}), **changes}
    model = build_empty(FlashSlothConfig(**upgrade_official(flat)))
    model.load_state_dict(
        {native_name(k): t for k, t in weights(config).items()}, strict=True, assign=True
    )
    model.generation_config.update(
        eos_token_id=model.config.end_token_id, pad_token_id=0, do_sample=False
    )
    return model.eval().requires_grad_(False)


def expand(ids: list[int], config: FlashSlothConfig, visual_tokens: int = 81) -> list[int]:
    """Expand the reference's ids: one position for every visual and query token."""
    runs = {
        IMAGE_ID: [config.image_token_id] * visual_tokens,
        QUERY_ID: [config.query_token_id] * QUERIES,
    }
    return [i for token in ids for i in runs.get(token, [token])]


def close(got: Any, want: Any, atol: float, what: str = "") -> None:
    """Check that shapes are equal and all values are finite and within the tolerance."""
    got, want = torch.as_tensor(got).float(), torch.as_tensor(want).float()
    assert got.shape == want.shape, f"{what}: shape {tuple(got.shape)}, recorded {tuple(want.shape)}"
    assert want.numel() > 0, f"{what}: nothing to compare"
    assert torch.isfinite(got).all(), f"{what}: not finite"
    assert torch.isfinite(want).all(), f"{what}: the recording is not finite"
    error = float((got - want).abs().max())
    assert error <= atol, f"{what}: off by {error:.2e}, allowed {atol:.0e}"


def close_sampled(logits: Tensor, case: Golden, atol: float, prefix: str = "") -> None:
    """Compare logits (T, V) over the whole vocabulary.

    Recorded are 256 columns, the last row, and the maximum and log-sum-exp of every row.
    """
    sampled, last = case[f"{prefix}logits_sampled"][0], case[f"{prefix}last_logits"][0]
    lse, argmax = case[f"{prefix}logits_lse"][0], case[f"{prefix}logits_argmax"][0]
    rows = case["positions"] if "positions" in case.arrays and not prefix else torch.arange(len(logits))
    assert torch.isfinite(logits).all()
    close(logits[rows][:, case["vocab_sample"]], sampled, atol, f"{prefix}sampled logits")
    close(logits[-1], last, atol, f"{prefix}last logits")
    close(logits.logsumexp(-1), lse, atol, f"{prefix}log-sum-exp")
    assert logits.shape[0] == argmax.shape[0]
    best = logits.amax(-1)
    close(
        logits[torch.arange(len(logits)), argmax],
        best,
        2 * atol,
        f"{prefix}logit of the recorded maximum",
    )
