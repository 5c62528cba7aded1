"""A decoder of any family is the family's own without a picture, and takes EmbQ with one: transformers' features."""

from __future__ import annotations

import copy
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers.models.auto.configuration_auto import CONFIG_MAPPING, AutoConfig
from transformers.models.auto.modeling_auto import AutoModelForImageTextToText

import families
import flashsloth.auto  # noqa: F401 - registers the Auto classes
from flashsloth.config.families import ALLOWED, GATED, PHI, REFUSED, TESTED, UNTESTED, check_family
from flashsloth.errors import UnsupportedModel
from flashsloth.model.modeling import FlashSlothForConditionalGeneration
from flashsloth.model.text_model import decoder_layers

QUICK = ("qwen3", "gemma2")
slow = pytest.mark.slow
EACH = [pytest.param(f, marks=() if f in QUICK else slow) for f in (*GATED, *TESTED, PHI)]
ALL = [pytest.param(f, marks=() if f in (*GATED, *TESTED) else slow) for f in sorted(ALLOWED)]
each_family = pytest.mark.parametrize("family", EACH)
WORDS = torch.randint(12, families.WORDS, (2, 12), generator=torch.Generator().manual_seed(1))
ASKED = torch.tensor([families.prompt()])
PICTURE = families.pixels()
EVERYWHERE = torch.ones_like(ASKED)


def generate(model: Any, ids: Tensor, **options: Any) -> Tensor:
    options = {"attention_mask": torch.ones_like(ids), "max_new_tokens": 6, "do_sample": False, **options}
    made: Tensor = model.generate(ids, **options)
    return made[:, ids.shape[1] :]


# Without a picture


@pytest.mark.parametrize("family", ALL)
def test_text_is_the_family_bit_for_bit(family: str) -> None:
    made = families.model(family)
    own = families.causal(made)
    with torch.no_grad():
        assert torch.equal(made(input_ids=WORDS).logits, own(input_ids=WORDS).logits)
        with_embq = made(input_ids=ASKED, pixel_values=PICTURE).logits
        made.language_model.embq.up.weight.zero_()
        without = made(input_ids=ASKED, pixel_values=PICTURE).logits
    first = ASKED[0].tolist().index(families.QUERY)
    # not bit for bit: rows of other experts change how a product over all rows rounds
    torch.testing.assert_close(with_embq[:, :first], without[:, :first], rtol=1e-5, atol=1e-5)
    assert not torch.allclose(with_embq[:, first:], without[:, first:])


@each_family
def test_generated_text_and_loss_are_the_family(family: str) -> None:
    made = families.model(family)
    own = families.causal(made)
    assert torch.equal(generate(made, WORDS), generate(own, WORDS))
    with torch.no_grad():
        assert torch.equal(made(input_ids=WORDS, labels=WORDS).loss, own(input_ids=WORDS, labels=WORDS).loss)
        only = made(input_ids=WORDS, labels=WORDS, loss_only=True).loss
        assert float(only) == pytest.approx(float(own(input_ids=WORDS, labels=WORDS).loss), rel=1e-5)


# EmbQ


def reference(embq: Any, question: Tensor, queries: Tensor, features: Tensor) -> Tensor:
    """EmbQ of one question by the paper's formulas: (L, D), (Q, D), (N, V) -> (Q, D)."""

    def attend(module: Any, q: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        q, k, v = module.q_proj(q), module.k_proj(keys), module.v_proj(values)
        parts = zip(*(x.chunk(module.heads, -1) for x in (q, k, v)), strict=True)
        return torch.cat([torch.softmax(a @ b.T / a.shape[-1] ** 0.5, -1) @ c for a, b, c in parts], -1)

    text = embq.norm_question(embq.down_text(question))
    guided = attend(embq.read_question, embq.norm_query(embq.down_text(queries)), text, text)
    picture = embq.norm_picture(embq.down_picture(features))
    updated: Tensor = queries + F.linear(
        attend(embq.read_picture, guided, picture, features), embq.up.weight, embq.up.bias
    )
    return updated


@each_family
def test_embq_changes_the_input_of_its_layer(family: str) -> None:
    made = families.model(family)
    text, before, after = made.language_model, [], []
    layer = decoder_layers(text)[made.config.embq_layer]

    def keep(into: list[Tensor]) -> Any:
        return lambda module, args, kwargs: into.append(args[0] if args else kwargs["hidden_states"])

    layer.register_forward_pre_hook(keep(before), with_kwargs=True, prepend=True)
    layer.register_forward_pre_hook(keep(after), with_kwargs=True)
    with torch.no_grad():
        features = made(input_ids=ASKED, pixel_values=PICTURE).image_features
        ids = ASKED[0].tolist()
        last, first = len(ids) - 1 - ids[::-1].index(families.IMAGE), ids.index(families.QUERY)
        queries = slice(first, first + families.QUERIES)
        expected = before[0][0].clone()
        expected[queries] = reference(text.embq, expected[last + 2 : first], expected[queries], features[0])
    torch.testing.assert_close(after[0][0], expected, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(before[0], after[0])


def test_dropped_argument_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that ignores EMBQ would answer without EmbQ in silence."""
    made = families.model("qwen3")
    text = made.language_model
    decoder_layers(text)[made.config.embq_layer]._forward_pre_hooks.clear()
    with pytest.raises(UnsupportedModel, match="keyword arguments"):
        made(input_ids=ASKED, pixel_values=PICTURE)


# transformers' features


@each_family
def test_save_and_load(family: str, tmp_path: Path) -> None:
    made = families.model(family)
    made.save_pretrained(tmp_path)
    again = AutoModelForImageTextToText.from_pretrained(tmp_path).eval()
    half = AutoModelForImageTextToText.from_pretrained(tmp_path, dtype=torch.bfloat16)
    assert {p.dtype for p in half.parameters()} == {torch.bfloat16}
    assert type(AutoConfig.from_pretrained(tmp_path).text_config) is type(made.config.text_config)
    tied = made.config.tie_word_embeddings
    assert (again.lm_head.weight is again.get_input_embeddings().weight) == tied
    with torch.no_grad():
        options = {"input_ids": ASKED, "pixel_values": PICTURE}
        assert torch.equal(made(**options).logits, again(**options).logits)


@each_family
def test_generate(family: str) -> None:
    made = families.model(family)
    plain = generate(made, ASKED, pixel_values=PICTURE)
    with torch.no_grad():  # step by step without a cache
        ids, steps = ASKED, []
        for _ in range(plain.shape[1]):
            steps.append(made(input_ids=ids, pixel_values=PICTURE).logits[:, -1].argmax(-1, keepdim=True))
            ids = torch.cat((ids, steps[-1]), 1)
    assert plain.tolist() == torch.cat(steps, 1).tolist()
    assert torch.equal(plain, generate(made, ASKED, pixel_values=PICTURE, cache_implementation="static"))
    beams = generate(made, ASKED, pixel_values=PICTURE, num_beams=2, num_return_sequences=2)
    assert beams.shape[0] == 2


@each_family
def test_left_padding(family: str) -> None:
    made = families.model(family)
    short = torch.tensor([families.prompt((20, 21))])
    padding = ASKED.shape[1] - short.shape[1]
    both = torch.cat((ASKED, F.pad(short, (padding, 0), value=families.PAD)))
    mask = torch.ones_like(both)
    mask[1, :padding] = 0
    pictures = torch.cat((PICTURE, families.pixels(1)))
    together = generate(made, both, pixel_values=pictures, attention_mask=mask)
    for row, (ids, picture) in enumerate(((ASKED, pictures[:1]), (short, pictures[1:]))):
        alone = generate(made, ids, pixel_values=picture)[0].tolist()
        assert together[row, : len(alone)].tolist() == alone


@each_family
@pytest.mark.parametrize("reentrant", [False, True])
def test_gradient_checkpointing(family: str, reentrant: bool) -> None:
    gradients = []
    for checkpointing in (False, True):
        made = families.model(family).train()
        made.model.pooling.eval()  # its dropout
        if checkpointing:
            made.activation_checkpointing_enable({"use_reentrant": reentrant})
            made.enable_input_require_grads()
        torch.manual_seed(3)
        made(input_ids=ASKED, pixel_values=PICTURE, labels=ASKED).loss.backward()
        gradients.append(made.language_model.embq.up.weight.grad)
    assert gradients[0].abs().sum() > 0
    torch.testing.assert_close(*gradients)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft's
@each_family
def test_lora(family: str) -> None:
    from peft import LoraConfig, get_peft_model

    made = families.model(family)
    with torch.no_grad():
        plain = made(input_ids=ASKED, pixel_values=PICTURE).logits
    names = {
        name
        for name, module in decoder_layers(made.language_model)[0].named_modules()
        if type(module) is torch.nn.Linear
    }
    targets = sorted({name.rpartition(".")[2] for name in names}) or ["c_attn"]
    transposed = family == "gpt2"  # its linears are convolutions of width 1
    lora = LoraConfig(r=2, target_modules=targets, modules_to_save=["embq"], fan_in_fan_out=transposed)
    tuned = get_peft_model(made, lora)
    with torch.no_grad():
        assert torch.equal(tuned(input_ids=ASKED, pixel_values=PICTURE).logits, plain)
        for name, weight in tuned.named_parameters():
            if "lora_B" in name or "modules_to_save" in name:
                weight.add_(0.05)
        assert not torch.allclose(tuned(input_ids=ASKED, pixel_values=PICTURE).logits, plain)
    tuned(input_ids=ASKED, pixel_values=PICTURE, labels=ASKED).loss.backward()
    embq = [w for name, w in tuned.named_parameters() if "embq.modules_to_save" in name]
    assert embq
    assert all(w.grad is not None for w in embq)


@each_family
def test_copies_pickles_and_threads(family: str) -> None:
    made = families.model(family)
    with torch.no_grad():
        plain = made(input_ids=ASKED, pixel_values=PICTURE).logits
        for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert torch.equal(other(input_ids=ASKED, pixel_values=PICTURE).logits, plain)
    results: list[Tensor] = []

    def run() -> None:
        with torch.no_grad():
            results.append(made(input_ids=ASKED, pixel_values=PICTURE).logits)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(torch.equal(result, plain) for result in results)


@slow
@each_family
def test_compiled_graph_has_no_break(family: str) -> None:
    if family == "mixtral":
        pytest.skip("its experts are chosen by data, which torch.compile cannot hold in one graph")
    torch._dynamo.reset()  # it holds eight graphs of one function, whatever the model
    made = families.model(family)
    with torch.no_grad():
        plain = made(input_ids=WORDS).logits
        compiled = torch.compile(made.language_model, fullgraph=True, backend="eager")
        hidden = compiled(inputs_embeds=made.get_input_embeddings()(WORDS)).last_hidden_state
    torch.testing.assert_close(made._head(hidden), plain, rtol=1e-5, atol=1e-5)


# The tables


def test_tables_do_not_overlap() -> None:
    groups = ({PHI}, set(GATED), set(TESTED), set(UNTESTED), set(REFUSED))
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert set(CONFIG_MAPPING) >= ALLOWED


@pytest.mark.parametrize("name", ["mamba", "falcon", "qwen3_5", "lfm2", "made_up", None, 3, ["llama"]])
def test_other_decoders_are_refused(name: Any) -> None:
    with pytest.raises(UnsupportedModel) as caught:
        check_family(name)
    assert "docs/models.md" in caught.value.hint
    if isinstance(name, str) and name in REFUSED:
        assert REFUSED[name] in str(caught.value)


def test_configuration_names_only_what_the_table_allows() -> None:
    made = families.config("qwen3").to_dict()
    made["text_config"]["model_type"] = "mamba"
    with pytest.raises(UnsupportedModel, match="recurrent state"):
        FlashSlothForConditionalGeneration.config_class.from_dict(made)
