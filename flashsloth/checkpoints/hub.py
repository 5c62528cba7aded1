"""The Hugging Face hub and its cache: which files a model has, fetching them, listing and removing them.

Knows no model code, imports no torch or transformers. huggingface_hub is imported inside functions, because its
import takes time and reads the environment (HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE) once and for all.
It prints nothing: progress goes to a callback, trouble becomes one of our errors.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import threading
import traceback
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NoReturn

from flashsloth.errors import (
    CheckpointDamaged,
    DiskFull,
    FlashSlothError,
    ModelAccessDenied,
    ModelUnavailable,
    PickleRefused,
    ResourceError,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.utils import atomic_write
from flashsloth.utils.paths import expand
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

KNOWN: dict[str, str] = {"flashsloth": "Tongbo/FlashSloth-3.2B", "flashsloth-hd": "Tongbo/FlashSloth_HD-3.2B"}

Progress = Callable[[int, int, str], None]  # bytes done, bytes in all, name of the file

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
WANTED = ("*.json", "*.txt", "*.safetensors", "*.jinja", "tokenizer.model")  # only at the top of a repository
DOCUMENTS = ("readme.md", "license", "license.md", "notice")
MAX_DOCUMENT = 2**20  # bytes
MAX_TEXT = 8 * 2**20  # bytes of what is read of the cache: a config, an index, a commit's name
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
NOT_WEIGHTS = ("training_args.bin", "optimizer.pt", "scheduler.pt")  # pickles that a trainer leaves beside the weights
RESERVE = 64 * 2**20  # bytes that a download leaves free on the disk
DEFAULT_ENDPOINT = "https://huggingface.co"
REVISION = re.compile(r"[0-9A-Za-z][\w.\-/+]{0,250}", re.ASCII)  # a branch, tag or commit; also a file name in refs/
COMMIT = re.compile(r"[0-9a-f]{40}")
DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
ETAG = re.compile(r"[0-9A-Za-z][\w.\-+]{0,250}", re.ASCII)  # a file's name in blobs/; mirrors have their own

NAMES_HINT = f"known names: nano, {', '.join(KNOWN)}. Any org/repo or folder with a FlashSloth model also works."
DISK_HINT = "Free some space, or move the cache: set HF_HOME to a folder on a larger disk."
NETWORK_HINT = "Check the connection, the proxy settings and HF_ENDPOINT, then run the same line again."
ODD_HINT = "The hub itself does not answer so. Check HF_ENDPOINT and the proxy settings for what does."


def set_environment_defaults() -> None:
    """No telemetry unless the user asked for it. Has an effect only before the first Hugging Face import."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


@dataclass(frozen=True, slots=True)
class RepoId:
    """A model repository on the hub, at its newest state or at a branch, tag or commit. Raises UnknownModel."""

    repo: str  # organisation/name
    revision: str | None = None

    def __post_init__(self) -> None:
        set_environment_defaults()
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, loaded lazily

        try:
            validate_repo_id(self.repo)
        except HFValidationError as error:
            raise UnknownModel(f"{self.repo} is no model name: {_first_line(error)}", hint=NAMES_HINT) from error
        if self.repo.count("/") != 1:
            raise UnknownModel(f"unknown model {self.repo}", hint=NAMES_HINT)
        if self.revision is not None and (not REVISION.fullmatch(self.revision) or ".." in self.revision):
            raise UnknownModel(
                f"{self.revision!r} cannot be a revision of {self.repo}",
                hint="After @ stands a branch, a tag or a commit: org/name@main",
            )

    @classmethod
    def parse(cls, text: str) -> RepoId:
        """`org/name`, `org/name@revision`, or a known name in place of `org/name`. Raises UnknownModel."""
        repo, at, revision = text.partition("@")
        return cls(KNOWN.get(repo, repo), revision if at else None)

    def __str__(self) -> str:
        return self.repo if self.revision is None else f"{self.repo}@{self.revision}"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository; `size` in bytes, `cached` if it need not be fetched again. `digest` is what the hub
    says of its content: a sha256 of large files, git's sha1 of others."""

    name: str
    size: int
    cached: bool
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """What `fetch` will bring: the files that we need, at one commit."""

    repo: RepoId
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def missing_bytes(self) -> int:
        return sum(file.size for file in self.files if not file.cached)


@dataclass(frozen=True, slots=True)
class CachedModel:
    """One commit of a FlashSloth repository in the cache.

    `size_bytes` counts each file of this commit once; commits of one repository may share files. `last_used` and
    `modified` are the newest of the files' access and change times, in seconds since 1970.
    """

    repo: str
    commit: str
    revisions: tuple[str, ...]  # branches and tags that point here, as far as this cache knows
    path: Path
    size_bytes: int
    last_used: float
    modified: float
    complete: bool


def find_cached(repo: RepoId) -> Path | None:
    """The cached snapshot folder of a model if nothing is missing from it, else None. Asks no network.

    Without a revision this is what `main` was when it was last fetched.
    """
    folder = _repo_folder(repo.repo)
    revision = repo.revision or "main"
    commit = _read_text(folder / "refs", revision) or revision
    snapshot = folder / "snapshots" / commit
    return snapshot if snapshot.parent == folder / "snapshots" and _is_complete(snapshot) else None


def plan(repo: RepoId) -> Download:
    """Ask the hub which files the model has and which of them are still missing here; fetches none of them.

    Raises: UnknownModel, ModelAccessDenied, ModelUnavailable, PickleRefused (its weights are only pickles),
    UnsupportedModel (no weights, no tokenizer, or a model of another kind).
    """
    with _friendly(repo):
        from huggingface_hub import HfApi, constants

        info = HfApi().model_info(
            repo.repo, revision=repo.revision, files_metadata=True, timeout=constants.HF_HUB_ETAG_TIMEOUT
        )
    if not isinstance(info.sha, str) or not COMMIT.fullmatch(info.sha):  # it becomes a folder's name
        raise ModelUnavailable(f"the hub{_where()} names no commit for {repo}", hint=NETWORK_HINT)
    commit, config = info.sha, info.config
    if isinstance(config, dict) and config.get("architectures") and not _is_flashsloth(config):
        _refuse_kind(str(repo), config)

    folder = _repo_folder(repo.repo)
    files: list[RemoteFile] = []
    for sibling in info.siblings or []:
        name, size, digest = _facts(sibling, repo)
        if _is_wanted(name, size):
            places = [folder / "snapshots" / commit / name, *([folder / "blobs" / digest] if digest else [])]
            files.append(RemoteFile(name, size, any(map(os.path.isfile, places)), digest))
    _check_usable(repo, [file.name for file in files], [sibling.rfilename for sibling in info.siblings or []])
    # weights last: a snapshot that has them has everything, and a model of another kind is noticed by its config.json
    files.sort(key=lambda file: (file.name.endswith(".safetensors"), file.name != "config.json", file.name))
    return Download(repo, commit, tuple(files))


def fetch(download: Download, on_progress: Progress | None = None) -> Path:
    """Bring the files of `download` into the cache, one after the other, and return the snapshot folder.

    `on_progress(done, total, name)` counts bytes, those that were cached before included. Ctrl-C stops at once;
    finished files stay in the cache, a file that was under way starts anew next time. The branch or tag is noted in
    the cache only when all files are there, so an older complete snapshot stays usable until then. Each file is
    compared with the digest that the hub tells; one with another content is removed.
    Raises: DiskFull (before the first byte, from the sizes), the errors of `plan`, ModelUnavailable.
    """
    repo, folder = download.repo, _repo_folder(download.repo.repo)
    snapshot = folder / "snapshots" / download.commit
    noted = _read_text(folder / "refs", repo.revision or "main") == download.commit  # then all were compared
    _check_room(download)
    counter = _Counter(download, on_progress)
    with _friendly(repo):
        from huggingface_hub import hf_hub_download

        bar = _bar_class(counter)
        for file in download.files:
            counter.begin(file)
            # in this thread, so that KeyboardInterrupt reaches the transfer itself
            with _names_checked(download, file):
                hf_hub_download(
                    repo.repo, file.name, revision=download.commit, cache_dir=cache_folder(), tqdm_class=bar
                )
            if not (noted and file.cached):
                _check_content(snapshot, file, repo)
            counter.end()
            if file.name == "config.json" and not _is_flashsloth(config := _read_config(snapshot)):
                _refuse_kind(str(repo), config)
    _note_revision(folder, repo.revision or "main", download.commit)
    return snapshot


def list_cached() -> list[CachedModel]:
    """The FlashSloth models in the cache, one per commit, newest first; unfinished and damaged ones included.

    Reads only model folders that hold a FlashSloth config.json: the cache may hold much that is not ours.
    """
    cache = cache_folder()
    models: list[CachedModel] = []
    for folder in _entries(cache):
        if not re.fullmatch(r"models--.+--.+", folder.name):
            continue
        repo = folder.name.removeprefix("models--").replace("--", "/")
        models.extend(_describe(repo, folder, snapshot) for snapshot in _snapshots(folder) if _is_ours(repo, snapshot))
    return sorted(models, key=lambda model: (-model.modified, model.repo, model.commit))


def remove(repo: RepoId) -> int:
    """Delete a model from the cache, or only one revision of it, and return the bytes that this freed.

    Raises: ModelUnavailable (not in the cache), UnsupportedModel (a cached model of another kind is left alone),
    CheckpointDamaged (one revision of a damaged folder), ResourceError (files cannot be deleted).
    """
    folder = _repo_folder(repo.repo)
    snapshots = _snapshots(folder)
    chosen = [snapshot for snapshot in snapshots if _is_meant(repo.revision, folder, snapshot.name)]
    if not os.path.isdir(folder) or (repo.revision is not None and not chosen):
        raise ModelUnavailable(f"{repo} is not in the cache", hint="`flashsloth list` shows what is.")
    if repo.repo not in KNOWN.values() and not any(_is_ours(repo.repo, snapshot) for snapshot in snapshots):
        raise UnsupportedModel(f"{repo.repo} is in the cache, but is no FlashSloth model; it was left alone")
    freed = _delete_by_strategy(folder, [snapshot.name for snapshot in chosen])
    if freed is None:
        if repo.revision is not None:
            raise CheckpointDamaged(
                f"the cache folder of {repo.repo} is damaged; one revision of it cannot be removed alone",
                hint=f"`flashsloth rm {repo.repo}` removes all of it.",
            )
        freed = _measure(folder.rglob("*"))[0]
        shutil.rmtree(folder, ignore_errors=True)
    left = [path for path in (chosen if repo.revision else [folder]) if path.exists()]
    if left:
        raise ResourceError(f"{left[0]} cannot be deleted", hint="Check the permissions of that folder.")
    return freed


# The cache folder: models--ORG--NAME/{refs/BRANCH, snapshots/COMMIT/FILE -> blobs/ETAG}


def cache_folder() -> Path:
    """Where models are kept: HF_HUB_CACHE, else the `hub` folder in HF_HOME. It need not exist."""
    set_environment_defaults()
    from huggingface_hub import constants

    return expand(constants.HF_HUB_CACHE).resolve()


def _repo_folder(repo: str) -> Path:
    return cache_folder() / f"models--{repo.replace('/', '--')}"


def _read_text(folder: Path, name: str) -> str:
    """Of a file that lies there; empty if none does or it cannot be read."""
    try:
        path = regular_file_in(folder, name, MAX_TEXT)
        return path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError, CheckpointDamaged):
        return ""


def _read_config(snapshot: Path) -> dict[str, Any]:
    """The snapshot's config.json; empty if there is none or it cannot be read."""
    with suppress(ValueError, RecursionError):
        data = json.loads(_read_text(snapshot, "config.json"))
        if isinstance(data, dict):
            return data
    return {}


def _is_flashsloth(config: dict[str, Any]) -> bool:
    architectures = config.get("architectures")
    named = isinstance(architectures, list) and any(str(name).startswith("FlashSlothFor") for name in architectures)
    return named or config.get("model_type") == "flashsloth"


def _refuse_kind(name: str, config: dict[str, Any]) -> NoReturn:
    named = config.get("architectures")
    kind = config.get("model_type") or ", ".join(map(str, named if isinstance(named, list) else [])) or "unknown"
    raise UnsupportedModel(f"{name} is a model of another kind ({printable(kind)}), not a FlashSloth")


def _is_ours(repo: str, snapshot: Path) -> bool:
    config = _read_config(snapshot)
    return _is_flashsloth(config) or (not config and repo in KNOWN.values())


def _lacking(names: Collection[str]) -> str:
    """What a model with these files lacks, shards aside; empty if nothing."""
    if "config.json" not in names:
        return "config.json"
    if SINGLE not in names and INDEX not in names:
        return f"weights ({SINGLE} or {INDEX})"
    if "tokenizer.json" not in names and not ("vocab.json" in names and "merges.txt" in names):
        return "tokenizer files"
    return ""


def _is_complete(snapshot: Path) -> bool:
    """A file appears in a snapshot only when all of it is there, so that its presence is enough."""
    names = {path.name for path in _entries(snapshot) if os.path.isfile(path)}
    if _lacking(names):
        return False
    if INDEX not in names:
        return True
    with suppress(ValueError, RecursionError, AttributeError, KeyError, TypeError):  # an index of another shape
        shards = set(json.loads(_read_text(snapshot, INDEX))["weight_map"].values())
        return bool(shards) and shards <= names
    return False


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _snapshots(folder: Path) -> list[Path]:
    return [path for path in _entries(folder / "snapshots") if os.path.isdir(path)]


def _revisions_of(folder: Path, commit: str) -> tuple[str, ...]:
    """The branches and tags that are known to stand for a commit."""
    refs = folder / "refs"
    names = (path.relative_to(refs).as_posix() for path in refs.rglob("*") if os.path.isfile(path))
    return tuple(sorted(name for name in names if _read_text(refs, name) == commit))


def _is_meant(revision: str | None, folder: Path, commit: str) -> bool:
    """Whether a branch, a tag, a commit or the first digits of one (7 or more) names this commit."""
    if revision is None or revision in _revisions_of(folder, commit):
        return True
    return len(revision) >= 7 and commit.startswith(revision)


def _measure(paths: Iterable[Path]) -> tuple[int, float, float]:
    """Bytes, newest access and newest change of some files; a file reached twice counts once, a broken link not."""
    stats: dict[tuple[int, int], os.stat_result] = {}
    for path in paths:
        with suppress(OSError):
            if path.is_file():
                stat = path.stat()
                stats[stat.st_dev, stat.st_ino] = stat
    values = stats.values()
    return (
        sum(stat.st_size for stat in values),
        max((stat.st_atime for stat in values), default=0.0),
        max((stat.st_mtime for stat in values), default=0.0),
    )


def _describe(repo: str, folder: Path, snapshot: Path) -> CachedModel:
    size, used, modified = _measure(snapshot.rglob("*"))
    revisions = _revisions_of(folder, snapshot.name)
    return CachedModel(repo, snapshot.name, revisions, snapshot, size, used, modified, _is_complete(snapshot))


def _delete_by_strategy(folder: Path, commits: list[str]) -> int | None:
    """Delete commits as huggingface_hub does, which knows what other repositories share. None if it cannot."""
    with _silence():
        from huggingface_hub import scan_cache_dir

        try:
            scan = scan_cache_dir(folder.parent)
        except (OSError, ValueError):  # something else in the cache is damaged
            return None
        if not commits or all(entry.repo_path != folder for entry in scan.repos):
            return None
        strategy = scan.delete_revisions(*commits)
        strategy.execute()
    return strategy.expected_freed_size


def _check_content(snapshot: Path, file: RemoteFile, repo: RepoId) -> None:
    """Raises ModelUnavailable, and removes the file, where its content is not what the hub says of it; and
    CheckpointDamaged, and leaves it alone, where it is a link that leads out of the cache."""
    path = regular_file_in(snapshot, file.name) or snapshot / file.name  # where nothing is, opening it says so
    with path.open("rb") as content:
        if re.fullmatch(r"[0-9a-f]{64}", file.digest):
            found = hashlib.file_digest(content, "sha256")
        elif re.fullmatch(r"[0-9a-f]{40}", file.digest):
            found = hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
            while piece := content.read(2**20):
                found.update(piece)
        else:
            return
    if found.hexdigest() != file.digest:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise ModelUnavailable(
            f"{file.name} of {repo} came with another content than the hub{_where()} says; it was removed",
            hint="Run the same line again; if that does not help, something between the hub and here changes files.",
        )


def _note_revision(folder: Path, revision: str, commit: str) -> None:
    """Write which commit a branch or tag stands for, as huggingface_hub does when it is given the name."""
    if revision == commit:
        return
    path = folder / "refs" / revision
    with suppress(OSError):  # a cache that cannot be written to still serves what it has
        path.parent.mkdir(parents=True, exist_ok=True)
        new = folder / f"revision.{os.getpid()}.tmp"
        new.write_text(commit, encoding="utf-8")
        new.replace(path)


# Answers of the hub, or of what stands in its place

_asking = threading.RLock()


@contextmanager
def _names_checked(download: Download, file: RemoteFile) -> Iterator[None]:
    """Inside, huggingface_hub takes no name for a file from an answer's headers that could lead out of the cache.

    It joins the ETag to `blobs/`, and the commit of what is missing to `.no_exist/`, without a look at either: with
    `../` in them, files would be made anywhere. A look at an answer to a question of our own would not help, as it asks
    by itself, and again after some errors. So the one function that all those answers come through is replaced while a
    file is fetched, by one thread at a time.
    """
    from huggingface_hub import file_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    ask = file_download.get_hf_file_metadata

    def checked(*args: Any, **options: Any) -> Any:
        try:
            found = ask(*args, **options)
        except RemoteEntryNotFoundError as error:
            raise _translate_answer(error, download.repo) from error
        if not ETAG.fullmatch(found.etag or "") or found.commit_hash != download.commit:
            raise ModelUnavailable(
                f"the hub{_where()} gives {file.name} of {download.repo} with a digest or a commit that is none",
                hint=ODD_HINT,
            )
        return found

    with _asking:
        file_download.get_hf_file_metadata = checked
        try:
            yield
        finally:
            file_download.get_hf_file_metadata = ask


def _facts(sibling: Any, repo: RepoId) -> tuple[str, int, str]:
    """Name, bytes and digest that the hub tells of a file. ModelUnavailable for what no file has, and for a name that
    no file of ours has: those of files that are not fetched are nobody's business."""
    name = sibling.rfilename
    size = (sibling.lfs.size if sibling.lfs else sibling.size) or 0
    digest = (sibling.lfs.sha256 if sibling.lfs else sibling.blob_id) or ""
    sound = isinstance(name, str) and type(size) is int and 0 <= size < 2**63
    sound = sound and isinstance(digest, str) and (not digest or DIGEST.fullmatch(digest) is not None)
    if not sound or (_is_wanted(name, size) and not (name.isprintable() and "\\" not in name)):
        raise ModelUnavailable(
            f"the hub{_where()} tells of {printable(name)} in {repo} what can be true of no file", hint=ODD_HINT
        )
    return name, size, digest


# Choosing and counting


def _is_wanted(name: str, size: int) -> bool:
    lower = name.lower()
    if "/" in name or lower == "trainer_state.json":
        return False
    return any(fnmatch(lower, pattern) for pattern in WANTED) or (lower in DOCUMENTS and size <= MAX_DOCUMENT)


def _check_usable(repo: RepoId, wanted: Collection[str], everything: Collection[str]) -> None:
    pickles = sorted(name for name in everything if name.endswith(PICKLES) and name not in NOT_WEIGHTS)
    if pickles and not any(name.endswith(".safetensors") for name in wanted):
        some = ", ".join(map(printable, pickles[:3]))
        raise PickleRefused(
            f"{repo} has its weights only as pickles ({some}), which can run code when opened",
            hint="Download it yourself, then: flashsloth convert FOLDER -o DIR --allow-pickle",
        )
    if lacking := _lacking(wanted):
        raise UnsupportedModel(f"{repo} has no {lacking}")


def _check_room(download: Download) -> None:
    cache = cache_folder()
    if download.missing_bytes == 0:
        return
    existing = next(path for path in (cache, *cache.parents) if os.path.exists(path))
    needed, free = download.missing_bytes + RESERVE, shutil.disk_usage(existing).free
    if free < needed:
        raise DiskFull(
            f"{download.repo} needs {_readable(needed)} in {cache}, but only {_readable(free)} are free", hint=DISK_HINT
        )


def _readable(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


class _Counter:
    """Bytes that have arrived, over all files of one download; tells the callback."""

    def __init__(self, download: Download, on_progress: Progress | None) -> None:
        self.total = download.total_bytes
        self.done = self.total - download.missing_bytes  # files that are whole
        self.on_progress = on_progress
        self.name, self.size, self.written, self.received = "", 0, 0, 0  # of the file under way

    def begin(self, file: RemoteFile) -> None:
        self.name, self.size = file.name, 0 if file.cached else file.size
        self.written = self.received = 0
        self.report()

    def end(self) -> None:
        self.done, self.size = self.done + self.size, 0
        self.report()

    def report(self) -> None:
        if self.on_progress is not None:
            partial = min(max(self.written, self.received, 0), self.size)
            self.on_progress(self.done + partial, self.total, self.name)


def _bar_class(counter: _Counter) -> type[Any]:
    """A tqdm class for huggingface_hub that draws nothing and passes the bytes on."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no watching thread

        def __init__(self, *_args: Any, **_options: Any) -> None:
            super().__init__(disable=True)  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:  # bytes written; negative when a file starts anew
            counter.written += int(n or 0)
            counter.report()

        # with these two, chunked storage (xet) reports bytes from the network here and not to a second bar
        def update_transfer(self, n: float | None = 1) -> None:
            counter.received += int(n or 0)
            counter.report()

        def set_transfer_postfix_str(self, *_args: Any, **_options: Any) -> None:
            pass

    return Bar


# From huggingface_hub's errors to ours


@contextmanager
def _silence() -> Iterator[None]:
    """Keep huggingface_hub from logging and warning on stderr, unless the user asked for its log."""
    set_environment_defaults()
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    level = get_verbosity()
    if not os.environ.get("HF_DEBUG") and not os.environ.get("HF_HUB_VERBOSITY"):
        set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub")
            yield
    finally:
        set_verbosity(level)


@contextmanager
def _friendly(repo: RepoId) -> Iterator[None]:
    """The one place where huggingface_hub's errors become ours. What it does not know passes, Ctrl-C too."""
    with _silence():
        try:
            yield
        except FlashSlothError:
            raise
        except Exception as error:
            ours = _translate(error, repo)
            if ours is None:
                raise
            raise ours from error


def _translate(error: BaseException, repo: RepoId) -> FlashSlothError | None:
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    while isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__  # "not found locally" hides why it could not be asked for
    if isinstance(error, OfflineModeIsEnabled):
        name = next((alias for alias, known in KNOWN.items() if str(repo) == known), str(repo))
        return ModelUnavailable(
            f"{repo} is not cached, and HF_HUB_OFFLINE forbids fetching it",
            hint=f"run `flashsloth pull {name}` while connected",
        )
    if isinstance(error, HfHubHTTPError):
        return _translate_answer(error, repo)
    reason = _first_line(error)
    if _is_misread(error):
        return ModelUnavailable(
            f"{constants.ENDPOINT} does not answer like a hub: {printable(reason)}", hint=NETWORK_HINT
        )
    if atomic_write.is_disk_full(error):
        return DiskFull(f"the disk is full: {repo} does not fit into {cache_folder()}", hint=DISK_HINT)
    if _is_network(error):
        return ModelUnavailable(f"cannot fetch {repo} from the hub{_where()}: {reason}", hint=NETWORK_HINT)
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):  # that one is the callback's
        return ModelUnavailable(
            f"cannot store {repo} in {cache_folder()}: {reason}",
            hint="Check that folder, or set HF_HOME to another one.",
        )
    return None


def _translate_answer(error: Any, repo: RepoId) -> FlashSlothError:
    """An HTTP answer with an error status; `error` is a HfHubHTTPError."""
    from huggingface_hub import errors

    status = error.response.status_code
    said = f": {printable(error.server_message.splitlines()[0])}" if error.server_message else ""
    missing = isinstance(error, errors.RepositoryNotFoundError)  # without a token the hub says 401 for these too
    if isinstance(error, errors.GatedRepoError) or (status in (401, 403) and not missing):
        return ModelAccessDenied(f"the hub{_where()} does not give {repo.repo} to this account ({status}{said})")
    if missing:
        return UnknownModel(
            f"there is no model {repo.repo} on the hub{_where()}", hint=f"{NAMES_HINT} A private one needs HF_TOKEN."
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return UnknownModel(
            f"{repo.repo} has no revision {repo.revision or 'main'} on the hub{_where()}",
            hint=f"Leave the revision away for the newest state: {repo.repo}. {NAMES_HINT}",
        )
    hint = "The hub has trouble; try again later." if status >= 500 or status in (408, 429) else NETWORK_HINT
    return ModelUnavailable(f"the hub{_where()} answered {status} for {repo}{said}", hint=hint)


def _is_misread(error: BaseException) -> bool:
    """Whether huggingface_hub took an answer for what it is not. The same kinds from a callback, which it calls in the
    midst of its work, or from here are bugs: whose frame is the innermost tells them apart."""
    if not isinstance(error, ValueError | TypeError | LookupError | AttributeError | RecursionError):
        return False
    modules = (str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__))
    known = [top for top in (name.partition(".")[0] for name in modules) if top in ("huggingface_hub", "flashsloth")]
    return known[-1:] == ["huggingface_hub"]


def _is_network(error: BaseException) -> bool:
    """Errors of the connection: those of the HTTP client, whatever its version, of hf_xet, and of the sockets."""
    if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2", "hf_xet"):
        return True
    if isinstance(error, RuntimeError):  # hf_xet's usual error; one from anywhere else is a bug
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        return frame is not None and str(frame.tb_frame.f_globals.get("__name__")).startswith("huggingface_hub")
    if isinstance(error, ConnectionError | TimeoutError):
        return not isinstance(error, BrokenPipeError)
    return isinstance(error, OSError) and error.errno is None  # huggingface_hub's own: sizes or headers do not match


def _where() -> str:
    from huggingface_hub import constants

    return "" if constants.ENDPOINT == DEFAULT_ENDPOINT else f" at {constants.ENDPOINT}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
