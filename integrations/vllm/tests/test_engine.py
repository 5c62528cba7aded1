"""vLLM gives FlashSloth's answers, however it splits, caches, drops and compiles.

Each test counts the groups of query tokens that vLLM split, and fails if there were none: it would then
prove nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import run_engine

ENDS = ["long", "long, other end", "long, third end"]
VARIANTS = ["released", "hd", "heads of 80", "border", "average"]


def test_steps_of_32_tokens(toys: Path) -> None:
    got = run_engine(toys, "32 tokens a step, no prefix cache", prefix_cache=False)
    assert got["wrong"] == []
    assert got["splits"] > 5
    assert got["cached_tokens"] == 0
    assert got["changed_by_embq"] > 5  # otherwise the test would not notice a lost EmbQ
    # vLLM fills the cache's memory with as many blocks as fit: EmbQ's rows are in its plan
    assert 0.99 * 2**30 < got["cache_bytes"] <= 2**30
    assert 0.1 < got["rows_bytes"] / got["cache_bytes"] < 0.5


def test_steps_of_8_tokens_split_the_query_tokens(toys: Path) -> None:
    got = run_engine(toys, "8 tokens a step, no prefix cache", prefix_cache=False, step=8)
    assert got["wrong"] == []
    assert got["splits"] > 20


def test_prefix_cache(toys: Path) -> None:
    got = run_engine(toys, "32 tokens a step, prefix cache, 2 rounds", rounds=2)
    assert got["wrong"] == []
    assert got["splits"] > 10
    assert got["cached_tokens"] > 500


def test_prefix_hits_inside_the_question(toys: Path) -> None:
    got = run_engine(
        toys, "prefix hits inside the question", only=ENDS, together=False, rounds=2, step=1024
    )
    assert got["wrong"] == []
    assert got["splits"] > 1  # whole prompts fit a step, so it is the cache that splits
    assert got["cached_tokens"] > 100


def test_few_blocks(toys: Path) -> None:
    got = run_engine(toys, "few blocks", blocks=24, step=64, rounds=2)
    assert got["wrong"] == []
    assert got["preemptions"] > 0
    assert got["splits"] > 5


def test_compiled(toys: Path) -> None:
    got = run_engine(toys, "compiled, 32 tokens a step, 2 rounds", eager=False, rounds=2)
    assert got["wrong"] == []
    assert got["splits"] > 10


def test_compiled_few_blocks(toys: Path) -> None:
    got = run_engine(toys, "compiled, few blocks", eager=False, blocks=24, step=64, rounds=2)
    assert got["wrong"] == []
    assert got["preemptions"] > 0
    assert got["splits"] > 5


@pytest.mark.parametrize("toy", VARIANTS)
def test_other_models(toys: Path, toy: str) -> None:
    got = run_engine(toys, f"{toy}, 2 rounds", toy=toy, rounds=2)
    assert got["wrong"] == []
    assert got["splits"] > 10
    assert got["changed_by_embq"] > 5


@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("toy", ["llama", "mistral", "qwen2", "qwen3"])
def test_other_families(toys: Path, toy: str, eager: bool) -> None:
    got = run_engine(
        toys, f"{toy}, {'' if eager else 'compiled, '}2 rounds", toy=toy, rounds=2, eager=eager
    )
    assert got["wrong"] == []
    assert got["splits"] > 10
    assert got["changed_by_embq"] > 5
    end = json.loads((toys / toy / "config.json").read_text())["text_config"]["eos_token_id"][1]
    assert end in [row["answer"][-1] for row in json.loads((toys / f"{toy}.json").read_text())]


@pytest.mark.parametrize("toy", ["no-embq", "no-queries"])
def test_models_without_embq(toys: Path, toy: str) -> None:
    got = run_engine(toys, f"{toy}, 2 rounds", toy=toy, rounds=2)
    assert got["wrong"] == []
    assert got["calls"] == 0


def test_a_lost_embq_stops_the_engine(toys: Path) -> None:
    with pytest.raises(RuntimeError, match="EmbQ was lost"):
        run_engine(toys, "EmbQ taken out", break_embq=True)
