"""What can be wrong with a folder: links, pipes, devices, traps that wait to be executed, claims without end.

Knows files; opens no model. `WORKPLACE/outside` holds what must never be read, `WORKPLACE/evil` code that must not run.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.trust.checkpoint_damage import DEEP, Damage, Damager, put

JINJA = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}{% for i in range(10**12) %}x{% endfor %}"
    "{{ cycler.__init__.__globals__.os.system('touch SPRUNG') }}{% include '/etc/passwd' %}"
)
NAMES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json")


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


def lay_traps(workplace: Path, sound: Path) -> None:
    """The folder outside with a whole model in it, and the evil modules."""
    shutil.copytree(sound, workplace / "outside")
    shutil.copyfile(workplace / "outside" / "tokenizer.json", workplace / "outside" / "tokenizer.4.0.0.json")
    evil = workplace / "evil"
    evil.mkdir()
    code = f"import os\nos.mkdir({str(workplace / 'sprung')!r})\nclass Evil: pass\n"
    (evil / "evil.py").write_text(code)
    (evil / "evil_model.py").write_text(code)


def changed(name: str, **values: Any) -> Damager:
    """A JSON file with these at its top; a name with a dot reaches one level down."""

    def damage(folder: Path, draw: random.Random) -> Damage:
        path = folder / name
        data = json.loads(path.read_text()) if path.exists() else {}
        for key, value in values.items():
            part, _, leaf = key.rpartition("__")
            (data.setdefault(part, {}) if part else data)[leaf or key] = value
        put(path, json.dumps(data))
        return Damage(f"{name}: {values!r}"[:200], name)

    return damage


def written(name: str, content: bytes | str, expected: Any = "any") -> Damager:
    def damage(folder: Path, draw: random.Random) -> Damage:
        put(folder / name, content)
        return Damage(f"{name} is {content[:40]!r}", name, expected)

    return damage


def harmless(damage: Damager) -> Damager:
    """The same; the model must open as if nothing were."""

    def damaged(folder: Path, draw: random.Random) -> Damage:
        return Damage(damage(folder, draw).what, expected="opened")

    return damaged


def refused(damage: Damager) -> Damager:
    def damaged(folder: Path, draw: random.Random) -> Damage:
        done = damage(folder, draw)
        return Damage(done.what, done.file, "refused")

    return damaged


def hole(name: str, size: int) -> Damager:
    """A file of `size` bytes that takes no room on the disk."""

    def damage(folder: Path, draw: random.Random) -> Damage:
        path = folder / name
        put(path, b"{}")
        os.truncate(path, size)
        return Damage(f"{name} has {size} bytes, nearly all a hole", name, "refused")

    return damage


def in_place_of(name: str, how: str, make: Callable[[Path, Path], None]) -> Damager:
    """Something else where a file should be. `make` gets the file's place and the workplace."""

    def damage(folder: Path, draw: random.Random) -> Damage:
        path = folder / name
        path.unlink(missing_ok=True)
        make(path, folder.parent.parent)
        return Damage(f"{name} is {how}", name, "refused")

    return damage


def _loop(path: Path) -> None:
    path.symlink_to(path.with_name("loop"))
    path.with_name("loop").symlink_to(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(path.parent, os.O_RDONLY)  # an address of a socket is short
        try:
            made.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)


def _aside(path: Path, w: Path) -> None:
    """A link that leaves the folder and names one that begins like it."""
    shutil.copytree(w / "outside", path.parent.with_name(path.parent.name + "-more"), dirs_exist_ok=True)
    path.symlink_to(f"../{path.parent.name}-more/{path.name}")


PLACES: dict[str, Callable[[Path, Path], None]] = {
    "a link that leads outside": lambda path, w: path.symlink_to(w / "outside" / path.name),
    "a relative link that leads outside": lambda path, w: path.symlink_to(f"../../outside/{path.name}"),
    "a link to a folder beside": _aside,
    "a link to itself": lambda path, w: path.symlink_to(path.name),
    "a loop of links": lambda path, w: _loop(path),
    "a link that leads nowhere": lambda path, w: path.symlink_to("gone"),
    "a pipe": lambda path, w: os.mkfifo(path),
    "a socket": lambda path, w: _socket(path),
    "a folder": lambda path, w: path.mkdir(),
    "a link to /dev/zero": lambda path, w: path.symlink_to("/dev/zero"),
    "a link to /dev/null": lambda path, w: path.symlink_to("/dev/null"),
    "a link to /proc/self/environ": lambda path, w: path.symlink_to("/proc/self/environ"),
}


def inner_link(name: str) -> Damager:
    """A link within the folder is a file of it."""

    def damage(folder: Path, draw: random.Random) -> Damage:
        (folder / "real").mkdir(exist_ok=True)
        (folder / name).rename(folder / "real" / name)
        (folder / name).symlink_to(f"real/{name}")
        return Damage(f"{name} is a link within the folder", expected="opened")

    return damage


def pickled(folder: Path, draw: random.Random, *, alone: bool) -> Damage:
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(Trap(folder.parent.parent / "sprung")))
    if alone:
        for path in folder.glob("*.safetensors*"):
            path.unlink()
    return Damage("pickles alone" if alone else "pickles beside", expected="refused" if alone else "opened")


def files(names: tuple[str, ...] = NAMES) -> list[Damager]:
    """Each of these replaced by everything that is no file, or is one elsewhere; and by a link that is sound."""
    return [in_place_of(n, how, make) for n in names for how, make in PLACES.items()] + [inner_link(n) for n in names]


TRAPS: list[Damager] = [
    in_place_of("chat_template.jinja", "a pipe", PLACES["a pipe"]),
    lambda f, d: pickled(f, d, alone=False),
    lambda f, d: pickled(f, d, alone=True),
]


def outer(key: str, name: str) -> Damager:
    """A JSON file that names one outside the folder by its whole path."""

    def damage(folder: Path, draw: random.Random) -> Damage:
        return changed(name, **{key: str(folder.parent.parent / "outside" / "tokenizer.json")})(folder, draw)

    return damage


AUTO = dict.fromkeys(("AutoConfig", "AutoModel", "AutoTokenizer", "AutoProcessor"), "evil_model.Evil")
CONFIGS: list[Damager] = [
    harmless(changed("config.json", auto_map=AUTO, trust_remote_code=True)),
    harmless(changed("config.json", auto_map="evil.Evil", custom_pipelines={"x": {"impl": "evil.Evil"}})),
    refused(changed("config.json", text_config__vocab_size=2**22, text_config__hidden_size=2**17)),
    refused(changed("config.json", vision_config__image_size=2**14, vision_config__patch_size=1)),
    refused(changed("config.json", vision_config__image_size=2**14, vision_config__patch_size=4, tile_grid=1)),
    refused(changed("config.json", text_config__intermediate_size=2**17)),
    refused(changed("config.json", text_config__hidden_size=2**17)),
    refused(changed("config.json", text_config__vocab_size=2**22)),
    refused(changed("config.json", vision_config__intermediate_size=2**17, vision_config__hidden_size=2**16)),
    refused(changed("config.json", num_query_tokens=2**17, embq_width=2**17)),
    changed("config.json", text_config__max_position_embeddings=2**20),
    changed(
        "config.json",
        text_config__max_position_embeddings=2**20,
        text_config__num_attention_heads=1,
        text_config__num_key_value_heads=1,
    ),
    changed("config.json", num_labels=10**9),
    changed("config.json", text_config__num_labels=10**9, text_config__id2label=None),
    changed("config.json", vision_config__num_labels=10**9, vision_config__id2label=None),
    changed("config.json", text_config__to_dict=5, text_config__get_text_config=5),
    changed("config.json", to_dict=5, to_diff_dict=5, _sizes=5),
    changed("config.json", text_config__attn_implementation="flash_attention_2"),
    changed("config.json", text_config__attribute_map={"hidden_size": "hidden_size"}),
    changed("config.json", attribute_map={"system_prompt": "system_prompt"}),
    changed("config.json", text_config__per_layer_config={"0": {"hidden_size": 5}}),
    changed("config.json", system_prompt="x " * 10**6),
    changed("config.json", system_prompt="\ud800"),
    changed("config.json", system_prompt="</s><image>{% raw %}\"'\\ @QUERIES@"),
    changed("config.json", text_config__layer_norm_eps=float("nan")),
    changed("config.json", embq_layer_norm_eps=float("inf")),
    changed("config.json", text_config__layer_norm_eps=-1.0, vision_config__layer_norm_eps=-1.0),
    changed("config.json", quantization_config={"quant_method": "flashsloth", "preset": "int4"}),
    changed("config.json", quantization_config={"quant_method": "bitsandbytes", "load_in_4bit": True}),
    changed("config.json", architectures=["FlashSlothForCausalLM"], model_type="phi"),
    changed(
        "config.json",
        text_config__rope_parameters={"rope_type": "default", "rope_theta": 1e-300, "partial_rotary_factor": 0.5},
    ),
    refused(written("config.json", json.dumps(DEEP), "refused")),
    refused(written("config.json", '{"model_type": "flashsloth", "x": ' + "[" * 10**6, "refused")),
    refused(written("config.json", b'{"x": "' + b"a" * 100 * 10**6 + b'"}')),
    refused(written("config.json", b"[" + b"{}," * 10_000_000 + b"{}]")),
    hole("config.json", 2**42),
]
TOKENIZERS: list[Damager] = [
    harmless(changed("tokenizer_config.json", auto_map=AUTO, trust_remote_code=True)),
    harmless(changed("tokenizer_config.json", tokenizer_class="evil.Evil")),
    harmless(written("chat_template.jinja", JINJA)),
    harmless(changed("tokenizer_config.json", chat_template=JINJA)),
    changed("tokenizer_config.json", fast_tokenizer_files=["../../outside/tokenizer.4.0.0.json"]),
    changed("tokenizer_config.json", tokenizer_file="../../outside/tokenizer.json"),
    changed("tokenizer_config.json", vocab_file="/etc/passwd", merges_file="/etc/passwd"),
    changed("tokenizer_config.json", gguf_file="../../outside/tokenizer.json"),
    changed("tokenizer_config.json", init_inputs=[1, 2, 3]),
    changed("tokenizer_config.json", backend="evil", post_processor="x"),
    changed("tokenizer_config.json", eos_token={"__type": "AddedToken", "content": "x", "evil": 1}),
    changed("tokenizer_config.json", eos_token="other", pad_token=None, unk_token=None),
    changed("tokenizer_config.json", tokenizer_padding={"length": 10**12}),
    changed(
        "tokenizer.json",
        padding={
            "strategy": {"Fixed": 10**12},
            "direction": "Left",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "x",
        },
    ),
    changed(
        "tokenizer.json",
        truncation={"max_length": 2**62, "strategy": "LongestFirst", "stride": 2**61, "direction": "Right"},
    ),
    changed(
        "tokenizer.json", truncation={"max_length": 0, "strategy": "LongestFirst", "stride": 5, "direction": "Right"}
    ),
    *(
        changed(
            "tokenizer.json",
            pre_tokenizer={"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False},
        )
        for regex in ("(a+)+$", "(a|a)*$", "(a*)*b", "(?:a?){30}a{30}", "(" * 10**5, "a{1,100000}{1,100000}")
    ),
    changed("tokenizer.json", normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"}),
    changed("tokenizer.json", normalizer={"type": "Prepend", "prepend": "x" * 10**6}),
    changed("tokenizer.json", normalizer={"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 10**6}),
    changed("tokenizer.json", added_tokens=[]),
    changed(
        "tokenizer.json",
        added_tokens=[
            {
                "id": 2**32 - 1,
                "content": "<image>",
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
        ],
    ),
    changed(
        "tokenizer.json",
        model={"type": "WordLevel", "vocab": {"</s>": 2, "<image>": 1023, "<learnable>": 1}, "unk_token": "</s>"},
    ),
    changed("tokenizer.json", model={"type": "Unigram", "unk_id": 0, "vocab": [["x", float("nan")]]}),
    changed("tokenizer.json", model__vocab={"a": 2**31, "b": 2**32 - 1}),
    changed("tokenizer.json", decoder=None, post_processor=None, pre_tokenizer=None),
    written("additional_chat_templates", b"no folder"),
    written("special_tokens_map.json", json.dumps({"eos_token": {"content": "x", "a": 1}})),
    written("special_tokens_map.json", json.dumps({"tokenizer_file": "../../outside/tokenizer.json"})),
    outer("tokenizer_file", "special_tokens_map.json"),
    outer("tokenizer_file", "tokenizer_config.json"),
    outer("vocab_file", "tokenizer_config.json"),
    outer("vocab", "tokenizer_config.json"),
    outer("gguf_file", "tokenizer_config.json"),
    written("special_tokens_map.json", "[]"),
    written("added_tokens.json", json.dumps({"a": 10**9, "b": -1, "c": "x"})),
    written("added_tokens.json", json.dumps(DEEP)),
    written("tokenizer.json", b"\xff" * 1000, "refused"),
    written("tokenizer.json", b"[" * 10**6, "refused"),
    written("tokenizer_config.json", b"[" * 10**6, "refused"),
    hole("tokenizer.json", 2**42),
    hole("tokenizer_config.json", 2**42),
    hole("chat_template.jinja", 2**42),
    hole("added_tokens.json", 2**42),
    hole("special_tokens_map.json", 2**42),
]
OTHERS: list[Damager] = [
    *(
        refused(changed("model.safetensors.index.json", weight_map={"x": name}))
        for name in (
            *("../outside/model.safetensors", "/etc/passwd", "..", "", "a\0b.safetensors", "\ud800.safetensors"),
            *(
                "x" * 5000 + ".safetensors",
                "../outside/model.safetensors\0",
                "a/../model.safetensors",
                "~/x.safetensors",
            ),
            *("model-00001-of-00003.safetensors/", ".safetensors", "\x1b[2J.safetensors", "con.safetensors", "x.bin"),
        )
    ),
    refused(changed("model.safetensors.index.json", weight_map={str(i): f"{i}.safetensors" for i in range(100_000)})),
    refused(written("model.safetensors.index.json", b'{"weight_map": {' + b'"x": "y", ' * 10**7 + b'"x": "y"}}')),
    hole("model.safetensors.index.json", 2**42),
    hole("generation_config.json", 2**42),
    *(
        changed("generation_config.json", do_sample=True, **{name: value})
        for name in ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
        for value in (float("nan"), -1, 10**400, 1e-300, True, "x", 0.5)
    ),
    *(
        changed("generation_config.json", **{name: value})
        for name, value in (
            ("eos_token_id", [10**9]),
            ("max_length", -1),
            ("do_sample", "x"),
            ("transformers_version", 5),
            ("cache_implementation", "evil"),
            ("compile_config", {"x": 1}),
            ("suppress_tokens", list(range(1024))),
        )
    ),
    written("generation_config.json", json.dumps(DEEP)),
    harmless(written("processor_config.json", "[]")),
    harmless(written("preprocessor_config.json", "\xff")),
]
