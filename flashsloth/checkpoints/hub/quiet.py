"""Silence huggingface_hub: it logs and warns on stderr."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_hub() -> Iterator[None]:
    """Keep huggingface_hub from logging and warning, unless the user has asked for its log."""
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    level = get_verbosity()
    if not os.environ.get("HF_DEBUG") and not os.environ.get("HF_HUB_VERBOSITY"):
        set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub")
            yield
    finally:
        set_verbosity(level)
