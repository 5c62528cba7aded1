"""A model that is asked for days holds no more than one that was just opened."""

from __future__ import annotations

import pytest

from flashsloth import devices
from flashsloth.chat import FlashSloth, loaded_model


def test_what_nobody_holds_goes_back_now_and_then(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(devices, "trim_host_heap", lambda: given.append(1))
    monkeypatch.setattr(nano, "_begun", 0)
    for number in range(2 * loaded_model.TIDY + 1):
        nano.chat()
        assert len(given) == (number + 1) // loaded_model.TIDY
