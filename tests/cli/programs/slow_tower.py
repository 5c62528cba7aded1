"""The program; every picture takes long enough to encode that it is kept in the cache."""

from __future__ import annotations

import gc

gc.disable()  # while modules are imported, as in the command line

from flashsloth.generation import image_cache
from flashsloth_cli.__main__ import main

image_cache.MIN_SECONDS = 0.0

if __name__ == "__main__":
    main()
