"""Hostile values for the JSON files of a model, as lists of Damage. More are in
tests/trust/test_checkpoints.py, one for each defect that was found."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.trust.checkpoint_damage import DEEP, Damage, changed, harmless, huge, refused, written

JINJA = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}{% for i in range(10**12) %}x{% endfor %}"
    "{{ cycler.__init__.__globals__.os.system('touch SPRUNG') }}{% include '/etc/passwd' %}"
)
AUTO = dict.fromkeys(("AutoConfig", "AutoModel", "AutoTokenizer", "AutoProcessor"), "evil_model.Evil")


def _config(**values: Any) -> Damage:
    return changed("config.json", **values)


CONFIGS = [
    harmless(_config(auto_map=AUTO, trust_remote_code=True)),
    harmless(_config(auto_map="evil.Evil", custom_pipelines={"x": {"impl": "evil.Evil"}})),
    refused(_config(vision_config__image_size=2**14, vision_config__patch_size=1)),
    refused(_config(vision_config__image_size=2**14, vision_config__patch_size=4, tile_grid=1)),
    refused(_config(text_config__vocab_size=2**22)),
    refused(_config(vision_config__intermediate_size=2**17, vision_config__hidden_size=2**16)),
    _config(text_config__max_position_embeddings=2**20, text_config__num_attention_heads=1,
            text_config__num_key_value_heads=1),
    _config(to_dict=5, to_diff_dict=5, _sizes=5),
    _config(text_config__attn_implementation="flash_attention_2"),
    _config(text_config__attribute_map={"hidden_size": "hidden_size"}),
    _config(text_config__per_layer_config={"0": {"hidden_size": 5}}),
    _config(system_prompt="x " * 10**6),
    _config(system_prompt="</s><image>{% raw %}\"'\\ @QUERIES@"),
    _config(embq_layer_norm_eps=float("inf")),
    _config(text_config__layer_norm_eps=-1.0, vision_config__layer_norm_eps=-1.0),
    _config(quantization_config={"quant_method": "flashsloth", "preset": "int4"}),
    _config(quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
    _config(architectures=["FlashSlothForCausalLM"], model_type="phi"),
    _config(text_config__rope_parameters={"rope_type": "default", "rope_theta": 1e-300, "partial_rotary_factor": 0.5}),
    refused(written("config.json", json.dumps(DEEP))),
    refused(written("config.json", '{"model_type": "flashsloth", "x": ' + "[" * 10**6)),
    refused(written("config.json", b'{"x": "' + b"a" * 100 * 10**6 + b'"}')),
    refused(written("config.json", b"[" + b"{}," * 10_000_000 + b"{}]")),
    huge("config.json"),
]  # fmt: skip


def _settings(**values: Any) -> Damage:
    return changed("tokenizer_config.json", **values)


def _tokenizer(**values: Any) -> Damage:
    return changed("tokenizer.json", **values)


def _truncation(**values: int) -> Damage:
    return _tokenizer(truncation={"strategy": "LongestFirst", "direction": "Right", **values})


PADDING = {"strategy": {"Fixed": 10**12}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0,
           "pad_type_id": 0, "pad_token": "x"}  # fmt: skip
TOKEN = {"id": 2**32 - 1, "content": "<image>", "special": True,
         **dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)}  # fmt: skip
PATTERNS = ("(a*)*b", "(?:a?){30}a{30}", "(" * 10**5, "a{1,100000}{1,100000}")
TOKENIZERS = [
    harmless(_settings(auto_map=AUTO, trust_remote_code=True)),
    harmless(_settings(tokenizer_class="evil.Evil")),
    harmless(written("chat_template.jinja", JINJA)),
    harmless(_settings(chat_template=JINJA)),
    _settings(fast_tokenizer_files=["../../outside/tokenizer.4.0.0.json"]),
    _settings(tokenizer_file="../../outside/tokenizer.json"),
    _settings(vocab_file="/etc/passwd", merges_file="/etc/passwd"),
    _settings(gguf_file="../../outside/tokenizer.json"),
    _settings(init_inputs=[1, 2, 3]),
    _settings(backend="evil", post_processor="x"),
    _settings(eos_token={"__type": "AddedToken", "content": "x", "evil": 1}),
    _settings(eos_token="other", pad_token=None, unk_token=None),
    _settings(tokenizer_padding={"length": 10**12}),
    _tokenizer(padding=PADDING),
    _truncation(max_length=2**62, stride=2**61),
    _truncation(max_length=0, stride=5),
    *(_tokenizer(pre_tokenizer={"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False})
      for regex in PATTERNS),
    _tokenizer(normalizer={"type": "Prepend", "prepend": "x" * 10**6}),
    _tokenizer(added_tokens=[]),
    _tokenizer(added_tokens=[TOKEN]),
    _tokenizer(model={"type": "WordLevel", "vocab": {"</s>": 2, "<image>": 1023}, "unk_token": "</s>"}),
    _tokenizer(model={"type": "Unigram", "unk_id": 0, "vocab": [["x", float("nan")]]}),
    _tokenizer(model__vocab={"a": 2**31, "b": 2**32 - 1}),
    _tokenizer(decoder=None, post_processor=None, pre_tokenizer=None),
    written("additional_chat_templates", b"no folder"),
    written("special_tokens_map.json", json.dumps({"eos_token": {"content": "x", "a": 1}})),
    written("special_tokens_map.json", json.dumps({"tokenizer_file": "../../outside/tokenizer.json"})),
    written("special_tokens_map.json", "[]"),
    written("added_tokens.json", json.dumps({"a": 10**9, "b": -1, "c": "x"})),
    written("added_tokens.json", json.dumps(DEEP)),
    refused(written("tokenizer.json", b"\xff" * 1000)),
    refused(written("tokenizer.json", b"[" * 10**6)),
    refused(written("tokenizer_config.json", b"[" * 10**6)),
    huge("special_tokens_map.json"),
]  # fmt: skip
INDEX = "model.safetensors.index.json"
SHARDS = (
    "../outside/model.safetensors", "/etc/passwd", "..", "", "a\0b.safetensors", "\ud800.safetensors",
    "x" * 5000 + ".safetensors", "../outside/model.safetensors\0", "a/../model.safetensors", "~/x.safetensors",
    "model-00001-of-00003.safetensors/", ".safetensors", "\x1b[2J.safetensors", "con.safetensors", "x.bin",
)  # fmt: skip
GENERATION = {
    "eos_token_id": [10**9], "max_length": -1, "do_sample": "x", "transformers_version": 5,
    "cache_implementation": "evil", "compile_config": {"x": 1}, "suppress_tokens": list(range(1024)),
}  # fmt: skip
OTHERS = [
    *(refused(changed(INDEX, weight_map={"x": name})) for name in SHARDS),
    refused(changed(INDEX, weight_map={str(i): f"{i}.safetensors" for i in range(100_000)})),
    refused(written(INDEX, b'{"weight_map": {' + b'"x": "y", ' * 10**7 + b'"x": "y"}}')),
    huge(INDEX),
    huge("generation_config.json"),
    *(changed("generation_config.json", do_sample=True, **{name: value})
      for name in ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
      for value in (float("nan"), -1, 10**400, 1e-300, True, "x", 0.5)),
    *(changed("generation_config.json", **{name: value}) for name, value in GENERATION.items()),
    written("generation_config.json", json.dumps(DEEP)),
    harmless(written("processor_config.json", "[]")),
    harmless(written("preprocessor_config.json", "\xff")),
]  # fmt: skip
