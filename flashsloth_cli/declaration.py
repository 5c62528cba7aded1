"""How options, arguments and settings are declared: what typer reads of them, and the one check of their values."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args, get_origin, get_type_hints

import typer
from typer.models import ParameterInfo

from flashsloth.errors import OptionError
from flashsloth.quantization.presets import INSTEAD
from flashsloth.utils.text import printable_repr

NAMES = {str: "text", bool: "true or false", int: "a whole number", float: "a number", list: "a list of texts"}
COMPLETED = ("model", "adapter", "presets", "device", "template", "server", "session", "key", "value")

Pair: TypeAlias = tuple[str, str]  # a value and its description
completers: dict[str, Callable[[Mapping[str, str], str], Iterable[Pair]]] = {}  # of COMPLETED, if the Tab key asks
Rule: TypeAlias = tuple[Callable[[Any], object], str]  # whether a value is valid, and which values are


@dataclass(frozen=True, slots=True)
class Setting:
    """What makes a field a setting. `of` reads `kind` and `values` of its annotation."""

    default: Any = None  # the built-in value; None leaves the choice to the model
    rule: Rule | None = None  # which values are valid, besides their type
    env: str = ""  # a variable of the environment that sets it
    help: str = ""  # for a field without flags
    kind: type = str
    values: tuple[str, ...] = ()  # the allowed ones, if they are listed

    @classmethod
    def of(cls, annotation: Any) -> Self | None:
        """Return the setting that the annotation of a field declares; None without one."""
        hint, *declared = get_args(annotation) or (None,)
        for setting in (each for each in declared if isinstance(each, cls)):
            kind = next(each for each in get_args(hint) if each is not type(None))
            values = get_args(kind) if get_origin(kind) is Literal else ()
            return replace(setting, kind=str if values else get_origin(kind) or kind, values=values)
        return None


def check(name: str, setting: Setting, value: Any, where: Path | str | None = None) -> Any:
    """Return the value of a setting. Raises: OptionError for another type or out of range, naming the file or the
    variable `where` it stands."""
    kind, values = setting.kind, setting.values
    is_valid = isinstance(value, (int, float) if kind is float else kind)
    is_valid &= kind is bool or not isinstance(value, bool)
    is_valid = is_valid and (kind is not list or all(isinstance(each, str) for each in value))
    expected = f"{NAMES[kind]} in quotes" if kind is str and isinstance(where, Path) else NAMES[kind]
    rule = (values.__contains__, f"{', '.join(values[:-1])} or {values[-1]}") if values else setting.rule
    if is_valid and rule is not None:
        is_valid, expected = bool(rule[0](value)), rule[1]
    if is_valid and isinstance(value, int) and value >= 2**64:
        is_valid, expected = False, "less than 2**64"
    if is_valid:
        return value
    hint = f"flashsloth config show {name} prints its value." if where is None else f"Correct or unset {where}."
    hint = "Correct that line of the file." if isinstance(where, Path) else hint
    hint = INSTEAD.get(str(value), hint)
    found = f"{value:g}" if isinstance(value, float) else printable_repr(value)
    raise OptionError(f"{f'{where}: ' if where else ''}{name} must be {expected}, not {found}", hint=hint)


def completion(name: str) -> Callable[[typer.Context, str], list[Pair]] | None:
    """Return what typer asks for the values of a parameter; None if nothing is known of them."""
    if name not in COMPLETED:
        return None

    def complete(context: typer.Context, incomplete: str) -> list[Pair]:
        given = {key: str(value) for key, value in context.params.items()}
        return list(completers[name](given, incomplete))

    return complete


class Heading(str):
    """A heading of the help, which declares the options under it."""

    def option(self, flags: str, help: str, completes: str = "", **more: Any) -> Any:
        """Return the declaration of an option. `flags` is as in `-o, --output DIR`. The Tab key `completes` it with
        such values, by default with those of its name."""
        *names, last = flags.split(", ")
        last, _, metavar = last.partition(" ")
        name = completes or last.partition("/")[0].removeprefix("--").replace("-", "_")
        more |= {"help": help, "metavar": metavar or None, "rich_help_panel": str(self)}
        return typer.Option(*names, last, autocompletion=completion(name), **more)

    def field(self, default: Any, flags: str, help: str, setting: Setting | None = None, **more: Any) -> Any:
        """Return the field of a dataclass that is an option as `option` declares it, and perhaps a setting. A default
        of ... makes it required."""
        declared = (self.option(flags, help, **more), setting)
        return dataclasses.field(default=MISSING if default is ... else default, metadata={"declared": declared})


def setting(default: Any, help: str, rule: Rule | None = None) -> Any:
    """Return the field of a dataclass that is a setting without flags."""
    return dataclasses.field(default=None, metadata={"declared": (Setting(default, rule, help=help),)})


def declarations(kind: type) -> dict[str, Any]:
    """Return the annotations of the fields of a dataclass, with what `field` and `setting` declare."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: Annotated[hints[each.name], *each.metadata.get("declared", (None,))] for each in fields(kind)}


def argument(metavar: str, help: str, completes: str = "", show_default: str | bool = False) -> Any:
    """Return the declaration of an argument, which the Tab key `completes` with such values if they are known."""
    return typer.Argument(metavar=metavar, help=help, show_default=show_default, autocompletion=completion(completes))


def command(*, without: Collection[str] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that replaces parameters that are dataclasses by an option for each field with flags. Fields
    in `without` get none."""
    return functools.partial(_flatten, without=without)


def _flatten(function: Callable[..., None], without: Collection[str]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}
    parameters: dict[str, inspect.Parameter] = {}
    taken: dict[str, list[str]] = {name: [] for name in groups}  # fields by group; an argument may have such a name too
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in groups:
            parameters[name] = parameter.replace(annotation=hints[name])
            continue
        kinds = declarations(groups[name])
        for each in fields(groups[name]):
            declared = _declared(kinds[each.name])
            if each.name not in without and declared is not None:
                default = inspect.Parameter.empty if each.default is MISSING else each.default
                taken[name].append(each.name)
                parameters[each.name] = inspect.Parameter(
                    each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=declared
                )

    @functools.wraps(function)
    def flat(**values: Any) -> None:
        for name, kind in groups.items():
            values[name] = kind(**{field: values.pop(field) for field in taken[name]})
        function(**values)

    ordered = sorted(parameters.values(), key=lambda parameter: parameter.kind)
    flat.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]  # what typer reads
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return flat


def _declared(annotation: Any) -> Any:
    """Return what typer reads of a field, None for a field without flags. A setting is checked as it is read."""
    kind, *declared = get_args(annotation)
    info = next((each for each in declared if isinstance(each, ParameterInfo)), None)
    setting = Setting.of(annotation)
    if info is None or setting is None:
        return None if info is None else Annotated[kind, info]
    if info.show_default is True and setting.default is not None:
        info.show_default = setting.default is not False and str(setting.default).removesuffix(".0")

    def checked(parameter: typer.CallbackParam, value: Any) -> Any:
        try:
            return value if value is None else check(str(parameter.name), setting, value)
        except OptionError as error:
            raise typer.BadParameter(str(error).removeprefix(f"{parameter.name} ")) from error

    info.callback = info.callback or checked
    return Annotated[kind, info]
