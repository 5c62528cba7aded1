"""CardTensor: a tensor that says it is on the card, computed on the CPU. Every operation on one passes `run`."""

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

from card.state import card

KERNELS: dict[str, Callable[..., Any]] = {}  # by name: take tensors of the card, in place of an operator
HOST_KERNELS: dict[Any, Callable[..., Any]] = {}  # by operator: take the values, where the CPU has no such kernel
WHOLE = {"scaled_dot_product_attention", "rms_norm"}  # one kernel on a card, though torch composes it of others
INDEXED = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index"}  # the indices may be the host's
COPIES = {"copy_", "_to_copy", "set_"}
FREE = {"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "_unsafe_view", "lift_fresh", "set_"}
READ_BY_HOST = {"_local_scalar_dense", "nonzero", "masked_select", "_unique2", "unique_dim", "equal"}
GENERATORS: set[int] = set()  # addresses of those that belong to a card
FAR = 1 << 62  # of addresses, where the host has no memory


class CardTensor(Tensor):
    """A tensor on the card with its values, `inner`, in the memory of the host."""

    inner: Tensor

    @staticmethod
    def __new__(cls: Any, inner: Tensor, device: Any = None, requires_grad: bool = False) -> Any:
        layout = {"strides": inner.stride(), "storage_offset": inner.storage_offset(), "dtype": inner.dtype}
        more = {"device": card().device(device), "requires_grad": requires_grad}
        made = Tensor._make_wrapper_subclass(cls, inner.size(), **layout, **more)  # type: ignore[attr-defined]
        made.inner = inner
        card().hold(inner.untyped_storage())
        return made

    def __repr__(self, **_: Any) -> str:
        return f"CardTensor({self.inner!r}, device='{self.device}')"

    def data_ptr(self) -> int:
        return self.inner.data_ptr() | FAR

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.cpu().__reduce_ex__(protocol)

    def untyped_storage(self) -> Any:
        return self.inner.untyped_storage()

    def tolist(self) -> Any:
        return self.cpu().tolist()

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(operator(func), args, kwargs or {})


class Operator:
    """What the schema of an operator says."""

    def __init__(self, function: Any) -> None:
        schema, composed = function._schema, DispatchKey.CompositeImplicitAutograd
        self.function = function
        self.library, _, self.name = schema.name.rpartition("::")
        self.is_composed = self.name not in WHOLE and function.has_kernel_for_dispatch_key(composed)
        self.is_view = any(r.alias_info is not None and not r.alias_info.is_write for r in schema.returns)
        self.written = [(number, a.name) for number, a in enumerate(schema.arguments) if is_written(a)]
        self.returned = sum(map(is_written, schema.returns))  # how many of `written`, in their order

    def targets(self, args: Any, kwargs: Any) -> list[Any]:
        """Return the arguments that are written."""
        return [args[number] if number < len(args) else kwargs.get(name) for number, name in self.written]


operator = functools.cache(Operator)


def is_written(argument: Any) -> bool:
    return argument.alias_info is not None and argument.alias_info.is_write


def leaves(x: Any) -> list[Any]:
    """Return what tuples, lists and dicts hold, in order: much quicker than torch's pytrees."""
    if isinstance(x, dict):
        x = tuple(x.values())
    return [leaf for each in x for leaf in leaves(each)] if isinstance(x, (tuple, list)) else [x]


def mapped(function: Callable[[Any], Any], x: Any) -> Any:
    if isinstance(x, dict):
        return {name: mapped(function, each) for name, each in x.items()}
    return type(x)(mapped(function, each) for each in x) if type(x) in (tuple, list) else function(x)


def run(operator: Operator, args: Any, kwargs: dict[str, Any]) -> Any:
    """Check an operation as the card would, count it, and compute it on the CPU."""
    if operator.is_composed and (found := operator.function.decompose(*args, **kwargs)) is not NotImplemented:
        return found
    refuse(operator, args, kwargs)
    if (key := python_kernel(operator)) is not None:
        return operator.function.redispatch(DispatchKeySet(key), *args, **kwargs)
    if operator.name in READ_BY_HOST or (operator.name in INDEXED and has_mask(args[1])):
        card().wait(operator.name)
    return KERNELS.get(operator.name, functools.partial(compute, operator))(*args, **kwargs)


def has_mask(indices: Any) -> bool:
    """Return whether one of the indices is a mask, whose elements the host has to count."""
    return any(x.dtype == torch.bool for x in indices if isinstance(x, CardTensor))


def python_kernel(operator: Operator) -> Any:
    """Return the dispatch key under which a library has a kernel for MPS written in Python; None without one."""
    if operator.library == "aten" or card().kind != "mps":
        return None
    keys = DispatchKey.MPS, DispatchKey.CompositeExplicitAutograd
    return next(filter(operator.function.has_kernel_for_dispatch_key, keys), None)


def refuse(operator: Operator, args: Any, kwargs: dict[str, Any]) -> None:
    """Raise the error of a card that lacks an operation, or that does not take these arguments."""
    tensors = [x for x in leaves((args, kwargs)) if isinstance(x, Tensor)]
    devices = sorted({str(x.device) for x in tensors if x.dim() or isinstance(x, CardTensor)})
    of_two = operator.name in COPIES or (operator.name in INDEXED and isinstance(args[0], CardTensor))
    if len(devices) > 1 and not of_two:
        raise RuntimeError(f"Expected all tensors to be on the same device, but found two devices: {devices}")
    generator = kwargs.get("generator")
    if generator is not None and generator._cdata not in GENERATORS:
        raise RuntimeError(f"Expected a '{card().kind}' device type for generator but found 'cpu'")
    of_host = operator.name.startswith("mkldnn") or operator.name.endswith("_for_cpu")
    lacks = card().kind == "mps" and operator.library == "aten" and not has_mps_kernel(str(operator.function))
    if of_host or lacks or operator.library not in ("aten", "bitsandbytes"):
        raise NotImplementedError(f"The operator '{operator.function}' is not implemented for {card().kind}.")
    refuse_wide(*(x.dtype for x in tensors if isinstance(x, CardTensor)))


def refuse_wide(*dtypes: torch.dtype | None) -> None:
    if card().kind == "mps" and not {torch.float64, torch.complex128}.isdisjoint(dtypes):
        raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.")


@functools.cache
def mps_table() -> dict[str, str]:
    """Return the entries of the table from which torch registers kernels, by name and overload ("add.Tensor")."""
    table = Path(torchgen.__file__).parent / "packaged" / "ATen" / "native" / "native_functions.yaml"
    return {part.partition("(")[0]: part for part in table.read_text(encoding="utf-8").split("\n- func: ")[1:]}


@functools.cache
def has_mps_kernel(operator: str) -> bool:
    """Return whether an operator, as in "aten.add.Tensor", has a kernel for MPS or is composed of others."""
    entry = mps_table().get(operator.removeprefix("aten.").removesuffix(".default"), "")
    if match := re.search(r"^  structured_delegate: (\S+)", entry, re.MULTILINE):
        return has_mps_kernel(match[1])
    keys = ", ".join(re.findall(r"^    (\w[\w, ]*):", entry, re.MULTILINE))
    return not keys or "MPS" in keys or "Composite" in keys


def compute(operator: Operator, /, *args: Any, **kwargs: Any) -> Any:
    """Compute an operation on the values. A capture records it, and does not write to tensors from before."""
    device = result_device(args, kwargs)
    values, options = mapped(value_of, (args, {k: v for k, v in kwargs.items() if k != "pin_memory"}))
    if device is not None and "device" in options:
        options["device"] = card().host
    function, targets = HOST_KERNELS.get(operator.function, operator.function), operator.targets(args, kwargs)
    keeps = card().graph is not None and any(map(card().graph.is_older, leaves(targets)))
    out = () if keeps else function(*values, **options)
    if device is not None and not operator.is_view:
        results = [x for x in leaves(out) if isinstance(x, Tensor)]
        refuse_wide(*(x.dtype for x in results))
        note(operator.name, function, values, options, results)
    if operator.returned:
        found = tuple(map(reshaped, targets[: operator.returned]))
        return found[0] if len(found) == 1 else found
    return out if device is None else on_card(out, device, operator, args)


def note(name: str, function: Any, values: Any, options: Any, results: list[Tensor]) -> None:
    """Count a kernel, and record it if a graph is being captured."""
    card().kernels[name] += name not in FREE
    card().moved += 0 if name in FREE else moved(name, values, results)
    if card().graph is not None:
        card().graph.record(function, values, options, results)


def moved(name: str, values: Any, results: list[Tensor]) -> int:
    """Return the bytes that a kernel reads and writes. Of a tensor that is looked up or filled by an index it is as
    much as the others have."""
    tensors = [x for x in [*leaves(values), *results] if isinstance(x, Tensor)]
    sizes = {id(x): x.nbytes for x in tensors}.values()
    return sum(sizes) - (max(sizes) if name == "embedding" or "index" in name else 0)


def result_device(args: Any, kwargs: dict[str, Any]) -> torch.device | None:
    """Return the device of the results; None for the host's."""
    if (wanted := kwargs.get("device")) is not None:
        return card().device(wanted) if torch.device(wanted).type == card().kind else None
    return next((x.device for x in leaves((args, kwargs)) if isinstance(x, CardTensor)), None)


def value_of(x: Any) -> Any:
    """Return the values of a tensor. Parameters of other classes take those of the card, but not those of the CPU."""
    if isinstance(x, CardTensor):
        return x.inner
    if card().host == "meta" and isinstance(x, Tensor) and x.dim():
        return x.to("meta")
    return x.as_subclass(Tensor) if isinstance(x, Tensor) and type(x) is not Tensor else x


def reshaped(target: Any) -> Any:
    """Return a tensor that was written, with its new shape."""
    if isinstance(target, CardTensor) and target.inner.shape != target.shape:
        DATA.__set__(target, CardTensor(target.inner, target.device))
    return target


def on_card(out: Any, device: torch.device, operator: Operator, args: Any) -> Any:
    """Return results on the card. In inference mode a view of an ordinary tensor is an ordinary one."""
    tensors = [x for x in leaves(args) if isinstance(x, CardTensor)]
    ordinary = operator.is_view and not any(x.is_inference() for x in tensors)
    with torch.inference_mode(torch.is_inference_mode_enabled() and not ordinary):
        return mapped(lambda x: CardTensor(x, device) if isinstance(x, Tensor) else x, out)


# ---- a parameter that moves: `Module.to` sets its data, and the C++ tensor of the object is exchanged

DATA, MAKE_SUBCLASS = Tensor.data, Tensor._make_subclass


@functools.cache
def class_on_card(kind: Any) -> Any:
    """Return a class of parameters whose tensors are the card's."""
    return kind if issubclass(kind, CardTensor) else type(kind)(kind.__name__, (kind, CardTensor), {})


def set_data(tensor: Any, value: Any) -> None:
    """Set `tensor.data`."""
    kind = type(tensor)
    if isinstance(tensor, CardTensor) == isinstance(value, CardTensor):
        DATA.__set__(tensor, value)
    elif isinstance(value, CardTensor):
        kind = class_on_card(kind)
        torch._C._swap_tensor_impl(tensor, CardTensor.__new__(kind, value.inner, value.device, tensor.requires_grad))
    else:
        kind = next(base for base in kind.__mro__ if not issubclass(base, CardTensor))
        torch._C._swap_tensor_impl(tensor, MAKE_SUBCLASS(kind, value, tensor.requires_grad))
    tensor.__class__ = kind
    if isinstance(value, CardTensor):
        tensor.inner = value.inner


def make_subclass(kind: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand for Tensor._make_subclass, with which classes of parameters are made."""
    if not isinstance(data, CardTensor):
        return MAKE_SUBCLASS(kind, data, *args, **kwargs)
    with torch.no_grad():
        return CardTensor.__new__(class_on_card(kind), data.inner, data.device, *args)
