"""The program with a model that answers with escape sequences."""

from __future__ import annotations

import gc

gc.disable()  # while modules are imported, as in the command line

from flashsloth.generation.text_stream import TextStream
from flashsloth_cli.__main__ import main

TextStream.push = lambda self, token: "a\x1b[31mb\x07c"

if __name__ == "__main__":
    main()
