"""Download a model: list its files on the hub, check that they belong to a model that can be opened,
and fetch the missing ones. Exceptions of huggingface_hub, of its HTTP client and of hf_xet are
converted to those of flashsloth.errors.

`snapshot_download` of huggingface_hub is not used for two reasons. It downloads in threads, which
Ctrl-C cannot stop before their files are complete. It also records the branch in the cache before the
files are there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import can_be_opened, other_kind, pickled_weights
from flashsloth.checkpoints.hub.cache import (
    cache_folder,
    cached_commit,
    missing_part,
    quiet_hub,
    read_config,
    repo_folder,
    store_revision,
)
from flashsloth.checkpoints.hub.names import COMMIT, KNOWN, NAMES_HINT, RepoId
from flashsloth.errors import (
    DiskFull,
    FlashSlothError,
    ModelAccessDenied,
    ModelUnavailable,
    PickleRefused,
    UnknownModel,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.sizes.families import (
    CONVNEXT,
    TOWERS,
    VLM_FAMILIES,
    WHOLES,
    check_family,
    family_of,
)
from flashsloth.utils import atomic_write
from flashsloth.utils.paths import RECIPE_WEIGHTS
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.text import command_line, error_reason, printable

DEFAULT_ENDPOINT = "https://huggingface.co"
DISK_HINT = "Free some space, or move the cache: set HF_HOME to a folder on a larger disk."
NETWORK_HINT = (
    "Check the connection, the proxy settings and HF_ENDPOINT, then run the same command again. A folder "
    "with the files of a model needs no network: -m FOLDER."
)
ENDPOINT_HINT = (
    "A Hugging Face hub does not answer like this. Check HF_ENDPOINT and the proxy settings."
)
PROXY_HINT = (
    "Check ALL_PROXY, HTTPS_PROXY and HTTP_PROXY. A SOCKS proxy (socks5://) needs: pip install socksio"
)
TOKEN_HINT = "Copy it again: into HF_TOKEN, or, if that is not set, with `hf auth login`."
CERTIFICATES_HINT = (
    "Correct or unset that variable. SSL_CERT_FILE is a file of certificates in PEM format."
)
# The modules whose exceptions mean a problem of the connection. Which of these modules are used depends
# on the release of huggingface_hub.
HTTP_CLIENTS = ("httpx", "httpx2", "httpcore", "httpcore2", "hf_xet")


class CallbackError(BaseException):
    """Carries an exception through huggingface_hub. It is a BaseException, because huggingface_hub
    catches each Exception and retries. It is used for errors of the caller's callback and of our
    checks."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@contextmanager
def convert_hub_errors(repo: RepoId) -> Iterator[None]:
    """Convert the exceptions of huggingface_hub. KeyboardInterrupt is not converted. For a
    CallbackError, the error that it carries is raised unchanged."""
    with quiet_hub():
        try:
            yield
        except FlashSlothError:
            raise
        except CallbackError as carrier:
            raise carrier.error from carrier.error.__cause__
        except Exception as error:
            converted = _convert(error, repo)
            if converted is None:
                raise
            raise converted from error


def at_endpoint() -> str:
    """Return " at URL" for error messages, or "" for the default endpoint."""
    from huggingface_hub import constants

    return "" if constants.ENDPOINT == DEFAULT_ENDPOINT else f" at {constants.ENDPOINT}"


def certificates_problem() -> str:
    """Describe the problem of the file that SSL_CERT_FILE or SSLKEYLOGFILE names, or return "" if there
    is none. The OSError that the HTTP client raises does not name the variable, and looks like a
    problem with a cached file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    keys = partial(setattr, context, "keylog_filename")  # setting this attribute opens the file
    for variable, use in (("SSL_CERT_FILE", context.load_verify_locations), ("SSLKEYLOGFILE", keys)):
        file = os.environ.get(variable)
        if file:
            try:
                use(file)
            except OSError as error:
                return f"{variable}={printable(file)} cannot be used: {error_reason(error)}"
    return ""


def convert_response_error(error: Any, repo: RepoId) -> FlashSlothError:
    """Convert a HfHubHTTPError, which stands for a response with an error status."""
    from huggingface_hub import errors

    status = error.response.status_code
    reason = f": {printable(error.server_message.splitlines()[0])}" if error.server_message else ""
    # if no token is sent, the hub also answers 401 for a missing repository
    missing = isinstance(error, errors.RepositoryNotFoundError)
    if isinstance(error, errors.GatedRepoError) or (status in (401, 403) and not missing):
        return ModelAccessDenied(
            f"the hub{at_endpoint()} denied access to {repo.repo} ({status}{reason})"
        )
    if missing:
        return UnknownModel(
            f"there is no model {repo.repo} on the hub{at_endpoint()}",
            hint=f"{NAMES_HINT} A private model needs HF_TOKEN.",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return UnknownModel(
            f"{repo.repo} has no revision {repo.revision or 'main'} on the hub{at_endpoint()}",
            hint=f"Use {repo.repo} without a revision for its newest commit.",
        )
    temporary = status >= 500 or status in (408, 429)
    return ModelUnavailable(
        f"the hub{at_endpoint()} answered {status} for {repo}{reason}",
        hint="The hub has a problem; try again later." if temporary else NETWORK_HINT,
    )


def _convert(error: BaseException, repo: RepoId) -> FlashSlothError | None:
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    # Only the cause of this error tells why the file could not be fetched.
    while isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OfflineModeIsEnabled):
        name = next((alias for alias in KNOWN if RepoId.parse(alias) == repo), str(repo))
        return ModelUnavailable(
            f"{repo} is not cached, and HF_HUB_OFFLINE is set",
            hint=f"Unset HF_HUB_OFFLINE, or run `{command_line('flashsloth', 'pull', name)}` while connected.",
        )
    if isinstance(error, HfHubHTTPError):
        return convert_response_error(error, repo)
    reason = printable(error_reason(error))
    if "proxy" in reason.lower() and isinstance(error, ImportError | ValueError):
        return ModelUnavailable(f"the proxy cannot be used: {reason}", hint=PROXY_HINT)
    if isinstance(error, OSError) and (problem := certificates_problem()):
        return ModelUnavailable(
            f"cannot fetch {repo} from the hub{at_endpoint()}: {problem}", hint=CERTIFICATES_HINT
        )
    if isinstance(error, UnicodeEncodeError) and error.object.startswith("Bearer "):
        return ModelUnavailable(
            f"cannot fetch {repo}: the access token for the hub is not ASCII", hint=TOKEN_HINT
        )
    if isinstance(error, ValueError | TypeError | LookupError | AttributeError | RecursionError):
        return ModelUnavailable(
            f"{constants.ENDPOINT} does not answer like a hub: {reason}", hint=ENDPOINT_HINT
        )
    if atomic_write.is_disk_full(error):
        return DiskFull(f"the disk is full: {repo} does not fit into {cache_folder()}", hint=DISK_HINT)
    # hf_xet raises RuntimeError. If sizes or headers do not match, huggingface_hub raises an OSError
    # without an errno.
    is_incomplete = isinstance(error, OSError) and error.errno is None
    if (
        is_incomplete
        or isinstance(error, RuntimeError | ConnectionError | TimeoutError)
        or type(error).__module__.partition(".")[0] in HTTP_CLIENTS
    ):
        return ModelUnavailable(
            f"cannot fetch {repo} from the hub{at_endpoint()}: {reason}", hint=NETWORK_HINT
        )
    if isinstance(error, OSError):
        return ModelUnavailable(
            f"cannot store {repo} in {cache_folder()}: {reason}",
            hint="Check the permissions of that folder, or set HF_HOME to another one.",
        )
    return None


# Downloads


# patterns of the files that are downloaded; they must be at the top of a repository, not in a folder
WANTED = ("*.json", "*.txt", "*.safetensors", "*.jinja", "tokenizer.model")
DOCUMENTS = ("readme.md", "license", "license.md", "notice")
MAX_DOCUMENT = 2**20  # bytes
RESERVE = 64 * 2**20  # bytes that must remain free on the disk after a download
# Headers whose values huggingface_hub uses as names of files and folders.
PATH_HEADERS = ("ETag", "X-Linked-ETag", "X-Repo-Commit", "X-Xet-Hash")
FILE_NAME = re.compile(r'(W/)?"?\w[\w.+=-]*"?', re.ASCII)
TOWER_KINDS = {*TOWERS, *WHOLES, CONVNEXT}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: its size in bytes, whether it is cached, and the digest of its content as
    stated by the hub. The digest is a sha256 for files in Git LFS and git's sha1 for other files. It is
    empty if the hub does not state one."""

    name: str
    size: int
    cached: bool
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """The files of a model at one commit: the result of `plan` and the argument of `fetch`."""

    repo: RepoId
    commit: str
    files: tuple[RemoteFile, ...]
    part: bool = False  # whether the model is a vision tower or a language model for a new FlashSloth

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def missing_bytes(self) -> int:
        return sum(file.size for file in self.files if not file.cached)


def plan(repo: RepoId, *, part: bool = False) -> Download:
    """List the files of a model on the hub and which of them are cached. Nothing is downloaded.

    If `part` is true, the model must be a vision tower or a language model from which a new FlashSloth
    can be composed.

    Raises: UnknownModel, ModelAccessDenied, ModelUnavailable, PickleRefused (the only weights are
    pickles), UnsupportedModel (no weights, no tokenizer, or a model of another kind).
    """
    with convert_hub_errors(repo):
        from huggingface_hub import HfApi, constants

        info = HfApi().model_info(
            repo.repo,
            revision=repo.revision,
            files_metadata=True,
            timeout=constants.HF_HUB_ETAG_TIMEOUT,
        )
        # The hub's answer is untrusted, and the commit in it becomes the name of a folder.
        if not isinstance(info.sha, str) or not COMMIT.fullmatch(info.sha):
            raise ModelUnavailable(
                f"the hub{at_endpoint()} sent an invalid commit for {repo}", hint=NETWORK_HINT
            )
        commit = info.sha
        config = info.config if isinstance(info.config, dict) else {}
        if config.get("architectures"):
            _check_kind(repo, config, part)
        siblings = info.siblings or []
        files = [_remote_file(repo, commit, sibling) for sibling in siblings]
        files = [file for file in files if _is_wanted(file.name, file.size)]
        names = [sibling.rfilename for sibling in siblings]
        _check_usable(repo, [file.name for file in files], names, config, part=part)
    # config.json is fetched first, so that a model of another kind is refused early. The weights are
    # fetched last, so that a snapshot with weights is complete.
    files.sort(
        key=lambda file: (file.name.endswith(".safetensors"), file.name != "config.json", file.name)
    )
    return Download(repo, commit, tuple(files), part)


def fetch(download: Download, on_progress: Progress = ignore) -> Path:
    """Download the missing files into the cache, one after the other, and return the snapshot folder.

    `on_progress(done, total, name)` counts bytes, including those of cached files. If the connection
    drops, the download resumes where it stopped. After Ctrl-C or a kill, complete files stay in the
    cache, and the next call downloads the incomplete file from its beginning. The branch or tag is
    recorded only when all files are there, so that an older snapshot stays usable until then. Each file
    is compared with the hub's digest, and removed if it differs.

    Raises: DiskFull (before the first byte, as the sizes are known), the errors of `plan`,
        ModelUnavailable.
    """
    repo = download.repo
    commit = download.commit
    snapshot = repo_folder(repo.repo) / "snapshots" / commit
    # A commit is recorded only after all its files were compared with the hub's digests. If it is
    # recorded, its cached files need no second check.
    verified = cached_commit(repo) == commit
    if download.missing_bytes:
        _check_disk_space(download)
    done = download.total_bytes - download.missing_bytes
    with convert_hub_errors(repo), checked_headers(repo):
        from huggingface_hub import hf_hub_download

        for file in download.files:
            size = 0 if file.cached else file.size
            report = partial(_report, on_progress, done, size, download.total_bytes, file.name)
            report(0)
            # Files are downloaded one at a time in this thread, so that KeyboardInterrupt is raised in
            # the transfer.
            hf_hub_download(
                repo.repo,
                file.name,
                revision=commit,
                cache_dir=cache_folder(),
                tqdm_class=bar_class(report),
            )
            if not (verified and file.cached):
                _check_content(snapshot / file.name, file, repo)
            report(size)
            done += size
            if file.name == "config.json":
                _check_kind(repo, read_config(snapshot), download.part)
    store_revision(repo, commit)
    return snapshot


@contextmanager
def checked_headers(repo: RepoId) -> Iterator[None]:
    """Refuse responses of the hub whose headers would lead out of the cache (path traversal).

    huggingface_hub appends the ETag, the commit and the hash of chunked storage to the cache's path
    without checking them. It reads these headers from the responses to HEAD requests. A response hook
    of its HTTP client sees the same responses and can refuse them. Raises: ModelUnavailable.
    """
    from huggingface_hub import get_session

    def check(response: Any) -> None:
        for name in PATH_HEADERS if response.request.method == "HEAD" else ():
            value = response.headers.get(name, "x")
            if not FILE_NAME.fullmatch(value):
                raise CallbackError(
                    ModelUnavailable(
                        f"the hub{at_endpoint()} sent an invalid {name} for {repo}: {printable(value)}",
                        hint=ENDPOINT_HINT,
                    )
                )

    hooks = get_session().event_hooks["response"]
    hooks.append(check)
    try:
        yield
    finally:
        hooks.remove(check)


def _check_kind(repo: RepoId, config: dict[str, Any], part: bool) -> None:
    """Raise UnsupportedModel unless the configuration describes a FlashSloth, another model that can be
    opened or, with `part`, a supported tower or decoder. The hub's answer has only a few fields of it,
    so the decoder is checked if it is named."""
    kind = config.get("model_type")
    if part and kind not in TOWER_KINDS:
        with error_prefix(repo):
            check_family("text_config", kind)
    elif not part and not can_be_opened(config):
        raise other_kind(repo, config)
    elif (family := family_of(config)) and isinstance(text := config.get("text_config"), dict):
        if VLM_FAMILIES[family].mrope:  # its decoder can only be of one class
            return
        with error_prefix(repo):
            check_family("text_config", text.get("model_type"))


def _remote_file(repo: RepoId, commit: str, sibling: Any) -> RemoteFile:
    """Describe a file of the hub's list. The file counts as cached if it is in the snapshot, or if a
    file with the same content is stored under its digest for another commit."""
    name = sibling.rfilename
    size = (sibling.lfs.size if sibling.lfs else sibling.size) or 0
    digest = (sibling.lfs.sha256 if sibling.lfs else sibling.blob_id) or ""
    folder = repo_folder(repo.repo)
    paths = (folder / "snapshots" / commit / name, folder / "blobs" / digest)
    return RemoteFile(name, size, any(map(os.path.isfile, paths)), digest)


def _is_wanted(name: str, size: int) -> bool:
    lower = name.lower()
    if "/" in name or not name.isprintable() or lower == "trainer_state.json":
        return False
    is_document = lower in DOCUMENTS and size <= MAX_DOCUMENT
    return is_document or any(fnmatch(lower, pattern) for pattern in WANTED)


def _check_usable(
    repo: RepoId,
    wanted: Collection[str],
    names: Collection[str],
    config: dict[str, Any],
    *,
    part: bool,
) -> None:
    pickles = pickled_weights(names)
    if pickles and not any(name.endswith(".safetensors") and name != RECIPE_WEIGHTS for name in wanted):
        some = ", ".join(map(printable, pickles[:3]))
        raise PickleRefused(
            f"{repo} has only pickled weights ({some}), which can run code when opened",
            hint="If you trust them, download them yourself, then run: flashsloth convert FOLDER -o DIR --allow-pickle",
        )
    if missing := missing_part(wanted, config, part=part):
        raise UnsupportedModel(f"{repo} has no {missing}")


def _check_disk_space(download: Download) -> None:
    cache = cache_folder()
    existing = next(path for path in (cache, *cache.parents) if os.path.exists(path))
    needed = download.missing_bytes + RESERVE
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise DiskFull(
            f"{download.repo} needs {_readable(needed)} in {cache}, but only {_readable(free)} are free",
            hint=DISK_HINT,
        )


def _readable(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _check_content(path: Path, file: RemoteFile, repo: RepoId) -> None:
    """Compare a file with the hub's digest. If it differs, remove it and raise ModelUnavailable."""
    if not file.digest:
        return
    # A digest with 64 hexadecimal digits is a sha256. Other digests are git's sha1, which is the sha1
    # of a header with the size, followed by the content.
    with path.open("rb") as content:
        if len(file.digest) == 64:
            found = hashlib.file_digest(content, "sha256")
        else:
            header = f"blob {file.size}\0".encode()
            found = hashlib.file_digest(content, lambda: hashlib.sha1(header, usedforsecurity=False))
    if found.hexdigest() != file.digest:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise ModelUnavailable(
            f"{file.name} of {repo} does not match the checksum of the hub{at_endpoint()} and was removed",
            hint="Run the same command again. If that does not help, check the proxy settings: the file was changed "
            "during the transfer.",
        )


def _report(on_progress: Progress, done: int, size: int, total: int, name: str, received: int) -> None:
    """Report progress: `received` bytes of a file of `size` bytes, in addition to `done` bytes of other
    files."""
    try:
        on_progress(done + min(max(received, 0), size), total, name)
    except Exception as error:
        raise CallbackError(error) from error


def bar_class(report: Callable[[int], None]) -> type[Any]:
    """Return a subclass of tqdm for huggingface_hub that draws nothing and calls `report` with the
    bytes received."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no monitoring thread
        written = received = 0

        def __init__(self, *_args: Any, **_options: Any) -> None:
            super().__init__(disable=True)  # type: ignore[no-untyped-call]

        # `n` is the number of bytes written, or a negative number when a file is downloaded again
        def update(self, n: float | None = 1) -> None:
            self.written += int(n or 0)
            report(max(self.written, self.received))

        # If a bar has the next two methods, downloads from chunked storage (xet) report received bytes
        # to them instead of creating a second bar.
        def update_transfer(self, n: float | None = 1) -> None:
            self.received += int(n or 0)
            report(max(self.written, self.received))

        def set_transfer_postfix_str(self, *_args: Any, **_options: Any) -> None:
            pass

    return Bar
