"""The program with a server whose answers take a tenth of a second a token and never end by themselves."""

from __future__ import annotations

import gc
import time

gc.disable()  # while modules are imported, as in the command line

from flashsloth.generation.decode_batch import DecodeBatch
from flashsloth_cli.__main__ import main

step = DecodeBatch.step


def slowly(self, tokens):
    time.sleep(0.1)
    logits = step(self, tokens).clone()
    logits[..., self.engine.config.end_token_id] = -1e9
    return logits


DecodeBatch.step = slowly

if __name__ == "__main__":
    main()
