"""Lazy imports: the names of a package are imported when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def lazy_names(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package, which imports a module when one of its names is first
    used.

    Args:
        names: the names that are imported from each module. With "NAME as OTHER" the package has it
            under another name.

    `__getattr__` raises InputError if the working directory was removed.
    """
    sources = {}
    for module, listed in names.items():
        for each in listed:
            attribute, _, other = each.partition(" as ")
            sources[other or attribute] = module, attribute

    def get(name: str) -> Any:
        if name not in sources:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from flashsloth.utils.paths import check_current_folder

        check_current_folder()
        module, attribute = sources[name]
        value = getattr(importlib.import_module(f"{package}.{module}"), attribute)
        # so that this function is called only once for each name
        setattr(sys.modules[package], name, value)
        return value

    return get
