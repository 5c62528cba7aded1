"""The options that several commands share, each declared once with its group, and the decorator that adds them.

Help, the manual page, docs/cli.md and shell completion are generated from these declarations.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_type_hints

import typer

from flashsloth.devices import DEVICE_NAME
from flashsloth.errors import OptionError
from flashsloth.generation.sampling_settings import RANGES
from flashsloth.images.crop import parse_crop
from flashsloth.quantization.presets import CHOICES, PRESETS, listed
from flashsloth.utils.text import printable

QUESTION = "Question"
PICTURE = "Picture"
ANSWER = "Answer and sampling"
MODEL = "Model and device"
CONVERSATION = "Conversation"
DATA = "Data"
START = "Starting model"
METHOD = "Method"
SCHEDULE = "Schedule"
ADDRESS = "Address"
ACCESS = "Access"
LIMITS = "Limits"
EVALUATION = "Evaluation"
RUN = "Run"
MEASUREMENT = "Measurement"
OUTPUT = "Output"
OPTION_GROUPS = (
    *(QUESTION, DATA, START, METHOD, SCHEDULE, EVALUATION, RUN, MEASUREMENT, ADDRESS, ACCESS, LIMITS),
    *(PICTURE, ANSWER, MODEL, CONVERSATION, OUTPUT),
)  # in the order of --help-all


def option(group: str, flags: str, help: str, **more: Any) -> Any:
    """Return the declaration of an option that help lists under `group`. `flags` is as in `-o, --output DIR`."""
    if group not in OPTION_GROUPS:
        raise ValueError(f"unknown group {group!r}")
    *names, last = flags.split(", ")
    last, _, metavar = last.partition(" ")
    return typer.Option(*names, last, metavar=metavar or None, help=help, rich_help_panel=group, **more)


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="IMAGE|QUESTION",
        help="Picture: a path, a URL, a quoted glob, clipboard:, or - for stdin. Without -p, the one word that is "
        "not a picture is the question.",
        show_default=False,
    ),
]
ModelArgument = Annotated[
    str, typer.Argument(metavar="MODEL", help="A known name, org/repo[@revision] or a folder.", show_default=False)
]
HubModel = Annotated[
    str, typer.Argument(metavar="MODEL", help="flashsloth, flashsloth-hd or org/repo[@revision].", show_default=False)
]
NamedModel = Annotated[str | None, option(MODEL, "-m, --model MODEL", "The same as the argument MODEL.")]


def one_model(argument: str, named: str | None) -> str:
    """Return the model of an argument or of -m. Raises: OptionError if neither or both are given."""
    if bool(argument) == bool(named):
        problem = "no model was given" if not argument else f"{argument} and -m {named} are two models"
        raise OptionError(problem, hint="Give one.")
    return argument or str(named)


OutputFolder = Annotated[Path, option(OUTPUT, "-o, --output DIR", "Folder to write.", show_default=False)]

# Question

Prompt = Annotated[str | None, option(QUESTION, "-p, --prompt TEXT|@FILE", "The question, or a file with it.")]
Template = Annotated[
    str | None,
    option(QUESTION, "-t, --template NAME", "Use a prompt template; `flashsloth templates list` lists them."),
]
System = Annotated[str | None, option(QUESTION, "-s, --system TEXT", "Replace the model's system prompt.")]
PhotoContext = Annotated[
    Literal["exif"] | None,
    option(
        QUESTION,
        "--context exif",
        "Put date, place and camera of a picture, by its EXIF, before the question; -v shows them.",
    ),
]

# Picture

Hd = Annotated[
    bool | None,
    option(
        PICTURE,
        "--hd/--no-hd",
        "Read each picture in five tiles instead of one, for fine detail.",
        show_default="as the model was trained",
    ),
]


def _crop(value: str | None) -> str | None:
    """Return X,Y,W,H without spaces. Raises: OptionError."""
    return None if value is None else parse_crop(value).text


Crop = Annotated[
    str | None,
    option(
        PICTURE,
        "--crop X,Y,W,H",
        "Read only this part of each picture: left, top, width and height in pixels or percent, such as "
        "10%,10%,80%,80%.",
        callback=_crop,
    ),
]
NoPicture = Annotated[bool, option(PICTURE, "--no-picture", "Allow a question without a picture.")]
AllowTruncated = Annotated[bool, option(PICTURE, "--allow-truncated", "Accept pictures whose file ends too early.")]
AllowLocal = Annotated[
    bool, option(PICTURE, "--allow-local", "Allow URLs that point to this machine or its local link.")
]
ReferencePreprocessing = Annotated[
    bool,
    option(
        PICTURE,
        "--reference-preprocessing",
        "Preprocess pictures as the paper's code does: ignore EXIF rotation and transparency.",
    ),
]
NoImageCache = Annotated[
    bool, option(PICTURE, "--no-image-cache", "Neither use nor write encoded pictures in the cache.")
]

# Answer and sampling


def _in_range(parameter: typer.CallbackParam, value: float | None) -> float | None:
    """Return the value of a sampling setting. Raises BadParameter if it is out of range."""
    is_valid, allowed = RANGES[str(parameter.name)]
    if value is not None and not is_valid(value):
        raise typer.BadParameter(f"must be {allowed}, not {value if isinstance(value, int) else f'{value:g}'}")
    return value


_sampling = functools.partial(option, ANSWER, callback=_in_range)
MaxTokens = Annotated[
    int | None, option(ANSWER, "--max-tokens N", "Maximum length of the answer in tokens.", min=1, show_default="512")
]
Temperature = Annotated[
    float | None,
    _sampling(
        "--temperature X", "0 always takes the likeliest token; higher values vary the answer.", show_default="0"
    ),
]
TopP = Annotated[
    float | None,
    _sampling(
        "--top-p X", "Sample from the likeliest tokens that together have probability X, at most 1.", show_default="1"
    ),
]
TopK = Annotated[
    int | None, _sampling("--top-k N", "Sample from the N likeliest tokens; 0 turns this off.", show_default="0")
]
MinP = Annotated[
    float | None,
    _sampling(
        "--min-p X", "Drop tokens less likely than X times the likeliest one; 0 turns this off.", show_default="0"
    ),
]
RepetitionPenalty = Annotated[
    float | None,
    _sampling(
        "--repetition-penalty X", "Values above 1 make repetition less likely; 1 turns this off.", show_default="1"
    ),
]
Seed = Annotated[int | None, _sampling("--seed N", "Seed for sampling; the same seed repeats the answer.")]
Stop = Annotated[list[str] | None, option(ANSWER, "--stop TEXT", "End the answer before this text. Can be repeated.")]
Schema = Annotated[
    str | None,
    option(
        ANSWER,
        "--schema SCHEMA",
        "Answer with JSON of a schema: a file, a JSON schema, or fields as in 'total number, items [string]'.",
    ),
]
Regex = Annotated[str | None, option(ANSWER, "--regex REGEX", "Answer with text that matches this regular expression.")]
NoSchemaInPrompt = Annotated[
    bool,
    option(
        ANSWER,
        "--no-schema-in-prompt",
        "Do not tell the model of --schema or --regex, which otherwise stands after the question.",
    ),
]
Choices = Annotated[
    str | None,
    option(ANSWER, "--choices A,B", "Answer with the likeliest of these texts; --json has the probability of each."),
]

# Model and device

Model = Annotated[
    str | None,
    option(
        MODEL,
        "-m, --model MODEL",
        "nano, flashsloth, flashsloth-hd, org/repo[@revision] or a folder.",
        show_default="nano",
    ),
]
Adapter = Annotated[
    str | None, option(MODEL, "--adapter DIR", "Apply an adapter written by finetune; its base model is loaded.")
]
Reduce = Annotated[
    str | None,
    option(
        MODEL,
        "--reduce FILE",
        "Leave visual tokens out as a recipe of `flashsloth reduce fit` says; none ignores that of the model's folder.",
    ),
]


def _device(value: str | None) -> str | None:
    """Return the name of a device. Raises BadParameter for another word, before torch is imported."""
    if value is not None and not DEVICE_NAME[0].fullmatch(value):
        raise typer.BadParameter(f"must be {DEVICE_NAME[1]}, not {printable(value)}")
    return value


Device = Annotated[str | None, option(MODEL, "--device D", f"{DEVICE_NAME[1]}.", show_default="auto", callback=_device)]
Dtype = Annotated[
    Literal["auto", "float32", "bfloat16", "float16"] | None,
    option(MODEL, "--dtype T", "auto, float32, bfloat16 or float16.", show_default="auto"),
]
if TYPE_CHECKING:
    QuantName = str
else:
    QuantName = Literal[CHOICES]
Quant = Annotated[
    QuantName | None,
    option(MODEL, "--quant Q", f"Quantize the weights: {listed(('auto', *PRESETS))}.", show_default="auto"),
]
Server = Annotated[
    str | None,
    option(
        MODEL,
        "--server URL|none",
        "Ask this server of yours, or none; by default one that runs with the same model and device.",
        show_default="auto",
    ),
]
NoCache = Annotated[bool, option(MODEL, "--no-cache", "Neither use nor write a quantized copy in the cache.")]
Offline = Annotated[bool, option(MODEL, "--offline", "Never use the network to find or download a model.")]
Yes = Annotated[bool, option(MODEL, "-y, --yes", "Answer yes to every question, such as before a download.")]

# Conversation

Continue = Annotated[bool, option(CONVERSATION, "-c, --continue", "Continue the last conversation.")]
SessionName = Annotated[
    str | None, option(CONVERSATION, "--session NAME", "Continue the conversation with this name or id, or start it.")
]
NoHistory = Annotated[
    bool, option(CONVERSATION, "--no-history", "Do not save this conversation, nor encoded pictures in the cache.")
]
Overflow = Annotated[
    Literal["error", "drop-oldest"] | None,
    option(
        CONVERSATION,
        "--overflow HOW",
        "When the context is full: error, or drop-oldest to forget the oldest turns.",
        show_default="error",
    ),
]

# Output

Json = Annotated[bool, option(OUTPUT, "--json", "Print one JSON document on stdout.")]
NoStream = Annotated[bool, option(OUTPUT, "--no-stream", "Print the answer only when it is complete.")]
Stats = Annotated[bool, option(OUTPUT, "--stats", "Print times and token counts on stderr.")]
Quiet = Annotated[bool, option(OUTPUT, "-q, --quiet", "Print only warnings and errors on stderr.")]
Verbose = Annotated[bool, option(OUTPUT, "-v, --verbose", "Print more details and the warnings of libraries.")]
Force = Annotated[bool, option(OUTPUT, "--force", "Write into a folder that is not empty.")]
ShowInput = Annotated[
    Path | None,
    option(
        OUTPUT, "--show-input FILE", "Write what the model gets of the pictures, scaled, padded and in tiles, as a PNG."
    ),
]
ForceFile = Annotated[bool, option(OUTPUT, "--force", "Replace the file if it exists.")]

# Data

ImageRoot = Annotated[
    Path | None,
    option(
        DATA,
        "--image-root DIR",
        "Folder that relative picture paths start from.",
        show_default="the data file's folder",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a question. None: not given."""

    model: Model = None
    adapter: Adapter = None
    reduce: Reduce = None
    system: System = None
    max_tokens: MaxTokens = None
    temperature: Temperature = None
    top_p: TopP = None
    top_k: TopK = None
    min_p: MinP = None
    repetition_penalty: RepetitionPenalty = None
    seed: Seed = None
    stop: Stop = None
    schema: Schema = None
    regex: Regex = None
    no_schema_in_prompt: NoSchemaInPrompt = False
    choices: Choices = None
    overflow: Overflow = None
    json: Json = False
    no_stream: NoStream = False
    stats: Stats = False
    device: Device = None
    dtype: Dtype = None
    quant: Quant = None
    server: Server = None
    no_cache: NoCache = False
    hd: Hd = None
    crop: Crop = None
    offline: Offline = False
    yes: Yes = False
    quiet: Quiet = False
    verbose: Verbose = False
    no_picture: NoPicture = False
    allow_truncated: AllowTruncated = False
    allow_local: AllowLocal = False
    reference_preprocessing: ReferencePreprocessing = False
    no_image_cache: NoImageCache = False
    photo_context: PhotoContext = None
    no_history: NoHistory = False

    @classmethod
    def of(cls, options: Any, **more: Any) -> Self:
        """Return these options with the values that a command's own options give. `more`: further values."""
        given = {field.name: getattr(options, field.name) for field in fields(cls) if hasattr(options, field.name)}
        return cls(**given | more)


def _print_all_help(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        typer.echo(context.command.get_help_all(context))  # type: ignore[attr-defined]
        raise typer.Exit


HelpAll = Annotated[
    bool,
    option(OUTPUT, "--help-all", "Show all options, in groups, and exit.", is_eager=True, callback=_print_all_help),
]


def command(
    *, common: Sequence[str] = (), without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds `--help-all`, and replaces parameters that are dataclasses by their fields. Fields
    in `without` are left out. `common` lists the flags that `--help` shows; () shows all."""
    return functools.partial(_flatten, common=tuple(common), without=without)


def _flatten(function: Callable[..., None], common: Sequence[str], without: Collection[str]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}
    parameters = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in groups:
            parameters[name] = parameter.replace(annotation=hints[name])
            continue
        kinds = get_type_hints(groups[name], include_extras=True)
        for field in (field for field in fields(groups[name]) if field.name not in without):
            default = inspect.Parameter.empty if field.default is MISSING else field.default
            parameters[field.name] = inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kinds[field.name]
            )

    help_all = inspect.Parameter("help_all", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=HelpAll)
    parameters[help_all.name] = help_all

    @functools.wraps(function)
    def flat(*, help_all: bool = False, **values: Any) -> None:  # the callback of --help-all has run
        for name, kind in groups.items():
            names = [field.name for field in fields(kind) if field.name not in without]
            values[name] = kind(**{field: values.pop(field) for field in names})
        function(**values)

    flat.common = common  # type: ignore[attr-defined]
    return with_signature(flat, sorted(parameters.values(), key=lambda parameter: parameter.kind))


def with_signature(function: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    """Set the parameters that typer reads, and return the function."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function
