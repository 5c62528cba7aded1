"""SAP, EmbQ and the tower, each alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from .reference import QUERIES, close, golden, names


@pytest.mark.parametrize("name", names("sap"))
def test_pooling(small, name: str) -> None:
    case = golden(name)
    shape = (case.meta["b"], case.meta["n"], 1152)
    features = np.random.RandomState(case.meta["seed"]).standard_normal(shape).astype(np.float32)
    close(small.model.pooling(torch.from_numpy(features)), case["output"], case.tol("atol"))


def embq_input(name: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Draw query (G, Q, D), features (G, N, V), question (G, L, D), mask (G, L) again; compare with the
    recording."""
    case = golden(name)
    groups, lengths, width = case.meta["groups"], case.meta["valid_lens"], case["query"].shape[-1]
    random = np.random.RandomState(case.meta["seed"])
    shapes = [
        (groups, QUERIES, width),
        (groups, case.meta["n_image"], 1152),
        (groups, case.meta["text_len"], width),
    ]
    query, features, question = (
        torch.from_numpy(random.standard_normal(s).astype(np.float32)) for s in shapes
    )
    mask = torch.arange(case.meta["text_len"]) < torch.tensor(lengths)[:, None]
    question = question * mask[..., None]
    assert torch.equal(query, case["query"])
    assert torch.equal(question, case["text"])
    assert torch.equal(mask, case["mask"].bool())
    return query, features, question, mask


@pytest.mark.parametrize("name", names("embq"))
def test_embq(small, name: str) -> None:
    case, embq = golden(name), small.language_model.embq
    query, features, question, mask = embq_input(name)
    keys, values = embq.project_image(features)
    # an empty question is not left out here: the reference reads the mean over its padding
    output = query + embq.up(embq.read_picture(embq.guide(query, question, mask), keys, values))
    close(output, case["output"], case.tol("atol"))


def test_embq_of_an_empty_question_reads_nothing_from_it(small) -> None:
    """embq_3 is an empty question alone; group 2 of embq_0 is one with longer questions in its batch.

    The batch changes the reference's result, but not ours.
    """
    embq = small.language_model.embq
    query, features, question, mask = embq_input("embq_3")
    keys, values = embq.project_image(features)
    alone = embq.attend(query, question, mask, keys, values)
    close(alone, golden("embq_3")["output"], golden("embq_3").tol("atol"))

    beside, long_features, long_question, long_mask = embq_input("embq_0")
    keys, values = embq.project_image(torch.cat([long_features[:2], features]))
    three = embq.attend(torch.cat([beside[:2], query]), long_question, long_mask, keys, values)
    close(three[:2], golden("embq_0")["output"][:2], golden("embq_0").tol("atol"))
    close(three[2:], golden("embq_3")["output"], golden("embq_3").tol("atol"))


@pytest.mark.parametrize("name", names("vision"))
def test_tower_pooling_and_projector(small, name: str) -> None:
    case, tower = golden(name), small.model.vision_tower
    pixels = case.pixels()
    assert torch.equal(pixels[0][:, ::64, ::64], case["pixels_probe"])
    seen: list[Tensor] = []
    with tower.embeddings.register_forward_hook(lambda module, args, output: seen.append(output)):
        got = small.get_image_features(pixels)
    close(seen[0][:, ::81], case["patch_embeddings_rows"], case.tol("features"), "patch embeddings")
    close(got.last_hidden_state, case["features"], case.tol("features"), "features")
    close(small.model.pooling(got.last_hidden_state), case["pooled"], case.tol("pooled"), "pooled")
    close(got.pooler_output, case["projected"], case.tol("projected"), "projected")
