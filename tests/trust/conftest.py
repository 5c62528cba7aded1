"""The command line, as the tests of tests/cli run it."""

from __future__ import annotations

from cli.conftest import _built_once, cli, forked, home, no_model, program  # noqa: F401
