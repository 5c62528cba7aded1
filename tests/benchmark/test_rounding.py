"""What int4 loses of a published decoder, whose few large inputs no drawn model has."""

from __future__ import annotations

import json
import pydoc_data.topics
from pathlib import Path
from typing import Any

import pytest
import torch

import smollm2
from flashsloth.checkpoints.resolve import ModelSource
from paths import ROOT
from programs import load_program

PARTS = 2  # of 512 tokens
CHARACTERS = 1800  # of an answer


def rows_of(text: str) -> str:
    """Return rows of data, each with a part of a text as its answer."""
    parts = [text[start : start + CHARACTERS] for start in range(0, len(text), CHARACTERS)]
    return "\n".join(json.dumps({"prompt": "Go on.", "answer": part}) for part in parts)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_calibration_and_importance(scripts_on_path: None, tmp_path: Path) -> None:
    """The divergence from the decoder in 32 bit, beside the rounding in which all columns count alike;
    calibrated on text of another kind."""
    smollm2.prepare()
    rounding: Any = load_program(ROOT / "benchmarks" / "rounding.py")
    text = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    ids = rounding.write_decoder(tmp_path, text)[: PARTS * rounding.LENGTH]
    parts = [ids[start : start + rounding.LENGTH] for start in range(0, len(ids), rounding.LENGTH)]
    assert len(parts) == PARTS
    source = ModelSource("SmolLM2-135M", tmp_path)
    exact = rounding.build(source, "none", "float32", None).engine
    expected = [rounding.text_logits(exact, part).float() for part in parts]
    del exact

    def divergence(engine: Any) -> float:
        found = [rounding.text_logits(engine, part).float() for part in parts]
        pairs = zip(expected, found, strict=True)
        return float(torch.stack([(a.exp() * (a - b)).sum(1).mean() for a, b in pairs]).mean())

    with rounding.columns_alike():
        before = divergence(rounding.build(source, "int4", "float32", None).engine)
    measured = divergence(rounding.build(source, "int4", "float32", None).engine)
    data = tmp_path / "rows.jsonl"
    data.write_text(rows_of("".join(pydoc_data.topics.topics.values())), encoding="utf-8")
    calibrated = divergence(rounding.calibrated(source, data))
    assert measured < 0.5 * before, (before, measured)
    assert calibrated < 0.4 * before, (before, calibrated)
