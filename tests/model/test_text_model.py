"""Without a picture the text model equals transformers' Phi bit for bit; gradient checkpointing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers.models.phi.modeling_phi import PhiForCausalLM, PhiModel

import tiny
from flashsloth.model.routed_layer import CACHE


@pytest.fixture(scope="module")
def twins() -> tuple[Any, PhiModel]:
    ours = tiny.model().language_model
    phi = PhiModel(ours.config).eval()
    weights = {name: tensor for name, tensor in ours.state_dict().items() if not name.startswith("embq.")}
    phi.load_state_dict(weights, strict=True)
    return ours, phi


IDS = torch.arange(3, 2 * 37 + 3).reshape(2, 37) * 7 % 1500
LEFT = (torch.arange(37) >= torch.tensor([[0], [9]])).long()


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("mask", [None, LEFT, LEFT.flip(1)], ids=["full", "left", "right"])
def test_text_is_phi_bit_for_bit(twins: tuple[Any, PhiModel], mask: Tensor | None, attention: str) -> None:
    for model in twins:
        model.set_attn_implementation(attention)
    with torch.no_grad():
        ours, phi = (m(input_ids=IDS, attention_mask=mask, output_hidden_states=True) for m in twins)
        assert torch.equal(ours.last_hidden_state, phi.last_hidden_state)
        assert len(ours.hidden_states) == len(phi.hidden_states) == 4
        assert all(torch.equal(a, b) for a, b in zip(ours.hidden_states, phi.hidden_states, strict=True))
        embeds = twins[0].embed_tokens(IDS)
        again = twins[0](inputs_embeds=embeds, attention_mask=mask).last_hidden_state
        assert torch.equal(again, phi.last_hidden_state)


def test_cached_text_is_phi_bit_for_bit(twins: tuple[Any, PhiModel]) -> None:
    for model in twins:
        model.set_attn_implementation("sdpa")
    with torch.no_grad():
        steps = []
        for model in twins:
            out = model(input_ids=IDS[:, :30], use_cache=True)
            steps.append([out.last_hidden_state])
            for at in range(30, 37):
                out = model(input_ids=IDS[:, at : at + 1], use_cache=True, **{CACHE: out[CACHE]})
                steps[-1].append(out.last_hidden_state)
    assert all(torch.equal(a, b) for a, b in zip(*steps, strict=True))


def test_whole_model_on_text_is_phi_bit_for_bit() -> None:
    ours = tiny.model()
    ours.set_attn_implementation("sdpa")
    phi = PhiForCausalLM(ours.config.text_config).eval()
    weights = {
        name.replace("model.language_model.", "model."): tensor
        for name, tensor in ours.state_dict().items()
        if name.startswith(("model.language_model.", "lm_head.")) and ".embq." not in name
    }
    phi.load_state_dict(weights, strict=True)
    words = IDS[:1]
    assert ours.config.query_token_id not in words
    with torch.no_grad():
        assert torch.equal(ours(input_ids=words).logits, phi(input_ids=words).logits)
        assert torch.equal(ours(input_ids=words, labels=words).loss, phi(input_ids=words, labels=words).loss)
    generated = [
        m.generate(words, do_sample=False, max_new_tokens=12, eos_token_id=2, pad_token_id=0) for m in (ours, phi)
    ]
    assert generated[0].tolist() == generated[1].tolist()
