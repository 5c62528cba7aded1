"""Catch FlashSloth's errors: one base class, a stable code, a hint.

python examples/errors.py
"""

from __future__ import annotations

import flashsloth

try:
    flashsloth.load_image("no-such-picture.jpg")
except flashsloth.ImageError as error:
    print(f"{error.code}: {error} ({error.hint})")

try:
    flashsloth.open("no-such-model")
except flashsloth.FlashSlothError as error:
    print(f"{error.code}: {error}")
