"""A new model of a tower and a language model: sizes, tensors, tokens; and what a folder may not do."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import flashsloth
from damages import changed
from flashsloth.checkpoints import compose as module
from flashsloth.errors import (
    FlashSlothError,
    InvalidConfiguration,
    OptionError,
    TensorMismatch,
    UnsupportedModel,
)
from messages import refused
from training.parts import GROUPED, TOWER, write_language, write_siglip

IDS = torch.tensor([[40, 41, 300, 77, 500, 9, 900]])


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_siglip(tmp_path_factory.mktemp("siglip"))


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tied model without a spare row for the control tokens of its template."""
    return write_language(tmp_path_factory.mktemp("qwen"), "qwen3", chat=True, tie_word_embeddings=True)


def test_sizes_of_embq() -> None:
    for depth, layer in ((32, 7), (28, 6), (24, 5), (36, 8), (16, 4), (4, 1), (3, 1), (2, 1), (1, 0)):
        assert module.embq_sizes(1152, depth, 32) == {
            "embq_layer": layer,
            "embq_width": 576,
            "embq_heads": 32,
        }
    for tower, heads, fitting in (
        (1152, 9, 9),
        (1152, 16, 16),
        (768, 14, 12),
        (1024, 15, 16),
        (64, 9, 8),
    ):
        found = module.embq_sizes(tower, 24, heads)
        assert found == {"embq_layer": 5, "embq_width": tower // 2, "embq_heads": fitting}


@pytest.mark.parametrize("family", ["llama", "qwen3", "phi", "gpt_neox", "gemma2"])
def test_text_alone_gives_the_logits_of_the_language_model(
    family: str, siglip: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    folder = write_language(tmp_path, family)
    model, _ = flashsloth.compose(siglip, folder)
    with torch.no_grad():
        ours = model(input_ids=IDS).logits
        theirs = AutoModelForCausalLM.from_pretrained(folder).eval()(input_ids=IDS).logits
    assert float(theirs.std()) > 0.1
    torch.testing.assert_close(ours[..., : theirs.shape[-1]], theirs, rtol=0, atol=2e-5)


def test_a_tied_model_grows(siglip: Path, qwen: Path) -> None:
    """Its words are the head; new rows are the mean of the others."""
    from safetensors.torch import load_file

    stored = load_file(qwen / "model.safetensors")
    assert "lm_head.weight" not in stored
    model, processor = flashsloth.compose(siglip, qwen)
    words = model.get_input_embeddings().weight
    assert model.lm_head.weight is words
    rows = stored["model.embed_tokens.weight"].shape[0]
    assert rows < len(words) == model.config.text_config.vocab_size
    assert len(words) % 64 == 0
    assert torch.equal(words[:rows], stored["model.embed_tokens.weight"])
    torch.testing.assert_close(words[rows:], words[:rows].mean(0).expand(len(words) - rows, -1))
    config = model.config
    assert config.end_token_id == processor.tokenizer.convert_tokens_to_ids("<|im_end|>")
    # generation_config.json has the second one
    assert set(config.end_token_ids) == {config.end_token_id, 2}
    assert config.chat_frame["before_answer"] == "<|im_end|>\n<|im_start|>assistant\n"
    assert config.system_prompt == ""


def test_saved_models_open(siglip: Path, qwen: Path, tmp_path: Path) -> None:
    model, processor = flashsloth.compose(siglip, qwen, num_query_tokens=3, pooling_window=2)
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    again = flashsloth.FlashSlothForConditionalGeneration.from_pretrained(tmp_path).eval()
    assert again.config.num_query_tokens == 3
    with torch.no_grad():
        assert torch.equal(again(input_ids=IDS).logits, model(input_ids=IDS).logits)


def test_configurations_have_random_weights() -> None:
    from transformers import LlamaConfig, SiglipConfig, SiglipVisionConfig

    torch.manual_seed(0)
    text, vision = LlamaConfig(**GROUPED), SiglipVisionConfig(**TOWER)
    model, processor = flashsloth.compose(vision, text)
    assert model.config.vision_config.num_hidden_layers == 3  # as the configuration says
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    norms = [p for name, p in model.named_parameters() if name.endswith("norm.weight")]
    assert norms
    assert all((p == 1).all() for p in norms)
    assert model.get_parameter("model.language_model.layers.0.mlp.up_proj.weight").std() > 0.01
    torch.manual_seed(0)
    again, _ = flashsloth.compose(
        SiglipConfig(vision_config=TOWER), text, tokenizer=processor.tokenizer
    )
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert text.eos_token_id == 2  # the given configuration was not changed
    prompt = processor.apply_chat_template(
        [{"role": "user", "content": "What?"}], add_generation_prompt=True
    )
    # nano's own template has them too
    assert prompt.count("<learnable>") == model.config.num_query_tokens


def test_a_clip_tower(tmp_path: Path) -> None:
    from transformers import CLIPVisionConfig, CLIPVisionModel, LlamaConfig

    torch.manual_seed(0)
    CLIPVisionModel(CLIPVisionConfig(**TOWER)).save_pretrained(tmp_path)
    model, processor = flashsloth.compose(tmp_path, LlamaConfig(**GROUPED))
    assert model.config.vision_config.num_hidden_layers == 2
    assert model.config.image_mean == pytest.approx([0.48145466, 0.4578275, 0.40821073])
    assert processor.image_processor.image_mean == model.config.image_mean
    whole = CLIPVisionModel.from_pretrained(tmp_path).eval()
    pixels = torch.randn(1, 3, 48, 48)
    with torch.no_grad():
        theirs = whole(pixels, output_hidden_states=True).hidden_states[-2][:, 1:]
        ours = model.get_image_features(pixels).last_hidden_state
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


def test_half_precision_is_kept(siglip: Path, tmp_path: Path) -> None:
    write_language(tmp_path, "llama", dtype="bfloat16")
    model, _ = flashsloth.compose(siglip, tmp_path, dtype=torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize(
    ("values", "error", "names"),
    [
        ({"model_type": "mamba"}, UnsupportedModel, "mamba"),
        ({"quantization_config": {"quant_method": "gptq"}}, UnsupportedModel, "quantized"),
        ({"num_hidden_layers": 4, "layer_types": None}, TensorMismatch, "is missing"),
        ({"intermediate_size": 72}, TensorMismatch, "has shape"),
        ({"hidden_size": "32"}, InvalidConfiguration, "hidden_size"),
        ({"layer_types": ["full" * 2000] * 3}, InvalidConfiguration, "layer_types"),
        (
            {"model_type": "gpt_neox", "hidden_dropout": -1},
            InvalidConfiguration,
            "these sizes",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_hostile_folders(
    values: dict[str, Any],
    error: type[FlashSlothError],
    names: str,
    siglip: Path,
    qwen: Path,
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(qwen, tmp_path / "language"))
    changed("config.json", **values)(folder)
    with refused(error.code, names) as caught:
        flashsloth.compose(siglip, folder)
    assert len(str(caught.value)) < 600 + len(str(folder))


def test_wrong_parts(siglip: Path, qwen: Path, native_folder: Path, tmp_path: Path) -> None:
    for vision, language, names in (
        (qwen, qwen, "qwen3"),
        (siglip, siglip, "siglip"),
        (siglip, native_folder, "language model"),
        (native_folder, qwen, "flashsloth"),
    ):
        with refused("model_unsupported", names):
            flashsloth.compose(vision, language)
    with pytest.raises(FlashSlothError):
        flashsloth.compose(siglip, tmp_path)  # empty
    with pytest.raises(OptionError, match="unknown size pooling_windw") as caught:
        flashsloth.compose(siglip, qwen, pooling_windw=2)
    assert "pooling_window" in caught.value.hint
    with pytest.raises(InvalidConfiguration, match="embq_layer must be"):
        flashsloth.compose(siglip, qwen, embq_layer=3)
