from __future__ import annotations

import pytest
import torch

from . import reference


@pytest.fixture(scope="session")
def small():
    """Return the configuration with a vocabulary of 1024."""
    return reference.build("small")


@pytest.fixture(scope="session")
def full():
    """Return the same sizes with the released tokenizer's vocabulary of 51200."""
    return reference.build("full")


@pytest.fixture(scope="session")
def processor(full):
    """Return the processor for `full`, with the released tokenizer (its slow files)."""
    from flashsloth.checkpoints.model_files import read_transformers_tokenizer
    from flashsloth.hf.processor import FlashSlothProcessor

    return FlashSlothProcessor.from_config(
        full.config, read_transformers_tokenizer(reference.TOKENIZER)
    )


@pytest.fixture(scope="session")
def prompt(full):
    """Return the prompt encoder for `full`, with the same files by `tokenizers` alone."""
    from flashsloth.checkpoints.model_files import read_tokenizer
    from flashsloth.processing.prompt import PromptEncoder, prepare_tokenizer

    tokenizer = read_tokenizer(reference.TOKENIZER)
    prepare_tokenizer(tokenizer, full.config)
    return PromptEncoder(tokenizer, full.config)


@pytest.fixture(autouse=True)
def _no_gradients(opens_models: None):
    with torch.no_grad():
        yield


@pytest.fixture(autouse=True)
def _two_threads():
    """The order of sums, and with it the last digits, depends on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
