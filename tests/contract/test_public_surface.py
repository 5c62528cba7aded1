"""The public names of `flashsloth`, and its errors."""

from __future__ import annotations

import flashsloth
from flashsloth import errors

PUBLIC = {
    *("open", "compose", "load_image", "FlashSloth", "Chat", "Answer", "Turn", "LoadedImage"),
    *("Token", "Finished", "GenerationStats"),
    *("FlashSlothConfig", "FlashSlothModel", "FlashSlothForConditionalGeneration", "FlashSlothProcessor"),
    *("FlashSlothError", "InputError", "ImageError", "ContextTooLong", "ModelError", "CheckpointError"),
    "ResourceError",
    "__version__",
}


def test_names() -> None:
    assert set(flashsloth.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(flashsloth, name) is not None
        assert name in dir(flashsloth)
    assert not hasattr(flashsloth, "shut")
    assert flashsloth.FlashSlothError is errors.FlashSlothError


def all_errors(root: type[errors.FlashSlothError] = errors.FlashSlothError) -> list[type[errors.FlashSlothError]]:
    """Return the errors of the library, without those of the command line."""
    own = [sub for sub in root.__subclasses__() if sub.__module__.startswith("flashsloth.")]
    return [root, *(e for sub in own for e in all_errors(sub))]


def test_each_error_is_described() -> None:
    assert all(e.__doc__ and e.__name__ in (errors.__doc__ or "") for e in all_errors())
