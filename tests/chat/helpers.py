"""A decoder layer that fails once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flashsloth.chat import FlashSloth


@contextmanager
def failing(
    sloth: FlashSloth, layer: int, forward: int, error: type[BaseException] = KeyboardInterrupt
) -> Iterator[None]:
    """Inside, a decoder layer raises in its n-th forward, when its keys are in the cache."""
    module, calls = sloth.engine.decoder.layers[layer], []
    original = module.forward

    def failing_forward(*args: Any, **options: Any) -> Any:
        calls.append(None)
        result = original(*args, **options)
        if len(calls) == forward:
            raise error("planted")
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "forward", failing_forward)
        yield
