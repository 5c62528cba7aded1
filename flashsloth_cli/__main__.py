"""`python -m flashsloth_cli` and the console script `flashsloth`."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line and leave with its exit code."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from flashsloth_cli.app import app

    app(prog_name="flashsloth")


if __name__ == "__main__":
    main()
