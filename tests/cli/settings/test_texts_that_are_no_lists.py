"""What begins like a list and is none is refused."""

from __future__ import annotations

import pytest

from flashsloth.errors import OptionError, SchemaError
from flashsloth.generation.json_schema import parse_short_form
from flashsloth_cli.settings.settings import parse_pairs


@pytest.mark.parametrize("fields", ["a, b [x|y", "b x|y]", "b [string"])
def test_an_unclosed_list_of_a_schema(fields: str) -> None:
    with pytest.raises(SchemaError, match="not closed"):
        parse_short_form(fields)


def test_an_unclosed_list_of_a_setting() -> None:
    with pytest.raises(OptionError, match="stop must be a list of texts"):
        parse_pairs(['stop=["A"'])
    assert parse_pairs(['stop=["A"]', "stop=[B"]) == {"stop": ["A", "[B"]}
    assert parse_pairs(["stop="]) == {"stop": []}
