"""Importing this module registers FlashSloth with transformers' Auto classes, pipelines and
`transformers serve`."""

import flashsloth.hf.auto  # noqa: F401
