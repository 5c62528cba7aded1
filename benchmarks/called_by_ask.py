"""Count what one question passes: python benchmarks/called_by_ask.py prints functions, files and modules loaded.

Counts the functions of flashsloth and flashsloth_cli that `flashsloth ask PICTURE QUESTION` calls with nano, each once,
without those that run while a module is imported. The packages are those of the folder it is started in.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGES = ("flashsloth", "flashsloth_cli")
PICTURE = Path(__file__).parents[1] / "examples" / "images" / "stop-sign.png"


def main() -> None:
    root = Path.cwd()
    own = tuple(f"{root / package}/" for package in PACKAGES)
    called: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        is_function = code.co_filename.startswith(own) and not code.co_name.startswith("<")
        if event == "call" and is_function and code not in called and not is_importing(frame, own):
            called.add(code)

    sys.path.insert(0, str(root))
    from flashsloth_cli.app import app

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        app(["ask", str(PICTURE), "What does the sign say?"], prog_name="flashsloth")
    except SystemExit as end:
        if end.code:
            raise
    finally:
        sys.setprofile(None)
    files = {code.co_filename for code in called}
    loaded = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
    print(len(called), len(files), len(loaded))


def is_importing(frame: FrameType | None, own: tuple[str, ...]) -> bool:
    """Return whether a frame runs because a module of ours is being imported."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(own):
            return True
        frame = frame.f_back
    return False


if __name__ == "__main__":
    main()
