from __future__ import annotations

import pytest
import torch

from . import reference


@pytest.fixture(scope="session")
def small():
    """The configuration with 1024 words."""
    return reference.build("small")


@pytest.fixture(scope="session")
def full():
    """The same sizes with the released tokenizer's 51200 words."""
    return reference.build("full")


@pytest.fixture(scope="session")
def processor(full):
    """The released tokenizer (its slow files) and the image processor, for `full`."""
    from flashsloth.checkpoints.model_files import read_tokenizer
    from flashsloth.processing.processor import FlashSlothProcessor

    return FlashSlothProcessor.from_config(full.config, read_tokenizer(reference.TOKENIZER))


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(autouse=True)
def _two_threads():
    """The order of sums, and with it the last digits, depends on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
