"""The program with a slow decoder that never ends an answer by itself, and waits while there is a file `hold`, beside
which it then writes `held`."""

from __future__ import annotations

import gc
import os
import time

gc.disable()  # while modules are imported, as in the command line

from flashsloth.generation.engine import Engine
from flashsloth_cli.__main__ import main

prefill, decode = Engine.prefill, Engine.decode


def endless(logits, engine):
    logits = logits.clone()
    logits[engine.config.end_token_id] = -1e9
    return logits


def slowly(self, token, state):
    time.sleep(0.2)
    while os.path.exists("hold"):
        open("held", "w").close()
        time.sleep(0.02)
    return endless(decode(self, token, state), self)


Engine.prefill = lambda self, *args, **options: endless(prefill(self, *args, **options), self)
Engine.decode = slowly

if __name__ == "__main__":
    main()
