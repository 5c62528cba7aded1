"""A server with nano for each module that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from flashsloth.chat import FlashSloth
from server.helpers import RULES, RunningServer, eventually, serving


@pytest.fixture(scope="module")
def server(nano: FlashSloth) -> Iterator[RunningServer]:
    with serving(lambda: nano) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(nano: FlashSloth) -> Iterator[RunningServer]:
    """A server with a key, for itself and one page."""
    with serving(lambda: nano, rules=RULES) as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[openai.OpenAI]:
    """The official client. Afterwards nothing may be left in the server."""
    with server.client() as client:
        yield client
    eventually(lambda: server.is_idle)
