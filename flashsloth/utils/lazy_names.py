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
        names: the names of each module; "NAME as OTHER" gives the package another name for it.

    `__getattr__` raises InputError if the current folder was removed.
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
        setattr(sys.modules[package], name, value)  # so that this is called once for each name
        return value

    return get
