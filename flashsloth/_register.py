"""Let transformers' Auto classes know FlashSloth without importing transformers for everybody.

`flashsloth.auto` does the registering, which costs the import of torch and transformers' model code. It is imported at
once when the Auto classes are there already, else right after they are.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

TRIGGER = "transformers.models.auto.modeling_auto"


def when_auto_classes_are_imported() -> None:
    if TRIGGER in sys.modules:
        _register()
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _register() -> None:
    if "flashsloth.model.modeling" not in sys.modules:  # else it is being imported, and registers at its end
        importlib.import_module("flashsloth.auto")


class _Finder(MetaPathFinder):
    """Finds the one module it waits for by asking the others, and lets them load it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != TRIGGER:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _ThenRegister(spec.loader)
        return spec


class _ThenRegister(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _register()
