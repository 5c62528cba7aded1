"""The change `slow_server`, for servers that are started by the name of a file."""

import runpy
import sys
from pathlib import Path

sys.argv.insert(1, "slow_server")
runpy.run_path(str(Path(__file__).with_name("__main__.py")), run_name="__main__")
