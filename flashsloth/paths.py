"""Where the package's own files are. Imports nothing, so that listing models stays cheap."""

from __future__ import annotations

from pathlib import Path

NANO_FOLDER = Path(__file__).parent / "nano"
