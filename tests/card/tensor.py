"""CardTensor: a tensor that says it is on the card, computed on the CPU. Every operation on one passes
`run`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torchgen
from torch import Tensor
from torch._C import DispatchKey, DispatchKeySet

from card.runtime import card, leaves

KERNELS: dict[
    str, Callable[..., Any]
] = {}  # by name: take tensors of the card, in place of an operator
HOST_KERNELS: dict[
    Any, Callable[..., Any]
] = {}  # by operator: take the values, where the CPU has no such kernel
# one kernel on a card, though torch composes it of others
WHOLE = {"scaled_dot_product_attention", "rms_norm"}
# the indices may be the host's
INDEXED = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index"}
COPIES = {"copy_", "_to_copy"}
FREE = {"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "_unsafe_view"}
READ_BY_HOST = {"_local_scalar_dense", "nonzero", "masked_select", "_unique2", "unique_dim", "equal"}
FAR = 1 << 62  # of addresses, where the host has no memory


class CardTensor(Tensor):
    """A tensor on the card with its values, `inner`, in the memory of the host."""

    inner: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls: Any, inner: Tensor, device: Any = None, requires_grad: bool = False) -> Any:
        layout = {
            "strides": inner.stride(),
            "storage_offset": inner.storage_offset(),
            "dtype": inner.dtype,
        }
        more = {"device": card().device(device), "requires_grad": requires_grad}
        made = Tensor._make_wrapper_subclass(cls, inner.size(), **layout, **more)  # type: ignore[attr-defined]
        made.inner = inner
        card().hold(inner.untyped_storage())
        return made

    def data_ptr(self) -> int:
        return self.inner.data_ptr() | FAR

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.cpu().__reduce_ex__(protocol)

    def untyped_storage(self) -> Any:
        return self.inner.untyped_storage()

    def tolist(self) -> Any:
        return self.cpu().tolist()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def mapped(function: Callable[[Any], Any], x: Any) -> Any:
    if isinstance(x, dict):
        return {name: mapped(function, each) for name, each in x.items()}
    return type(x)(mapped(function, each) for each in x) if type(x) in (tuple, list) else function(x)


def run(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """Check an operation as the card would, count it, and compute it on the CPU."""
    name = name_of(function)
    if name not in WHOLE and (found := function.decompose(*args, **kwargs)) is not NotImplemented:
        return found
    refuse(function, args, kwargs)
    # a library's kernels for MPS are written in Python
    if card().kind == "mps" and function.namespace != "aten":
        return function.redispatch(DispatchKeySet(DispatchKey.MPS), *args, **kwargs)
    if name in READ_BY_HOST or (name in INDEXED and has_mask(args[1])):
        card().wait(name)
    return KERNELS.get(name, functools.partial(compute, function))(*args, **kwargs)


def name_of(function: Any) -> str:
    """Return the name of an operator without its overload."""
    return function.overloadpacket.__name__


def has_mask(indices: Any) -> bool:
    """Return whether one of the indices is a mask, whose elements the host has to count."""
    return any(x.dtype == torch.bool for x in indices if isinstance(x, CardTensor))


def refuse(function: Any, args: Any, kwargs: dict[str, Any]) -> None:
    """Raise the error of a card that lacks an operation, or that does not take these arguments."""
    name, tensors = name_of(function), [x for x in leaves((args, kwargs)) if isinstance(x, Tensor)]
    devices = sorted({str(x.device) for x in tensors if x.dim() or isinstance(x, CardTensor)})
    of_two = name in COPIES or (name in INDEXED and isinstance(args[0], CardTensor))
    if len(devices) > 1 and not of_two:
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found two devices: {devices}"
        )
    generator = kwargs.get("generator")
    if generator is not None and generator._cdata not in card().generators:
        raise RuntimeError(f"Expected a '{card().kind}' device type for generator but found 'cpu'")
    lacks = card().kind == "mps" and function.namespace == "aten" and not has_mps_kernel(str(function))
    if (
        lacks
        or name.endswith("_for_cpu")
        or function.namespace not in ("aten", "bitsandbytes", "flashsloth")
    ):
        raise NotImplementedError(f"The operator '{function}' is not implemented for {card().kind}.")
    refuse_wide(*(x.dtype for x in tensors if isinstance(x, CardTensor)))


def refuse_wide(*dtypes: torch.dtype | None) -> None:
    if card().kind == "mps" and not {torch.float64, torch.complex128}.isdisjoint(dtypes):
        raise TypeError(
            "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64."
        )


@functools.cache
def mps_table() -> dict[str, str]:
    """Return the entries of the table from which torch registers kernels, by name and overload
    ("add.Tensor")."""
    table = Path(torchgen.__file__).parent / "packaged" / "ATen" / "native" / "native_functions.yaml"
    return {
        part.partition("(")[0]: part
        for part in table.read_text(encoding="utf-8").split("\n- func: ")[1:]
    }


@functools.cache
def has_mps_kernel(operator: str) -> bool:
    """Return whether an operator, as in "aten.add.Tensor", has a kernel for MPS or is composed of
    others."""
    entry = mps_table().get(operator.removeprefix("aten.").removesuffix(".default"), "")
    if match := re.search(r"^  structured_delegate: (\S+)", entry, re.MULTILINE):
        return has_mps_kernel(match[1])
    keys = ", ".join(re.findall(r"^    (\w[\w, ]*):", entry, re.MULTILINE))
    return not keys or "MPS" in keys or "Composite" in keys


def compute(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Compute an operation on the values, count it, and record it if a graph is being captured."""
    device = result_device(args, kwargs)
    values, options = mapped(value_of, (args, {k: v for k, v in kwargs.items() if k != "pin_memory"}))
    if device is not None and "device" in options:
        options["device"] = card().host
    kernel = HOST_KERNELS.get(function, function)
    out = kernel(*values, **options)
    if device is None:
        return out
    given = {id(x.inner): x for x in leaves((args, kwargs)) if isinstance(x, CardTensor)}
    if not function.is_view:
        made = [x for x in leaves(out) if isinstance(x, Tensor) and id(x) not in given]
        refuse_wide(*(x.dtype for x in made))
        note(name_of(function), kernel, values, options, made)
    return on_card(out, device, function, given)


def note(name: str, function: Any, values: Any, options: Any, results: list[Tensor]) -> None:
    """Count a kernel, and record it if a graph is being captured."""
    card().kernels[name] += name not in FREE
    card().moved += 0 if name in FREE else moved(name, values, results)
    if card().graph is not None:
        card().graph.calls.append((function, values, options, results))


def moved(name: str, values: Any, results: list[Tensor]) -> int:
    """Return the bytes that a kernel reads and writes. Of a tensor that is looked up or filled by an
    index it is as much as the others have."""
    tensors = [x for x in [*leaves(values), *results] if isinstance(x, Tensor)]
    sizes = {id(x): x.nbytes for x in tensors}.values()
    return sum(sizes) - (max(sizes) if name == "embedding" or "index" in name else 0)


def result_device(args: Any, kwargs: dict[str, Any]) -> torch.device | None:
    """Return the device of the results; None for the host's."""
    if (wanted := kwargs.get("device")) is not None:
        return card().device(wanted) if torch.device(wanted).type == card().kind else None
    return next((x.device for x in leaves((args, kwargs)) if isinstance(x, CardTensor)), None)


def value_of(x: Any) -> Any:
    """Return the values of a tensor; anything else unchanged."""
    if isinstance(x, CardTensor):
        return x.inner
    return x.to("meta") if card().host == "meta" and isinstance(x, Tensor) and x.dim() else x


def on_card(out: Any, device: torch.device, function: Any, given: dict[int, CardTensor]) -> Any:
    """Return results on the card; an argument that was written is a result itself. In inference mode a
    view of an ordinary tensor is an ordinary one."""
    ordinary = function.is_view and not any(x.is_inference() for x in given.values())

    def outer(x: Any) -> Any:
        return given[id(x)] if id(x) in given else CardTensor(x, device) if isinstance(x, Tensor) else x

    with torch.inference_mode(torch.is_inference_mode_enabled() and not ordinary):
        return mapped(outer, out)


# ---- a parameter that moves: `Module.to` sets its data, and the C++ tensor of the object is exchanged

DATA, MAKE_SUBCLASS = Tensor.data, Tensor._make_subclass


@functools.cache
def class_on_card(kind: Any) -> Any:
    """Return a class of parameters whose tensors are the card's."""
    return kind if issubclass(kind, CardTensor) else type(kind)(kind.__name__, (kind, CardTensor), {})


def set_data(tensor: Any, value: Any) -> None:
    """Set `tensor.data`."""
    if isinstance(tensor, CardTensor) == isinstance(value, CardTensor):
        DATA.__set__(tensor, value)
    else:
        made = make_subclass(type(tensor), value, tensor.requires_grad)
        torch._C._swap_tensor_impl(tensor, made)
        tensor.__class__ = type(made)
    if isinstance(value, CardTensor):
        tensor.inner = value.inner


def make_subclass(kind: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand for Tensor._make_subclass, with which classes of parameters are made."""
    if not isinstance(data, CardTensor):
        of_host = next(base for base in kind.__mro__ if not issubclass(base, CardTensor))
        return MAKE_SUBCLASS(of_host, data, *args, **kwargs)
    with torch.no_grad():
        return CardTensor.__new__(class_on_card(kind), data.inner, data.device, *args)
