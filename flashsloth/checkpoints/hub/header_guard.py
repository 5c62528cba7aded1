"""Keep a hub's response headers from naming files outside the cache.

huggingface_hub joins a response's ETag to `blobs/`, and the commit of a missing file to `.no_exist/`, unchecked: with
`../` in them it would create files anywhere. Its public interface offers no place for a check. Headers that are asked
for beforehand prove nothing, as it asks again and a hostile server may answer differently. Hooks of its HTTP session
are lost when it replaces the session after a failed connection, and the user's own session factory cannot be read, so
that it could not be restored. Therefore `checked_headers` replaces the one function that parses these headers.

tests/checkpoints/test_header_guard.py fails if a release of huggingface_hub no longer calls that function.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flashsloth.checkpoints.hub.errors import ENDPOINT_HINT, at_endpoint, convert_response_error
from flashsloth.checkpoints.hub.names import RepoId
from flashsloth.errors import ModelUnavailable

ETAG = re.compile(r"[0-9A-Za-z][\w.\-+]{0,250}", re.ASCII)  # names a file in blobs/; mirrors use formats of their own

MAX_ANSWER = 8 * 2**20  # bytes; the description of a model with 10,000 files has 3 MB
UNPACKED = {"Accept-Encoding": "identity"}  # else honest hubs pack answers, which `bounded_answers` refuses

_lock = threading.RLock()


@contextmanager
def checked_headers(repo: RepoId, commit: str, name: str) -> Iterator[None]:
    """Raise ModelUnavailable if a response for this file has an unsafe ETag, or another commit, or is a 404. Applies to
    the calling thread; other threads that fetch files of a model wait."""
    from huggingface_hub import file_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    thread = threading.get_ident()

    def checked(*args: Any, **options: Any) -> Any:
        if threading.get_ident() != thread:
            return original(*args, **options)
        try:
            metadata = original(*args, **options)
        except RemoteEntryNotFoundError as error:
            raise convert_response_error(error, repo) from error
        if not ETAG.fullmatch(metadata.etag or "") or metadata.commit_hash != commit:
            raise ModelUnavailable(
                f"the hub{at_endpoint()} sent an invalid ETag or commit for {name} of {repo}", hint=ENDPOINT_HINT
            )
        return metadata

    with _lock:
        original = file_download.get_hf_file_metadata
        file_download.get_hf_file_metadata = checked
        try:
            yield
        finally:
            file_download.get_hf_file_metadata = original


@contextmanager
def bounded_answers(repo: RepoId, *, files: bool = False) -> Iterator[None]:
    """Raise ModelUnavailable for an answer of more than MAX_ANSWER bytes, and for a packed one, which could unpack to a
    thousand times as much: huggingface_hub reads answers whole. With `files`, those with a file's content pass. Applies
    to the calling thread and the present session."""
    from httpx2 import SyncByteStream
    from huggingface_hub import get_session

    thread, session = threading.get_ident(), get_session()

    class Bounded(SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def close(self) -> None:
            self.stream.close()

        def __iter__(self) -> Iterator[bytes]:
            left = MAX_ANSWER
            for piece in self.stream:
                left -= len(piece)
                if left < 0:
                    raise ModelUnavailable(f"the hub{at_endpoint()} sent too long an answer", hint=ENDPOINT_HINT)
                yield piece

    def check(response: Any) -> None:
        if threading.get_ident() != thread or (files and response.is_success):
            return
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ModelUnavailable(f"the hub{at_endpoint()} sent a packed answer for {repo}", hint=ENDPOINT_HINT)
        response.stream = Bounded(response.stream)

    hooks = session.event_hooks
    session.event_hooks = {**hooks, "response": [*hooks["response"], check]}
    try:
        yield
    finally:
        session.event_hooks = hooks
