"""What a picture of the history may say of how it was read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flashsloth.history.records import read_picture


def test_a_part_keeps_its_place() -> None:
    saved = read_picture("0" * 64, "a.png", json.dumps({"reference": True, "crop": [1, 2, 3, 4]}), b"", None)
    assert saved.reading == {"reference": True, "crop": (1, 2, 3, 4)}


@pytest.mark.parametrize("reading", [{"crop": [1, 2, 3, "4"]}, {"crop": {}}, {"reference": 1}, {"allow_local": True}])
def test_anything_else_is_damage(reading: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        read_picture("0" * 64, "a.png", json.dumps(reading), b"", None)
