"""benchmarks/trust/prompts.py, with few inputs."""

from __future__ import annotations

import zlib
from pathlib import Path
from random import Random

import pytest

from benchmarks.trust.check import Check
from benchmarks.trust.prompts import CHECKS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_few(check: Check, tmp_path: Path) -> None:
    outcome = check.run(check.quick, Random(zlib.crc32(check.name.encode())), tmp_path)
    assert outcome.good, outcome.details
    assert outcome.tried == check.quick
