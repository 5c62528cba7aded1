"""Functions that declare options, arguments and settings for typer, and the only function that checks
their values."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

import typer
from typer.models import ParameterInfo

from flashsloth.errors import OptionError
from flashsloth.generation.answer_settings import Setting

COMPLETED = (
    "model",
    "adapter",
    "presets",
    "device",
    "template",
    "server",
    "session",
    "key",
    "value",
    "write",
)

ONE = "Use one of them."
# what --force replaces
WRITTEN = ("output", "save", "plot", "show_input", "explain", "save_template", "trace")

Pair: TypeAlias = tuple[str, str]  # a value and its description
# The functions that complete the values of the names in COMPLETED. They are registered only if the Tab
# key was pressed.
completers: dict[str, Callable[[Mapping[str, str], str], Iterable[Pair]]] = {}


def setting_of(annotation: Any) -> Setting | None:
    """Return the setting that the annotation of a field declares, with its type. Return None if the
    annotation declares no setting."""
    hint, *declared = get_args(annotation) or (None,)
    for each in declared:
        if isinstance(each, Setting):
            kind = next(kind for kind in get_args(hint) if kind is not type(None))
            values = get_args(kind) if get_origin(kind) is Literal else ()
            return replace(each, kind=str if values else get_origin(kind) or kind, values=values)
    return None


def check(name: str, setting: Setting, value: Any, where: Path | str | None = None) -> Any:
    """Return the value of a setting after checking it. Raises: OptionError for a wrong type or a value
    out of range. The error names `where`, which is the file or the environment variable that has the
    value."""
    if where is None:
        return setting.check(name, value, hint=f"flashsloth config show {name} prints its value.")
    hint = "Correct that line of the file." if isinstance(where, Path) else f"Correct or unset {where}."
    return setting.check(name, value, place=f"{where}: ", hint=hint)


def check_force(given: Mapping[str, Any]) -> None:
    """Check that --force has something to replace. Raises: OptionError."""
    if given.get("force") and not any(map(given.get, WRITTEN)):
        others = [flag_of(name) for name in WRITTEN if name in given]
        raise OptionError(
            f"--force works only with {' or '.join(others)}", hint="Add it, or leave --force out."
        )


def flag_of(name: str) -> str:
    """Return the flag of a parameter."""
    return "--continue" if name == "go_on" else f"--{name.replace('_', '-')}"


def completion(name: str) -> Callable[[typer.Context, str], list[Pair]] | None:
    """Return the function that typer calls to complete the values of a parameter. Return None if no
    values are known."""
    if name not in COMPLETED:
        return None

    def complete(context: typer.Context, incomplete: str) -> list[Pair]:
        return list(
            completers[name]({key: str(each) for key, each in context.params.items()}, incomplete)
        )

    return complete


class Heading(str):
    """A heading of the help. Its methods declare the options under it."""

    def option(self, flags: str, help: str, completes: str = "", **more: Any) -> Any:
        """Return the declaration of an option. `flags` is written as in `-o, --output DIR`. `completes`
        names the kind of values that the Tab key offers. By default it is the name of the option."""
        *names, last = flags.split(", ")
        last, _, metavar = last.partition(" ")
        name = completes or last.partition("/")[0].removeprefix("--").replace("-", "_")
        return typer.Option(
            *names,
            last,
            help=help,
            metavar=metavar or None,
            rich_help_panel=str(self),
            autocompletion=completion(name),
            **more,
        )

    def field(
        self, default: Any, flags: str, help: str, setting: Setting | None = None, **more: Any
    ) -> Any:
        """Return the field of a dataclass for an option, which is declared as in `option`. If `setting`
        is given, the field is also a setting. The default `...` (Ellipsis) makes the option
        required."""
        return dataclasses.field(
            default=MISSING if default is ... else default,
            metadata={"declared": (self.option(flags, help, **more), setting)},
        )


def setting(default: Any, help: str, **more: Any) -> Any:
    """Return the field of a dataclass that is a setting without flags."""
    return dataclasses.field(
        default=None, metadata={"declared": (Setting(default, help=help, **more),)}
    )


def declarations(kind: type) -> dict[str, Any]:
    """Return the annotations of the fields of a dataclass, together with the declarations of `field`
    and `setting`."""
    declared = {each.name: each.metadata.get("declared", (None,)) for each in fields(kind)}
    return {
        name: Annotated[hint, *declared[name]]
        for name, hint in get_type_hints(kind, include_extras=True).items()
    }


def argument(metavar: str, help: str, completes: str = "", show_default: str | bool = False) -> Any:
    """Return the declaration of an argument. `completes` names the kind of values that the Tab key
    offers, if their kind is known."""
    return typer.Argument(
        metavar=metavar, help=help, show_default=show_default, autocompletion=completion(completes)
    )


def command(
    *,
    without: Collection[str] = (),
    exclusive: Sequence[tuple[str, str, str]] = (),
    needed: Sequence[tuple[str, str, str]] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that replaces each parameter that is a dataclass by one option for each of its
    fields with flags. For example, a parameter `options: ModelOptions` becomes the options --model,
    --adapter and so on.

    Args:
        without: fields that get no option.
        exclusive: pairs of options that cannot be used together, each with a hint.
        needed: pairs of options of which the first requires the second, each with a hint.
    """
    return functools.partial(_flatten, without=without, exclusive=exclusive, needed=needed)


def _flatten(
    function: Callable[..., None],
    without: Collection[str],
    exclusive: Sequence[tuple[str, str, str]],
    needed: Sequence[tuple[str, str, str]],
) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    groups = {
        name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)
    }
    parameters: dict[str, inspect.Parameter] = {}
    # The fields of each group. They are kept separately, because an argument may have the same name as
    # a field.
    taken: dict[str, list[str]] = {name: [] for name in groups}
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
        for one, other, hint in exclusive:
            if values[one] and values[other]:
                raise OptionError(f"{flag_of(one)} and {flag_of(other)} exclude each other", hint=hint)
        for one, other, hint in needed:
            if values[one] and not values[other]:
                raise OptionError(f"{flag_of(one)} works only with {flag_of(other)}", hint=hint)
        for name, kind in groups.items():
            values[name] = kind(**{field: values.pop(field) for field in taken[name]})
        function(**values)

    # In a signature, positional parameters must come before keyword-only parameters.
    ordered = sorted(parameters.values(), key=lambda parameter: parameter.kind)
    flat.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]  # what typer reads
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return flat


def _declared(annotation: Any) -> Any:
    """Return the annotation of a field for typer, or None for a field without flags. If the field is a
    setting, its value is checked when typer reads it."""
    kind, *declared = get_args(annotation)
    info = next((each for each in declared if isinstance(each, ParameterInfo)), None)
    setting = setting_of(annotation)
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
