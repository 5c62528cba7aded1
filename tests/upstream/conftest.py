"""The tests of transformers that are expected to fail, and why. One of them that passes is an error."""

from __future__ import annotations

import pytest

EXPECTED = {
    "test_generation_tester_mixin_inheritance": "the source archive has no tests of generation: they are not run",
    "test_get_image_features_attentions": "get_image_features gives no attentions",
    "test_get_image_features_hidden_states": "get_image_features gives no hidden states",
    "test_get_image_features_output_1": "get_image_features knows no return_dict",
    "test_inputs_embeds_matches_input_ids": "embeddings do not say where pictures and query tokens are: ids do",
    "test_model_forward_default_config_values": "the default ids lie beyond the small vocabulary, which is refused",
    "test_reverse_loading_mapping": "save_pretrained writes the native layout, never the released one",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    unknown = EXPECTED.keys() - {item.name for item in items}
    if unknown:
        raise pytest.UsageError(f"no such tests: {', '.join(sorted(unknown))}")
    for item in items:
        if item.name in EXPECTED:
            item.add_marker(pytest.mark.xfail(reason=EXPECTED[item.name], strict=True))
