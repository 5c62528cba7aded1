"""A small Hugging Face hub on 127.0.0.1, which lists, serves and refuses models and can misbehave.

    def test_pull(fake_hub, run):
        fake_hub.add("Tongbo/FlashSloth-3.2B", folder_or_files)
        run("flashsloth", "pull", "flashsloth", env=fake_hub.env)

tests/conftest.py imports the fixtures. huggingface_hub reads its environment once, at import: programs
under test run in a subprocess with `env`; for calls in the test's own process take the fixture
`hub_here`, which also points the imported huggingface_hub at the server.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlsplit

import pytest

STATE = (  # environment variables that tests unset
    *("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE"),
    *(
        "TRANSFORMERS_OFFLINE",
        "HF_HUB_DISABLE_TELEMETRY",
        "HF_HUB_VERBOSITY",
        "HF_HUB_ETAG_TIMEOUT",
        "HF_DEBUG",
    ),
)
PIECE = 65536


@dataclass
class FakeRepo:
    """Files by commit, and commits by branch or tag."""

    commits: dict[str, dict[str, bytes | Path]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    gated: bool = False


@dataclass
class FakeHub:
    """The server's content and its faults, which tests change between requests."""

    url: str
    home: Path  # HF_HOME of the clients
    repos: dict[str, FakeRepo] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)  # "GET /org/name/resolve/..."
    status: int | None = None  # of every response
    complaint: bytes = b"out of order"  # the body with that status
    missing: int = 404  # status for unknown repositories; the real hub answers 401 without a token
    # by file: bytes after which the connection is reset
    cut: dict[str, int] = field(default_factory=dict)
    pause: dict[str, int] = field(default_factory=dict)  # bytes after which it is closed properly, once
    stall: dict[str, int] = field(default_factory=dict)  # bytes after which nothing more is sent
    wrong: dict[str, bytes] = field(default_factory=dict)  # content sent instead of the file's own
    # headers sent instead of the file's own
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    model_info: Callable[[dict[str, Any]], bytes] | None = (
        None  # makes the body about a model from the correct one
    )
    pace: float = 0.0  # seconds after every 64 KiB
    # set when a client waits for a stalled file
    stalled: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def add(self, repo: str, files: Path | Mapping[str, bytes | Path], *revisions: str) -> str:
        """Serve a folder, or contents by name, as a new commit of `repo` at `main` or at these branches
        and tags.

        Content that is a path is read when it is asked for, so that large files need no memory.
        """
        if isinstance(files, Path):
            files = {
                p.relative_to(files).as_posix(): p.read_bytes() for p in files.rglob("*") if p.is_file()
            }
        facts = {name: file_facts(name, data)["blobId"] for name, data in files.items()}
        digest = hashlib.sha1(json.dumps(facts).encode()).hexdigest()
        entry = self.repos.setdefault(repo, FakeRepo())
        entry.commits[digest] = dict(files)
        entry.refs.update(dict.fromkeys(revisions or ("main",), digest))
        return digest

    @property
    def env(self) -> dict[str, str]:
        """An environment for a subprocess: this hub, its own empty cache, no token, no proxy."""
        kept = {key: value for key, value in os.environ.items() if key not in STATE}
        return self.environment({**kept, "HF_HOME": str(self.home)})

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return an environment that has HF_HOME with this hub as its endpoint."""
        local = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "HF_HUB_DISABLE_XET": "1"}
        return {**base, **local, "HF_ENDPOINT": self.url}

    def count(self, name: str, method: str = "GET") -> int:
        """Return the number of requests for a file."""
        return sum(
            line.startswith(f"{method} ") and line.endswith(f"/{name}") for line in self.requests
        )


@lru_cache(maxsize=64)
def file_facts(name: str, content: bytes | Path) -> dict[str, Any]:
    """Return one entry of `siblings`: with the sha256 for large files, git's hash for others."""
    size = content.stat().st_size if isinstance(content, Path) else len(content)

    def digest(new: Callable[[], Any]) -> str:
        with content.open("rb") if isinstance(content, Path) else io.BytesIO(content) as file:
            return hashlib.file_digest(file, new).hexdigest()

    blob = digest(lambda: hashlib.sha1(f"blob {size}\0".encode()))
    facts: dict[str, Any] = {"rfilename": name, "size": size, "blobId": blob}
    if name.endswith((".safetensors", ".bin", ".pt", ".pth")):
        facts["lfs"] = {"sha256": digest(hashlib.sha256), "size": size, "pointerSize": 134}
    return facts


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def log_message(self, *_args: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        if self.hub.status is not None:
            self.send(self.hub.status, self.hub.complaint)
        elif path.startswith("/api/models/"):
            name, _, revision = path.removeprefix("/api/models/").partition("/revision/")
            self.answer_info(name, revision or "main")
        else:
            name, _, rest = path[1:].partition("/resolve/")
            revision, _, file = rest.partition("/")
            self.answer_file(name, revision, file)

    do_HEAD = do_GET

    def commit_of(self, name: str, revision: str) -> str | None:
        """Return the commit of a revision. None: it was refused."""
        repo = self.hub.repos.get(name)
        commit = repo and (revision if revision in repo.commits else repo.refs.get(revision))
        if repo is None:
            self.refuse(self.hub.missing, "RepoNotFound", "Repository not found")
        elif commit is None:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return commit

    def answer_info(self, name: str, revision: str) -> None:
        if commit := self.commit_of(name, revision):
            repo = self.hub.repos[name]
            files = repo.commits[commit]
            info: dict[str, Any] = {
                "id": name,
                "modelId": name,
                "sha": commit,
                "private": False,
                "gated": repo.gated,
            }
            info["siblings"] = [file_facts(*item) for item in sorted(files.items())]
            if content := files.get("config.json"):
                config = json.loads(content.read_bytes() if isinstance(content, Path) else content)
                info["config"] = {
                    key: config[key] for key in ("architectures", "model_type") if key in config
                }
            body = self.hub.model_info(info) if self.hub.model_info else json.dumps(info).encode()
            self.send(200, body, {"Content-Type": "application/json"})

    def answer_file(self, name: str, revision: str, file: str) -> None:
        if commit := self.commit_of(name, revision):
            repo = self.hub.repos[name]
            if repo.gated and self.headers.get("Authorization") is None:
                self.refuse(403, "GatedRepo", f"Access to model {name} is restricted.")
            else:
                self.send_file(file, repo.commits[commit][file], commit)

    def send_file(self, name: str, data: bytes | Path, commit: str) -> None:
        facts = file_facts(name, data)
        etag = facts.get("lfs", {}).get("sha256", facts["blobId"])
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        headers |= self.hub.headers.get(name, {})
        if isinstance(data, Path):
            self.send_from_disk(data, headers)
            return
        data = self.hub.wrong.get(name, data)
        byte_range = self.headers.get("Range", "")
        if self.command == "GET" and byte_range.startswith("bytes="):
            start = int(byte_range.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.send(206, data[start:], headers, name)
        else:
            self.send(200, data, headers, name)

    def send_from_disk(self, path: Path, headers: Mapping[str, str]) -> None:
        self.start_response(200, path.stat().st_size, headers)
        if self.command == "GET":
            with path.open("rb") as file:
                shutil.copyfileobj(file, self.wfile, 2**20)

    def start_response(self, status: int, size: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(size)}.items():
            self.send_header(key, value)
        self.end_headers()

    def refuse(self, status: int, code: str, message: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message, "Content-Type": "application/json"}
        self.send(status, json.dumps({"error": message}).encode(), headers)

    def send(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, name: str = ""
    ) -> None:
        self.start_response(status, len(body), headers or {})
        if self.command == "HEAD":
            return
        if name in self.hub.cut:
            self.wfile.write(body[: self.hub.cut[name]])
            # with a linger of zero seconds, closing resets the connection
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif name in self.hub.pause:
            self.wfile.write(body[: self.hub.pause.pop(name)])
        elif self.hub.pace:
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                self.hub.closing.wait(self.hub.pace)
        elif name in self.hub.stall:
            self.wfile.write(body[: self.hub.stall[name]])
            self.hub.stalled.set()
            self.hub.closing.wait()
        else:
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    def handle_error(self, *_args: Any) -> None:
        pass  # clients disconnect in many tests


@contextmanager
def serving(home: Path) -> Iterator[FakeHub]:
    """Run a hub without models, for clients with this HF_HOME."""
    handler = type("BoundHandler", (Handler,), {})
    server = Server(("127.0.0.1", 0), handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_address[1]}", home)
    handler.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def fake_hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A running hub without models, for subprocesses with its `env`."""
    with serving(tmp_path / "hf-home") as hub:
        yield hub


@contextmanager
def used_here(hub: FakeHub) -> Iterator[None]:
    """Point the huggingface_hub of this process at a hub, with an empty cache."""
    from huggingface_hub import close_session, constants

    values = {
        "ENDPOINT": hub.url,
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(hub.home / "hub"),
        "HF_TOKEN_PATH": str(hub.home / "token"),
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_DISABLE_TELEMETRY": True,
    }
    with mock.patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}):
        for key in STATE:
            os.environ.pop(key, None)
        with mock.patch.multiple(constants, **values):
            close_session()  # an older client uses other proxies
            yield
        close_session()


@pytest.fixture
def hub_here(fake_hub: FakeHub) -> Iterator[FakeHub]:
    """A running hub without models, used by this process's huggingface_hub."""
    with used_here(fake_hub):
        yield fake_hub
