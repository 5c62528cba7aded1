"""Points between the blocks of a forward pass, at which a server gives way to other answers.

The blocks of towers and decoders call `yield_point`, which does nothing outside of `yielding_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# a context variable, because another thread may compute with the same model
_function: ContextVar[Callable[[], object] | None] = ContextVar("yield_point", default=None)


@contextmanager
def yielding_to(function: Callable[[], object] | None) -> Iterator[None]:
    """While the context lasts, call `function` before each block that this thread computes. An
    exception of `function` ends the forward pass."""
    token = _function.set(function)
    try:
        yield
    finally:
        _function.reset(token)


def yield_point() -> None:
    """Call the function of `yielding_to`."""
    function = _function.get()
    if function is not None:
        function()
