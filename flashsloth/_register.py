"""Let transformers' Auto classes know FlashSloth without importing transformers for everybody.

`flashsloth.auto` registers our classes, which costs the import of torch and transformers' model code. The Auto classes
look unknown names and classes up in dictionaries of what was registered from outside; as soon as those exist they are
exchanged for ones that import `flashsloth.auto` when they are first asked for something of ours. By then nothing is in
the middle of being imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

AUTO = "transformers.models.auto."
MAPPINGS = {
    AUTO + "configuration_auto": ("CONFIG_MAPPING",),
    AUTO + "image_processing_auto": ("IMAGE_PROCESSOR_MAPPING",),
    AUTO + "modeling_auto": (
        "MODEL_MAPPING",
        "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING",
        "MODEL_FOR_MULTIMODAL_LM_MAPPING",
    ),
    AUTO + "processing_auto": ("PROCESSOR_MAPPING",),
}


def when_auto_classes_are_imported() -> None:
    """Prepare the mappings that exist, and those of modules that are imported later."""
    for name in MAPPINGS:
        if name in sys.modules:
            _prepare(sys.modules[name])
    if not all(name in sys.modules for name in MAPPINGS):
        sys.meta_path.insert(0, _Finder())


def _prepare(module: ModuleType) -> None:
    for name in MAPPINGS[module.__name__]:
        mapping = getattr(module, name)
        mapping._extra_content = _Registered(mapping._extra_content)


class _Registered(dict[Any, Any]):
    """What was registered from outside; brings our own in when it is first asked for."""

    asked = False

    def __contains__(self, key: object) -> bool:
        if key == "flashsloth" or getattr(key, "__name__", "") == "FlashSlothConfig":
            self._bring_ours()
        return super().__contains__(key)

    def values(self) -> Any:
        self._bring_ours()
        return super().values()

    @staticmethod
    def _bring_ours() -> None:
        if not _Registered.asked:
            _Registered.asked = True  # before: registering looks into these dictionaries too
            importlib.import_module("flashsloth.auto")


class _Finder(MetaPathFinder):
    """Finds the modules it waits for by asking the other finders, and lets them do the loading."""

    def __init__(self) -> None:
        self._waiting = {name for name in MAPPINGS if name not in sys.modules}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self._waiting:
            return None
        self._waiting.remove(name)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _ThenPrepare(spec.loader)
        return spec


class _ThenPrepare(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _prepare(module)
