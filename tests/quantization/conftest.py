"""Tests of computing answers, which take too long for `make check`, also without a whole model."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _opens_models(opens_models: None) -> None:
    """Leave these tests out with `--without-models`."""
