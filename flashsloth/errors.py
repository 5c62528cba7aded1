"""All exceptions of this library, in one tree. Nothing here prints.

    FlashSlothError
    ├── InputError                  arguments and files of the user
    │   ├── OptionError             an option's value, or options that exclude each other
    │   │   └── SchemaError         a schema or a regular expression for an answer
    │   ├── AnswerIncomplete        an answer that was cut before it matched its constraint
    │   ├── ContextTooLong          a conversation longer than the context
    │   ├── NoPicture               a question without a picture
    │   ├── SessionNotFound         a saved conversation
    │   ├── ServerNotFound          a running server
    │   ├── SettingsFileError       a recipe, a file of sizes, a template or a file of keys
    │   ├── BadRequest              a request to a server
    │   ├── DataError               a data set
    │   │   └── DataUnreadable, BadRow, BadRows, NoRowsLeft
    │   ├── TrainingFailed          a training run
    │   │   └── RunExists, NonFiniteLoss
    │   └── ImageError              a picture
    │       ├── ImageNotFound, ImageUnreadable, ImageUndecodable
    │       ├── ImageTooLarge, ImageFormatUnsupported, CropOutside
    │       └── ImageFetchFailed, ImageAddressRefused
    ├── ModelError                  a model and whether it is available
    │   ├── UnknownModel, ModelUnavailable, ModelAccessDenied, UnsupportedModel, InvalidConfiguration
    │   └── CheckpointError         a model's files
    │       └── CheckpointDamaged, TensorMismatch, NonFiniteWeights, PickleRefused
    └── ResourceError               the machine
        └── OutOfMemory, OutOfThreads, DiskFull, DataWorkerFailed, HistoryError,
            ServerBusy, ServerError (ServerUnreachable)

`str(error)` is one line that says what went wrong, and where. `error.hint` says what to do next.
`error.code` is a stable name for programs (docs/reference.md lists all codes). `error.exit_code`
is the exit status of a command that fails with the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


def causes(error: BaseException) -> list[BaseException]:
    """Return an exception and all exceptions in the chain of its causes. Each occurs once."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    # A chain may be circular: libraries write `raise error from error`.
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


class FlashSlothError(Exception):
    """The base class of all errors. `hint` replaces the hint of the class. If a server refuses a field
    or a picture of a request, `param` is its place in the request."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    hint: str = ""
    param: str | None = None

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


def error_with_code(code: str, message: str, hint: str) -> FlashSlothError:
    """Return an error of the class with this code. It is used to raise again an error that another
    process reported. An unknown code becomes a ServerError."""
    classes = [each for each in globals().values() if isinstance(each, type)]
    errors = [each for each in classes if issubclass(each, FlashSlothError)]
    kind = next((each for each in errors if each.code == code), ServerError)
    # The error is not created with `kind(...)`, because some classes have other arguments.
    error = kind.__new__(kind)
    FlashSlothError.__init__(error, message, hint=hint)
    return error


@contextmanager
def error_prefix(where: object) -> Iterator[None]:
    """Prefix the message of an error with the thing that the error is about, such as a file."""
    try:
        yield
    # The new error has the same class, and therefore the same code and exit code.
    except FlashSlothError as error:
        raise type(error)(f"{where}: {error}", hint=error.hint) from error


class InputError(FlashSlothError):
    """An argument or a file of the user cannot be used."""

    code = "input"
    exit_code = 3


class OptionError(InputError):
    """An option has an invalid value, or does not go together with another option."""

    code = "option"
    exit_code = 2


class SchemaError(OptionError):
    """A schema or a regular expression for an answer is invalid, or cannot be enforced."""

    code = "schema"
    hint = "See docs/answers.md for what a schema may have."


class AnswerIncomplete(InputError):
    """An answer was cut before it matched its schema or regular expression."""

    code = "answer_incomplete"
    exit_code = 8
    hint = (
        "Allow a longer answer with --max-tokens, or bound it: maxLength and maxItems of a schema, "
        "{1,20} of a regex."
    )


class ContextTooLong(InputError):
    """The prompt, including visual and query tokens, fills the context, so that no answer is
    possible."""

    code = "context_too_long"
    exit_code = 9
    hint = "Ask a shorter question or start a new conversation."


class NoPicture(InputError):
    """Neither the question nor its conversation has a picture."""

    code = "no_picture"
    hint = 'Name a picture, as in: flashsloth ask photo.jpg "What is this?" Use --no-picture to ask without one.'


class SessionNotFound(InputError):
    """No saved conversation has this name or id, or several conversations match it."""

    code = "session_not_found"
    hint = "Run `flashsloth sessions list` to see the saved conversations."


class ServerNotFound(InputError):
    """No running server has this name, or several servers match it."""

    code = "server_not_found"
    hint = "Run `flashsloth ps` to see which servers run."


class SettingsFileError(InputError):
    """A recipe, a file of sizes, a template or a file of keys cannot be read or has an invalid
    entry."""

    code = "settings_file"
    hint = "Correct that line of the file."


class BadRequest(InputError):
    """A field of a request to a server is wrong, missing or not supported. `param` names the field. It
    is None if the problem is not in a single field."""

    code = "bad_request"
    hint = "See docs/serve.md for what a request may have."

    def __init__(self, message: str, *, param: str | None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.param = param


class DataError(InputError):
    """A data set cannot be used."""

    code = "data"
    hint = "Run `flashsloth data check FILE` to see what is wrong with it."


class DataUnreadable(DataError):
    """A data file is missing, or its format is unknown."""

    code = "data_unreadable"
    hint = "Supported: LLaVA .json and .jsonl, messages .jsonl, .csv and .tsv with columns image, question, answer."


class BadRow(DataError):
    """One row of a data set cannot be used. `kind` is one of flashsloth.data.row_parser.KINDS;
    `message` is the error without the row's file and line."""

    code = "data_bad_row"

    def __init__(
        self, text: str, *, kind: str = "row", message: str = "", hint: str | None = None
    ) -> None:
        super().__init__(text, hint=hint)
        self.kind = kind
        self.message = message or text


class BadRows(DataError):
    """Some rows of a data set cannot be used."""

    code = "data_bad_rows"
    hint = "Run `flashsloth data check FILE` to list them. Correct them, or leave them out with --skip-bad."


class NoRowsLeft(DataError):
    """No row of a data set can be used."""

    code = "data_no_rows"
    exit_code = 7


class TrainingFailed(InputError):
    """A training run cannot start or continue."""

    code = "training"


class RunExists(TrainingFailed):
    """The output folder already contains a run, or another process is writing a run to it."""

    code = "training_run_exists"
    hint = "Continue it with --resume, start over with --force, or choose another folder."


class NonFiniteLoss(TrainingFailed):
    """The loss or a gradient became infinite or NaN."""

    code = "training_loss_not_finite"
    hint = "Continue from the last checkpoint with a lower learning rate: --resume --lr X."


class ImageError(InputError):
    """A picture cannot be read."""

    code = "image"
    hint = "Supported: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PBM, PGM, PPM; with an optional package HEIC and PDF."


class ImageNotFound(ImageError):
    """A picture's file does not exist."""

    code = "image_not_found"
    hint = "Check the path; quote names with spaces in the shell."


class ImageUnreadable(ImageError):
    """The path exists but cannot be read as a file: it is a folder or a device, or permission is
    missing."""

    code = "image_unreadable"
    hint = "Give the path of a picture file that you may read."


class ImageUndecodable(ImageError):
    """The file begins like a picture but cannot be decoded."""

    code = "image_undecodable"
    hint = "Download or copy it again; or open it in an image viewer, and save it as PNG."


class ImageTooLarge(ImageError):
    """The picture has more pixels or bytes than the limit."""

    code = "image_too_large"
    hint = "Scale the picture down first; the released models see at most 768 pixels a side."


class ImageFormatUnsupported(ImageError):
    """The file is not a picture in a supported format."""

    code = "image_format_unsupported"


class CropOutside(ImageError):
    """The part of a picture that was asked for is not inside the picture."""

    code = "crop_outside"
    exit_code = 2
    hint = "Give a part inside the picture, or in percent, as in 10%,10%,80%,80%."


class ImageFetchFailed(ImageError):
    """A picture could not be fetched from its URL, because of a failed connection, an HTTP error or a
    timeout."""

    code = "image_fetch_failed"
    hint = "Check the address in a browser, or download the picture."


class ImageAddressRefused(ImageError):
    """The URL leads to this machine or to a link-local address, or its scheme is not http(s). For
    clients of a server every address that is not public is refused."""

    code = "image_address_refused"
    hint = "Add --set allow_local=true if you mean a server on this machine."


class ModelError(FlashSlothError):
    """A model is not available."""

    code = "model"
    exit_code = 4


class UnknownModel(ModelError):
    """The name is neither a known model nor a folder nor a model on the hub."""

    code = "model_unknown"


class ModelUnavailable(ModelError):
    """The model is not cached and cannot be fetched, because the machine is offline, the hub does not
    answer, or the user did not agree to the download."""

    code = "model_unavailable"


class ModelAccessDenied(ModelError):
    """The hub requires a login or an accepted licence."""

    code = "model_access_denied"
    hint = "Accept the licence on the model's page, then set HF_TOKEN or run `hf auth login`."


class UnsupportedModel(ModelError):
    """The model is of a kind that cannot be opened, has no weights, or is quantized where unquantized
    weights are needed."""

    code = "model_unsupported"
    hint = "`flashsloth list` has names that can be opened, and docs/models.md the kinds of models."


class InvalidConfiguration(ModelError, ValueError):
    """A configuration has sizes or names from which no model can be built."""

    code = "configuration_invalid"
    hint = "Correct the configuration, or download the model again."


class CheckpointError(ModelError):
    """A model's files cannot be used."""

    code = "checkpoint"


class CheckpointDamaged(CheckpointError):
    """A file is missing, cut short or unreadable."""

    code = "checkpoint_damaged"
    hint = "Download or copy the model again."


class TensorMismatch(CheckpointError):
    """A tensor is missing, unexpected, or has another shape than config.json requires."""

    code = "checkpoint_tensors"
    hint = "The weights do not belong to this config.json; download or convert the model again."


class NonFiniteWeights(CheckpointError):
    """A tensor contains NaN or infinity."""

    code = "checkpoint_not_finite"
    hint = "The weights were damaged or saved from a diverged run; use another copy."


class PickleRefused(CheckpointError):
    """The only weights are pickles, which can run code when they are opened."""

    code = "checkpoint_pickle"


class ResourceError(FlashSlothError):
    """The machine lacks memory or disk space, or a server does not answer.

    Who asks a server many questions decides by three attributes how to go on. If the error
    `is_temporary`, the same request may be answered later, after `retry_after` seconds if the server
    has named a time. If it `is_general`, the other requests would fail in the same way."""

    code = "resource"
    exit_code = 5
    is_temporary = False
    is_general = False
    retry_after: float | None = None


class OutOfMemory(ResourceError):
    """The device does not have enough memory."""

    code = "out_of_memory"
    hint = "Close other programs, or use a smaller preset: --quant int4."


class OutOfThreads(ResourceError):
    """The system refuses to start another thread or process."""

    code = "out_of_threads"
    hint = "End other programs, or raise the limit: ulimit -u, TasksMax or --pids-limit."


def thread_error(error: BaseException) -> OutOfThreads | None:
    """Return an error if an exception means that Python could not start a thread. Return None for other
    exceptions."""
    refused = isinstance(error, RuntimeError) and str(error) == "can't start new thread"
    return OutOfThreads("the system starts no more threads") if refused else None


class DiskFull(ResourceError):
    """The disk does not have enough free space."""

    code = "disk_full"


class DataWorkerFailed(ResourceError):
    """A process that reads data for a training run could not be started, or has ended."""

    code = "training_data_worker"
    hint = "Continue the run with --resume. If the system ended it for lack of memory, add --set workers=0."


class HistoryError(ResourceError):
    """The history of conversations cannot be read or written."""

    code = "history"
    hint = "Check the folder and its disk, or set FLASHSLOTH_HOME to another folder."


class ServerBusy(ResourceError):
    """Too many requests wait for the server."""

    code = "server_busy"
    exit_code = 6
    is_temporary = True
    hint = "Ask again in a moment."


class ServerError(ResourceError):
    """A server cannot be started or reached."""

    code = "server"
    exit_code = 6
    hint = "Run `flashsloth ps` to see which servers run."


class ServerUnreachable(ServerError):
    """A server did not begin to answer, so the same question can be asked elsewhere."""

    code = "server_unreachable"
