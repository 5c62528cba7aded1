"""The options that commands share, each declared once: alone, or together in `Options`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="IMAGE|QUESTION",
        help="A path, URL, data: URL, quoted glob, clipboard:, or - for a picture on stdin. Without -p the one that "
        "has a space and is no path is the question.",
        show_default=False,
    ),
]
Prompt = Annotated[str | None, typer.Option("-p", "--prompt", metavar="TEXT|@FILE", help="The question.")]
Quant = Annotated[
    Literal["auto", "none", "int4", "int8", "nf4", "llm-int8", "4bit", "8bit"] | None,
    typer.Option("--quant", metavar="Q", help="auto, none, int4 (4bit), int8 (8bit), nf4 or llm-int8."),
]
Template = Annotated[
    str | None,
    typer.Option("-t", "--template", metavar="NAME", help="A prompt with its settings; see `templates`."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask the network for a model.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but warnings and errors.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask before a download or a removal.")]
Plain = Annotated[bool, typer.Option("--plain", help="A plain line loop; piped stdin is one question a line.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, like NO_COLOR=1.")]
Continue = Annotated[bool, typer.Option("-c", "--continue", help="Go on with the last conversation.")]
SessionName = Annotated[
    str | None,
    typer.Option("--session", metavar="NAME", help="Go on with this conversation, its name or id, or begin it."),
]
NoHistory = Annotated[bool, typer.Option("--no-history", help="Keep nothing of this conversation.")]
Kind = Annotated[
    Literal["ask", "chat"] | None, typer.Option("--kind", metavar="KIND", help="Only those begun by ask, or by chat.")
]
Preview = Annotated[
    Literal["auto", "kitty", "iterm2", "sixel", "blocks", "off"] | None,
    typer.Option("--preview", metavar="HOW", help="Show pictures: auto, kitty, iterm2, sixel, blocks or off."),
]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder to write.", show_default=False)]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="A known name, org/repo[@rev] or a folder.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The flags of a question: which model, how it answers, what goes to which stream. None: not given."""

    model: Annotated[
        str | None,
        typer.Option(
            "-m", "--model", metavar="MODEL", help="nano, flashsloth, flashsloth-hd, org/repo[@rev] or a folder."
        ),
    ] = None
    adapter: Annotated[
        str | None, typer.Option("--adapter", metavar="DIR", help="What `finetune` wrote, on top of its model.")
    ] = None
    system: Annotated[
        str | None, typer.Option("-s", "--system", metavar="TEXT", help="Text before the first turn.")
    ] = None
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", metavar="N", min=1, help="Longest answer. Default 512.")
    ] = None
    temperature: Annotated[
        float | None, typer.Option("--temperature", metavar="X", min=0, help="0 is greedy, the default.")
    ] = None
    top_p: Annotated[
        float | None, typer.Option("--top-p", metavar="X", help="Sample from the likeliest share X, up to 1.")
    ] = None
    top_k: Annotated[
        int | None, typer.Option("--top-k", metavar="N", min=0, help="Sample from the N likeliest tokens; 0 is off.")
    ] = None
    min_p: Annotated[
        float | None, typer.Option("--min-p", metavar="X", min=0, help="Drop tokens less likely than X times the best.")
    ] = None
    repetition_penalty: Annotated[
        float | None, typer.Option("--repetition-penalty", metavar="X", help="More than 0; 1 is off.")
    ] = None
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, max=2**64 - 1, help="The same seed samples the same answer."),
    ] = None
    stop: Annotated[
        list[str] | None,
        typer.Option("--stop", metavar="TEXT", help="End before this text. May be given several times."),
    ] = None
    overflow: Annotated[
        Literal["error", "drop-oldest"] | None,
        typer.Option("--overflow", metavar="HOW", help="When the context is full: error, or drop-oldest turns."),
    ] = None
    json: Json = False
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Print the answer when it is whole.")] = False
    stats: Annotated[bool, typer.Option("--stats", help="Numbers on stderr after the answer.")] = False
    device: Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, mps, cuda or cuda:N.")] = None
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        typer.Option("--dtype", metavar="T", help="auto, float32, bfloat16 or float16."),
    ] = None
    quant: Quant = None
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither keep nor use a quantized copy in the cache.")
    ] = False
    hd: Annotated[
        bool | None,
        typer.Option("--hd/--no-hd", help="Read the picture in five tiles. Default: as the model was trained."),
    ] = None
    offline: Offline = False
    yes: Yes = False
    quiet: Quiet = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say what is done; show libraries' warnings.")] = (
        False
    )
    no_picture: Annotated[bool, typer.Option("--no-picture", help="Allow a question without a picture.")] = False
    no_stdin: Annotated[bool, typer.Option("--no-stdin", help="Never read stdin; for loops like `while read`.")] = False
    allow_truncated: Annotated[
        bool, typer.Option("--allow-truncated", help="Take what there is of a broken-off picture.")
    ] = False
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Allow URLs on this machine and its local link.")
    ] = False
    reference_preprocessing: Annotated[
        bool, typer.Option("--reference-preprocessing", help="Read pictures exactly as the paper's program does.")
    ] = False


def flatten_options(command: Callable[..., None], without: Collection[str] = ()) -> Callable[..., None]:
    """Let a command take a dataclass of options as one parameter: typer is shown its fields instead, but for those that
    it goes `without`."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}
    shown = {}
    for name, parameter in inspect.signature(command).parameters.items():
        if name not in groups:
            shown[name] = parameter.replace(annotation=hints[name])
            continue
        kinds = get_type_hints(groups[name], include_extras=True)
        for field in (field for field in fields(groups[name]) if field.name not in without):
            shown[field.name] = inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=kinds[field.name]
            )

    @functools.wraps(command)
    def flat(**values: Any) -> None:
        for name, kind in groups.items():
            names = [field.name for field in fields(kind) if field.name not in without]
            values[name] = kind(**{field: values.pop(field) for field in names})
        command(**values)

    ordered = sorted(shown.values(), key=lambda parameter: parameter.kind)
    flat.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return flat
