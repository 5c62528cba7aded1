from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flashsloth.chat import FlashSloth


@pytest.fixture
def break_layer(tiny_sloth: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes one decoder layer raise, once, in its n-th forward from now."""

    def arrange(layer: int, forward: int, error: type[BaseException] = KeyboardInterrupt) -> None:
        module = tiny_sloth.engine.decoder.layers[layer]
        original, calls = module.forward, []

        def failing_forward(*args: Any, **options: Any) -> Any:
            calls.append(None)
            result = original(*args, **options)  # writes its keys to the cache
            if len(calls) == forward:
                raise error("planted")
            return result

        monkeypatch.setattr(module, "forward", failing_forward)

    return arrange
