"""checked: pydantic's first problem as one of this project's errors."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field

from flashsloth.errors import SettingsFileError
from flashsloth.utils.checked import parse


class Sizes(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    layers: int = Field(1, ge=1)
    names: list[str] = []
    inner: Sizes | None = None
    value: int | str = 0


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"layer": 3}, "unknown key layer", "Did you mean layers?"),
        ({"xyz": 3}, "unknown key xyz", "Remove it."),
        ({"layers": "3"}, "invalid layers '3'", "Expected a whole number."),
        ({"layers": 0}, "invalid layers 0", "Expected greater than or equal to 1."),
        ({"inner": {"names": ["a", 1]}}, "invalid inner.names[1] 1", "Expected a text."),
        ({"value": []}, "invalid value []", "Expected a whole number."),
        ([], "invalid value []", "Expected an object."),
        ({"\x1b[2J": 1}, "unknown key \\x1b[2J", "Remove it."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(values, message, hint):
    with pytest.raises(SettingsFileError) as caught:
        parse(Sizes, values, "sizes.toml", SettingsFileError)
    assert (str(caught.value), caught.value.hint) == (f"sizes.toml: {message}", hint)


def test_a_missing_value_is_named():
    with pytest.raises(SettingsFileError, match=r"x: \[1\].a is missing") as caught:
        parse(
            list[type("A", (BaseModel,), {"__annotations__": {"a": int}})],
            [{"a": 1}, {}],
            "x",
            SettingsFileError,
        )
    assert caught.value.hint == "Add it."


def test_what_is_right_is_returned():
    assert parse(Sizes, {"layers": 2, "inner": {}}, "sizes.toml", SettingsFileError) == Sizes(
        layers=2, inner=Sizes()
    )
