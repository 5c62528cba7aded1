"""Register FlashSloth with transformers' Auto classes, pipelines and `transformers serve`, on
import."""

import flashsloth.hf.auto  # noqa: F401
