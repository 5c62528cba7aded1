"""Unused heap memory is trimmed every so many chats."""

from __future__ import annotations

import pytest

from flashsloth import devices
from flashsloth.chat import FlashSloth, loaded_model


def test_the_heap_is_trimmed_every_so_many_chats(nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    trims: list[int] = []
    monkeypatch.setattr(devices, "trim_host_heap", lambda: trims.append(1))
    # private: the chats of other tests count, too
    monkeypatch.setattr(nano, "_chats", 0)
    for number in range(2 * loaded_model.TRIM_EVERY + 1):
        nano.chat()
        assert len(trims) == (number + 1) // loaded_model.TRIM_EVERY
