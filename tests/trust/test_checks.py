"""The checks of this folder, with few inputs; `make trust` tries many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trust import checkpoints, pictures
from trust.__main__ import checks
from trust.check import Check

pytestmark = pytest.mark.slow

# the others start processes that import torch, or take longer
MORE_AREAS = ("pictures", "addresses", "checkpoints")


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    """The processes that open hostile files end with the last test."""
    yield
    pictures.start_worker().close()
    checkpoints.start_worker().close()


# tests/cli/commands kill batches, and interrupt and terminate those that watch; checkpoints/test_hub.py
# interrupts and continues downloads
ELSEWHERE = "signals during batch", "signals during pull"


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(each, id=each.name, marks=[pytest.mark.nightly] * (each.name in ELSEWHERE))
        for each in checks()
    ],
)
def test_check(check: Check, tmp_path: Path) -> None:
    outcome = check.run(check.quick, tmp_path)
    assert outcome.defects == []
    assert outcome.tried >= check.quick


@pytest.mark.nightly
@pytest.mark.parametrize("check", checks(MORE_AREAS), ids=lambda check: check.name)
def test_more(check: Check, tmp_path: Path) -> None:
    outcome = check.run(check.full // 10, tmp_path)
    assert outcome.defects == []
