"""Every error this library raises, drawn as one tree. Knows no exit codes and no terminals.

    FlashSlothError
    ├── InputError                  what the user gave
    │   ├── OptionError             an option's value, or options that do not go together
    │   ├── ContextTooLong          the conversation does not fit
    │   ├── NoPicture               a question about no picture
    │   ├── SessionNotFound         which earlier conversation
    │   ├── SettingsFileError       a recipe, sizes or a template that says what cannot be
    │   ├── NothingGained           a quantized copy that would be no smaller
    │   ├── DataError               what is to be learned from
    │   │   └── DataUnreadable, BadRow, BadRows
    │   ├── TrainingFailed          a run that cannot go on
    │   │   └── RunExists, NonFiniteLoss
    │   └── ImageError
    │       ├── ImageNotFound, ImageUnreadable, ImageUndecodable, ImageTruncated
    │       ├── ImageTooLarge, ImageFormatUnsupported
    │       └── ImageFetchFailed, ImageAddressRefused
    ├── ModelError                  which model, and whether it can be had
    │   ├── UnknownModel, ModelUnavailable, ModelAccessDenied, UnsupportedModel, InvalidConfiguration
    │   └── CheckpointError         what is on disk
    │       └── CheckpointDamaged, TensorMismatch, NonFiniteWeights, PickleRefused
    └── ResourceError               the machine
        └── OutOfMemory, DiskFull, HistoryError

`str(error)` says what went wrong and where, in one line; `error.hint` says what to do next; `error.code` is a stable
name for programs (docs/errors.md lists them all).
"""

from __future__ import annotations

from typing import ClassVar


class FlashSlothError(Exception):
    """The root of every error. `hint` may be given to the constructor; else the class's own one is used."""

    code: ClassVar[str] = "error"
    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class InputError(FlashSlothError):
    """Something the user gave cannot be used."""

    code = "input"


class OptionError(InputError):
    """An option has a value that makes no sense, alone or beside another."""

    code = "option"


class ContextTooLong(InputError):
    """The prompt, visual and query tokens counted, leaves no room for an answer."""

    code = "context_too_long"
    hint = "Ask a shorter question or start a new conversation."


class NoPicture(InputError):
    """A question without a picture, neither with it nor in its conversation."""

    code = "no_picture"
    hint = 'As in: flashsloth ask photo.jpg "What is this?" To ask from text alone: --no-picture.'


class SessionNotFound(InputError):
    """No conversation of that name or id is kept, or several begin like that."""

    code = "session_not_found"
    hint = "flashsloth sessions list shows them."


class SettingsFileError(InputError):
    """A file of settings that the command line names, such as a recipe, cannot be read or says what cannot be."""

    code = "settings_file"
    hint = "Mend that line of the file."


class NothingGained(InputError):
    """A quantized copy would take as much disk as the model that it is made from, or more."""

    code = "nothing_gained"
    hint = "Use the model as it is. --allow-larger writes the copy all the same."


class DataError(InputError):
    """A data set cannot be used."""

    code = "data"
    hint = "flashsloth data check FILE says what is wrong with it."


class DataUnreadable(DataError):
    """There is no such file, or it is in no known format."""

    code = "data_unreadable"
    hint = "Known: LLaVA .json and .jsonl, messages .jsonl, .csv and .tsv with columns image, question, answer."


class BadRow(DataError):
    """One row that cannot be used. `kind` is one of flashsloth.data.row_parser.KINDS, `message` the error without the
    location of the row, with which `str` begins."""

    code = "data_bad_row"

    def __init__(self, text: str, *, kind: str = "row", message: str = "", hint: str | None = None) -> None:
        super().__init__(text, hint=hint)
        self.kind = kind
        self.message = message or text


class BadRows(DataError):
    """Rows that nothing can be learned from, or not what was meant."""

    code = "data_bad_rows"
    hint = "flashsloth data check FILE lists them. Mend them, or leave them out with --skip-bad."


class TrainingFailed(InputError):
    """A training run cannot begin or go on."""

    code = "training"


class RunExists(TrainingFailed):
    """The folder holds another run already, or one is writing to it now."""

    code = "training_run_exists"
    hint = "Go on with --resume, start over with --force, or give another folder."


class NonFiniteLoss(TrainingFailed):
    """The loss became infinite or no number at all."""

    code = "training_loss_not_finite"
    hint = "Go on from the last checkpoint with a lower rate: --resume --lr X."


class ImageError(InputError):
    """A picture cannot be read."""

    code = "image"
    hint = "Supported: JPEG, PNG, WebP, GIF (first frame), BMP, TIFF, AVIF."


class ImageNotFound(ImageError):
    """There is no such file."""

    code = "image_not_found"
    hint = "Check the path; names with spaces need quotes in the shell."


class ImageUnreadable(ImageError):
    """The path exists but holds no readable bytes: a folder, a device, no permission."""

    code = "image_unreadable"
    hint = "Give the path of a picture file."


class ImageUndecodable(ImageError):
    """The bytes say that they are a picture, but do not decode to one."""

    code = "image_undecodable"
    hint = "Open it in an image viewer; if that works, save it again as PNG."


class ImageTruncated(ImageUndecodable):
    """The picture's data ends early."""

    code = "image_truncated"
    hint = "Fetch the file again, or accept what is there with --allow-truncated."


class ImageTooLarge(ImageError):
    """More pixels or bytes than the ceiling allows."""

    code = "image_too_large"
    hint = "Scale the picture down first; the model looks at 384 pixels a side, or 768 with --hd."


class ImageFormatUnsupported(ImageError):
    """The bytes are no picture in a format that can be read here."""

    code = "image_format_unsupported"


class ImageFetchFailed(ImageError):
    """A URL gave no picture: no connection, an HTTP error, too slow."""

    code = "image_fetch_failed"
    hint = "Check the address in a browser, or download the picture and give its path."


class ImageAddressRefused(ImageError):
    """The URL points at this machine or its local link, or uses a scheme that is not http(s)."""

    code = "image_address_refused"
    hint = "Add --allow-local if you mean a server on this machine."


class ModelError(FlashSlothError):
    """The model that was asked for is not available."""

    code = "model"


class UnknownModel(ModelError):
    """Neither a known name nor a folder nor a hub id that exists."""

    code = "model_unknown"


class ModelUnavailable(ModelError):
    """The model exists, perhaps, but cannot be fetched now: offline and not cached, or the hub does not answer."""

    code = "model_unavailable"


class ModelAccessDenied(ModelError):
    """The hub wants a login or an accepted licence."""

    code = "model_access_denied"
    hint = "Accept the licence on the model's page, then set HF_TOKEN or run `hf auth login`."


class UnsupportedModel(ModelError):
    """A model of another kind, a FlashSloth whose configuration cannot be built, or a quantized one where the weights
    that it was made from are needed."""

    code = "model_unsupported"
    hint = "Only FlashSloth models can be opened: nano, flashsloth, flashsloth-hd, or a folder made from one."


class InvalidConfiguration(ModelError, ValueError):
    """Sizes or names in a configuration that no model can be built from."""

    code = "configuration_invalid"
    hint = "Mend config.json, or download the model again."


class CheckpointError(ModelError):
    """The model's files are not what they should be."""

    code = "checkpoint"


class CheckpointDamaged(CheckpointError):
    """A file is missing, cut short or unreadable."""

    code = "checkpoint_damaged"
    hint = "Download or copy the model again."


class TensorMismatch(CheckpointError):
    """A tensor is missing, left over, or has another shape than the configuration says."""

    code = "checkpoint_tensors"
    hint = "The weights do not belong to this config.json; download or convert the model again."


class NonFiniteWeights(CheckpointError):
    """A tensor holds NaN or infinity."""

    code = "checkpoint_not_finite"
    hint = "The weights were damaged or saved from a diverged run; use another copy."


class PickleRefused(CheckpointError):
    """The folder has only pickled weights, which can run code when they are opened."""

    code = "checkpoint_pickle"


class ResourceError(FlashSlothError):
    """The machine does not have what this needs."""

    code = "resource"


class OutOfMemory(ResourceError):
    """Not enough memory on the device."""

    code = "out_of_memory"
    hint = "Close other programs, or take a smaller preset: --quant int4."


class DiskFull(ResourceError):
    """Not enough room on disk."""

    code = "disk_full"


class HistoryError(ResourceError):
    """The file of earlier conversations can be neither read nor written."""

    code = "history"
    hint = "Check the folder and its disk, or name another folder in FLASHSLOTH_HOME."
