"""The guard against hostile headers still sees every answer that names a file in the cache.

What the guard refuses is tested in tests/trust/test_hub_answers.py.
"""

from __future__ import annotations

import inspect
import threading
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub import file_download, hf_hub_download

from flashsloth.checkpoints import hub
from flashsloth.checkpoints.hub.header_guard import checked_headers
from flashsloth.errors import ModelUnavailable

if TYPE_CHECKING:
    from fake_hub import FakeHub

pytest_plugins = ("fake_hub",)

REPO = "org/name"
CONFIG = b'{"architectures": ["FlashSlothForCausalLM"]}'
CHANGED = (
    "huggingface_hub no longer takes ETags and commits from file_download.get_hf_file_metadata: find the function "
    "that does, and replace that one in flashsloth/checkpoints/hub/header_guard.py"
)


def test_huggingface_hub_asks_through_the_replaced_function(hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hasattr(file_download, "get_hf_file_metadata"), CHANGED
    assert {"etag", "commit_hash"} <= inspect.signature(file_download.HfFileMetadata).parameters.keys(), CHANGED
    original, calls = file_download.get_hf_file_metadata, []

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(args)
        return original(*args, **options)

    monkeypatch.setattr(file_download, "get_hf_file_metadata", counted)
    hub_here.add(REPO, {"config.json": CONFIG, "model.safetensors": b"weights", "tokenizer.json": b"{}"})
    hub.fetch(hub.plan(hub.RepoId(REPO)))
    heads = [line for line in hub_here.requests if line.startswith("HEAD ")]
    assert len(calls) == len(heads) == 3, CHANGED


def test_other_threads_are_not_checked(hub_here: FakeHub) -> None:
    hub_here.add(REPO, {"config.json": CONFIG})
    paths: list[str] = []

    def fetch() -> None:
        paths.append(hf_hub_download(REPO, "config.json", cache_dir=hub.cache_folder()))

    with checked_headers(hub.RepoId(REPO), "0" * 40, "config.json"):
        with pytest.raises(ModelUnavailable):
            fetch()
        thread = threading.Thread(target=fetch)
        thread.start()
        thread.join(30)
    assert len(paths) == 1
