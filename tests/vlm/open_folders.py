"""Program: open each folder that is named on stdin, ask about a picture, and print how it ended.

    python open_folders.py < folders.json

Each line of the output is a JSON object: the folder's name, the class, code and exit code of the error
("" without one), seconds, and the peak memory so far, of this process and of its children, in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import flashsloth
from flashsloth.errors import FlashSlothError
from vlm.reference import WIDE


def main() -> None:
    for folder in json.load(sys.stdin):
        start = time.perf_counter()
        kind, code, exit_code, said = "", "", 0, ""
        try:
            model = flashsloth.open(folder, device="cpu", dtype="float32")
            model.chat(WIDE).ask("What?", max_tokens=1, temperature=0).text()
        except FlashSlothError as error:
            kind, code, exit_code, said = type(error).__name__, error.code, error.exit_code, str(error)
        except Exception as error:
            kind, said = type(error).__name__, repr(error)
        peak = max(
            resource.getrusage(who).ru_maxrss * 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        ended = {"folder": folder, "error": kind, "code": code, "exit": exit_code, "said": said}
        print(json.dumps(ended | {"seconds": time.perf_counter() - start, "peak": peak}), flush=True)


if __name__ == "__main__":
    main()
