"""Fixtures: the scripts of benchmarks/ can be imported as they import each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paths import ROOT


@pytest.fixture(scope="module")
def scripts_on_path() -> Iterator[None]:
    """Put benchmarks/ first on sys.path, as Python does for a script there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield
