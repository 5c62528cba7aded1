"""The settings of an answer. Each setting is declared once, with its default, its valid values, its
help, and its name in each view.

A view is one of the places where users give settings (`VIEWS`). To add a setting of sampling, add a
field to `AnswerSettings` and apply it in `sampling.choose`. This module does not import torch.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias

from flashsloth.errors import OptionError
from flashsloth.generation.choice_list import check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.detail import AUTO, is_regex
from flashsloth.utils.text import printable_repr

# The places where users give settings, besides the flags of the commands (`Setting.flag`):
# - ask: keywords of `Chat.ask`
# - ray: arguments of `RayAnswerer`
# - config: keys of config.toml and of `--set`
# - template: keys of a template
# - chat: names after `/set`
# - server: fields of a server's request
VIEWS = ("ask", "ray", "config", "template", "chat", "server")

Rule: TypeAlias = Callable[[Any], object]  # returns whether a value is valid

LIMITS = {  # the comparison of each JSON schema keyword that limits a number
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}
# for each type of a setting: a function that checks a value, and the valid values in words
KINDS: Mapping[type, tuple[Rule, str]] = {
    # "in quotes" always applies: only a value in a file can have a type other than text, and in a file
    # text is written in quotes.
    str: (lambda value: isinstance(value, str), "text in quotes"),
    bool: (lambda value: isinstance(value, bool), "true or false"),
    int: (lambda value: isinstance(value, Integral) and not isinstance(value, bool), "a whole number"),
    float: (lambda value: isinstance(value, Real) and not isinstance(value, bool), "a number"),
    list: (
        lambda value: isinstance(value, list | tuple) and all(isinstance(text, str) for text in value),
        "a list of texts",
    ),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """The declaration of a setting.

    Args:
        default: the built-in value; None leaves the choice to the model.
        rule: a further condition for valid values, besides type and range.
        words: a description of the valid values, for help and messages.
        help: one sentence, for the help of the commands and the documents.
        kind: the type of the values. `list` means a list of strings.
        values: the valid values, if they can be listed.
        other: a text that is valid in addition to values of the type; "" for none.
        flag: the flag of the commands, as in "-s, --system TEXT"; "" if the commands have no flag for
            the setting.
        limits: the range of valid numbers, by JSON schema keywords such as "minimum".
        names: the names of the setting by view. A value is one name, several names separated by blanks,
            or None if the view does not have the setting. In a view that is not listed, the setting has
            the name of its field.
    """

    default: Any = None
    rule: Rule | None = None
    words: str = ""
    help: str = ""
    kind: type = str
    values: tuple[str, ...] = ()
    other: str = ""
    flag: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """The valid values in words. Without `values` and `words` all values of the type are valid."""
        return ", ".join(self.values) or self.words or KINDS[self.kind][1].removesuffix(" in quotes")

    def check(self, name: str, value: Any, *, place: str = "", hint: str = "") -> Any:
        """Return the value if it is valid. `place` is the text before the name in the error message,
        and `hint` replaces the usual hint. Raises: OptionError."""
        is_of_kind, expected = KINDS[self.kind]
        if self.other:
            if value == self.other:
                return value
            expected = self.words
        if is_of_kind(value):
            is_in_range = all(LIMITS[limit](value, bound) for limit, bound in self.limits.items())
            if self.values and value not in self.values:
                expected = f"{', '.join(self.values[:-1])} or {self.values[-1]}"
            elif not is_in_range or (self.rule is not None and not self.rule(value)):
                expected = self.words
            elif self.kind is int and value >= 2**64:
                expected = "less than 2**64"
            else:
                return value
        shown = f"{value:g}" if isinstance(value, float) else printable_repr(value)
        raise OptionError(
            f"{place}{name} must be {expected}, not {shown}", hint=hint or f"Use {self.allowed}."
        )


def answer_setting(
    kind: type,
    help: str,
    default: Any = None,
    words: str = "",
    rule: Rule | None = None,
    *,
    other: str = "",
    flag: str = "",
    initial: Any = None,
    limits: Mapping[str, float] | None = None,
    **names: str | None,
) -> Any:
    """Return a field of `AnswerSettings`.

    Args:
        default: the built-in value. A value in the model's files replaces it, except for a field with
            an `initial` value.
        initial: the value of the field if the user gives none.
        words, rule, other, limits, names: as in Setting.
    """
    declared = Setting(default, rule, words, help, kind, (), other, flag, limits or {}, names)
    return field(default=initial, metadata={"setting": declared})


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """The settings of an answer. A setting that is None is left to the model; `completed` fills in the
    model's own value. `system`, `hd` and `schema_in_prompt` are then as in the model's training, and
    the sampling settings as in its files. If its files have no sampling settings, decoding is greedy.

    Only one of `stop`, a constraint and choices may be given. A server may set `max_tokens` to 0, to
    compute the prompt only.

    Raises: OptionError for values of another type or out of range, and for settings that exclude each
        other; SchemaError.
    """

    system: str | None = answer_setting(
        str,
        "Replace the model's system prompt.",
        flag="-s, --system TEXT",
        ask=None,  # `system` and `hd` belong to the conversation, not to a single answer
        chat=None,  # the command /system sets the system prompt
        server=None,  # a message with the role "system" sets the system prompt
    )
    hd: bool | Literal["auto"] | None = answer_setting(
        bool,
        "Read each picture in several tiles instead of one, or in more visual tokens.",
        words="true, false or auto",
        other=AUTO,
        flag="--hd/--no-hd",
        ask=None,
        template=None,
        chat=None,
        server="flashsloth_hd",
    )
    max_tokens: int = answer_setting(
        int,
        "Maximum length of the answer in tokens.",
        512,
        "1 or more",
        flag="--max-tokens N",
        initial=512,
        limits={"minimum": 1},
        server="max_tokens max_completion_tokens",
    )
    schema: object = answer_setting(  # any value that `constrain` accepts
        str,
        "Answer with JSON of a schema: a file, JSON or fields, 'total number, tags [string]'.",
        flag="--schema SCHEMA",
        ray=None,
        server="response_format",
    )
    regex: str | None = answer_setting(
        str,
        "Answer with text that matches this regular expression.",
        flag="--regex REGEX",
        ray=None,
        server="flashsloth_regex",
    )
    schema_in_prompt: bool | None = answer_setting(
        bool,
        "Write a schema or a regular expression after the question. Without this as the model was trained.",
        ray=None,
        chat=None,
        server="flashsloth_schema_in_prompt",
    )
    choices: tuple[str, ...] = answer_setting(
        list,
        "Answer with the likeliest of these texts; --json has the probability of each.",
        (),
        flag="--choices A,B",
        initial=(),
        ray=None,
        config=None,
        chat=None,
        server="flashsloth_choices",
    )
    temperature: float | None = answer_setting(
        float,
        "0 always takes the likeliest token; higher values vary the answer.",
        0.0,
        "0 (greedy), or 0.001 to 1000",
        lambda value: value == 0 or value >= 1e-3,
        flag="--temperature X",
        limits={"minimum": 0, "maximum": 1000},
    )
    top_p: float | None = answer_setting(
        float,
        "Sample from the likeliest tokens that together have probability X, at most 1.",
        1.0,
        "more than 0, at most 1",
        flag="--top-p X",
        limits={"exclusiveMinimum": 0, "maximum": 1},
    )
    top_k: int | None = answer_setting(
        int,
        "Sample from this many of the likeliest tokens; 0 turns this off.",
        0,
        "a whole number, 0 (off) or more",
        limits={"minimum": 0},
    )
    min_p: float | None = answer_setting(
        float,
        "Drop tokens less likely than this share of the likeliest.",
        0.0,
        "0 (off) or more, less than 1",
        limits={"minimum": 0, "exclusiveMaximum": 1},
    )
    repetition_penalty: float | None = answer_setting(
        float,
        "Above 1 repetition is less likely.",
        1.0,
        "0.001 to 1000; 1 is off",
        limits={"minimum": 1e-3, "maximum": 1000},
    )
    seed: int | None = answer_setting(
        int,
        "Seed for sampling; the same seed repeats the answer.",
        None,
        "0 to 2**64 - 1",
        flag="--seed N",
        limits={"minimum": 0, "exclusiveMaximum": 2**64},
    )
    stop: Sequence[str] = answer_setting(
        list, "End the answer before one of these texts.", (), "one or several texts", all, initial=()
    )
    detail_threshold: float | None = answer_setting(
        float,
        "With hd=auto, read all tiles if a token is less likely; 0 is --no-hd, 1 is --hd.",
        0.7,
        "0 to 1",
        limits={"minimum": 0, "maximum": 1},
        server="flashsloth_detail_threshold",
    )
    refusal: str | None = answer_setting(
        str,
        "Matches refusals, besides those of nano: not written into sidecars, in doubt with hd=auto.",
        None,
        "a regular expression",
        is_regex,
        chat=None,
        server=None,  # a client's expression could take the time of all clients
    )
    constraint: Constraint | None = None  # made from the schema or the regular expression
    all_hd: bool | None = True  # how "auto" reads a picture if the answer from one tile is in doubt

    @classmethod
    def of(cls, values: Mapping[str, Any], **more: Any) -> AnswerSettings:
        """Return the settings for the arguments of a program. An argument that is None counts as
        missing. `max_tokens` is then left to the model.
        Raises: TypeError for an unknown name; OptionError and SchemaError as in the class."""
        given = {name: value for name, value in values.items() if value is not None}
        if "max_tokens" in given:
            SETTINGS["max_tokens"].check("max_tokens", given["max_tokens"])
        return cls(**{"max_tokens": None, **given}, **more)

    def __post_init__(self) -> None:
        given = (
            (self.stop,)
            if isinstance(self.stop, str) or not isinstance(self.stop, Iterable)
            else self.stop
        )
        object.__setattr__(self, "stop", tuple(text for text in given if text != ""))
        object.__setattr__(self, "choices", check_choices(self.choices) if self.choices else ())
        for name, setting in SETTINGS.items():
            value = getattr(self, name)
            is_prefill = name == "max_tokens" and value == 0  # a server computes the prompt only
            is_checked = setting.kind is not str or name == "refusal"
            if is_checked and value is not None and not is_prefill:
                setting.check(name, value)
        if self.constraint is None and (self.schema is not None or self.regex is not None):
            made = constrain(self.schema, self.regex, in_prompt=self.schema_in_prompt, stop=self.stop)
            object.__setattr__(self, "constraint", made)
        if self.choices and (self.stop or self.constraint is not None):
            other = "stop" if self.constraint is None else "schema"
            raise OptionError(f"choices and {other} exclude each other", hint=f"Leave out {other}.")

    # The next properties are those of settings that are completed.

    @property
    def may_read_more(self) -> bool:
        """Whether a picture is read with `all_hd` only if the answer from one tile is in doubt."""
        return self.hd == AUTO and self.all_hd is not False and self.detail_threshold not in (0, 1)

    @property
    def first_hd(self) -> bool | None:
        """How a picture is read for its first answer."""
        if self.hd == AUTO:
            return self.all_hd if self.detail_threshold == 1 else False
        return self.hd

    @property
    def most_hd(self) -> bool | None:
        """How a picture is read for an answer that was in doubt, if that is possible."""
        return self.all_hd if self.may_read_more else self.first_hd

    @property
    def sampling(self) -> dict[str, Any]:
        """The settings of sampling."""
        return {name: getattr(self, name) for name in SAMPLING}

    def completed(
        self, system: str, hd: bool | None, sampling: Mapping[str, Any], *, schema_in_prompt: bool
    ) -> AnswerSettings:
        """Return these settings with None replaced by the model's own value, or by the built-in value
        if the model has none. `hd` is how the model reads pictures by itself (ModelSizes.image_hd): if
        it is False, "auto" reads one tile. `sampling` may have values of other settings, too."""
        own = {"system": system, "hd": hd, **sampling}
        names = ("system", "hd", "detail_threshold", "refusal", "max_tokens", *SAMPLING)
        missing = [name for name in names if getattr(self, name) is None]
        values = {name: own.get(name, SETTINGS[name].default) for name in missing}
        constraint = self.constraint and self.constraint.completed(schema_in_prompt)
        return replace(self, constraint=constraint, all_hd=hd, **values)


SETTINGS: Mapping[str, Setting] = {
    each.name: each.metadata["setting"] for each in fields(AnswerSettings) if "setting" in each.metadata
}
SAMPLING = tuple(
    name
    for name, setting in SETTINGS.items()
    if setting.kind in (int, float) and name not in ("max_tokens", "detail_threshold")
)


def names_in(view: str) -> dict[str, tuple[str, ...]]:
    """Return the settings that a view has, each with its names in this view."""
    found = {name: setting.names.get(view, name) for name, setting in SETTINGS.items()}
    return {name: tuple(names.split()) for name, names in found.items() if names is not None}
