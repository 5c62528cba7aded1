"""Lines that are refused, over all commands: an output that exists, a name that is not there and bad
data are 3, a model or an adapter that cannot be had is 4, a command line that can never work is 2.

A new command, or a new option that names a file, a folder, a model or a conversation, fails here until
it has a row.
"""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from cli.conftest import Cli, commands, write_rows
from flashsloth.checkpoints import adapter
from flashsloth.history.store import History, SavedTurn, Session
from flashsloth_cli.history.recording import history_path
from flashsloth_cli.settings.settings import config_path

NAMING = ("FILE", "DIR", "MODEL", "NAME", "ADAPTER", "DATA", "INPUT", "IMAGE", ".TOML")
"""Words in the metavar of a parameter that names something which may exist or not."""

CHOICES = {"image_root"}  # where paths begin, which may be anywhere
BEGINS = {("ask", "session"), ("chat", "session")}  # a conversation that is not there is begun

LINES = {
    "ask": "ask disc.png -p hi",
    "chat": "chat disc.png hi",
    "batch": "batch disc.png -p hi",
    "eval": "eval rows.jsonl",
    "finetune": "finetune rows.jsonl -o new",
    "train": "train rows.jsonl -o new",
    "serve": "serve --port 0",
    "mcp": "mcp --root .",
    "bench": "bench",
    "merge": "merge adapter -o new",
    "data check": "data check rows.jsonl",
}
"""Lines that could work, to which what is not there is added."""

GIVEN = {
    "--prompt": (3, "-p @nothing.txt"),
    "--template": (3, "-t nothing"),
    "--save-template": (2, "--save-template no/thing"),
    "--recipe": (3, "--recipe nothing.toml"),
    "--eval-data": (3, "--eval-data nothing.jsonl"),
    "--show-input": (3, "--show-input other.png"),
    "--explain": (3, "--explain other.png"),
    "--trace": (3, "--trace nano-int8/config.json"),
    "--model": (4, "-m nothing"),
    "--adapter": (4, "--adapter nothing"),
}
"""Options that mean the same for every command."""

ROWS: dict[tuple[str, str], tuple[int, str]] = {
    ("templates show", "name"): (3, "templates show nothing"),
    ("templates edit", "name"): (3, "templates edit nothing"),
    # an output that exists
    ("convert", "output"): (3, "convert nano -o full"),
    ("quantize", "output"): (3, "quantize nano -o full"),
    ("merge", "output"): (3, "merge adapter -o full"),
    ("reduce merge", "output"): (3, "reduce merge nano -o full"),
    ("reduce skip", "output"): (3, "reduce skip nano --data rows.jsonl --layers 1 -o full"),
    ("reduce rank", "output"): (3, "reduce rank nano --data rows.jsonl -o other.png"),
    ("reduce fit", "output"): (3, "reduce fit nano --data rows.jsonl -o nano-int8/config.json"),
    ("finetune", "output"): (3, "finetune rows.jsonl -o full"),
    ("train", "output"): (3, "train rows.jsonl -m nano -o full"),
    ("batch", "output"): (3, "batch disc.png -p hi -o other.md"),
    ("batch", "undo"): (3, "batch --undo nothing.jsonl"),
    ("eval", "save"): (3, "eval rows.jsonl --save other.md"),
    ("sessions show", "output"): (3, "sessions show -o other.md"),
    ("eval", "plot"): (3, "eval rows.jsonl --choices yes,no --plot other.png"),
    # a picture, a data set or another file that is not there
    ("ask", "words"): (3, "ask nothing.png -p hi"),
    ("chat", "words"): (3, "chat nothing.png hi"),
    ("batch", "words"): (3, "batch nothing.png -p hi"),
    ("eval", "data"): (3, "eval nothing.jsonl"),
    ("finetune", "data"): (3, "finetune nothing.jsonl -o new"),
    ("quantize", "calibrate"): (3, "quantize nano -o new --calibrate nothing.jsonl"),
    ("train", "data"): (3, "train nothing.jsonl -o new"),
    ("train", "init"): (3, "train rows.jsonl --init nothing.toml -o new"),
    ("bench", "random_weights"): (3, "bench --random-weights nothing"),
    ("data check", "files"): (3, "data check nothing.jsonl"),
    # a template, a conversation, a running server, a file of keys
    ("sessions show", "session"): (3, "sessions show nothing"),
    ("sessions rm", "sessions"): (3, "sessions rm nothing -y"),
    ("stop", "server"): (3, "stop nothing"),
    ("serve", "api_key_file"): (3, "serve --api-key-file nothing.txt"),
    ("mcp", "root"): (2, "mcp --root nothing"),
    # a model or an adapter that is not an option
    ("pull", "model"): (4, "pull nothing"),
    ("show", "model"): (4, "show nothing"),
    ("rm", "model"): (4, "rm nothing -y"),
    ("convert", "model"): (4, "convert nothing -o new"),
    ("quantize", "model"): (4, "quantize nothing -o new"),
    ("reduce merge", "model"): (4, "reduce merge nothing -o new"),
    ("reduce skip", "model"): (4, "reduce skip nothing --data rows.jsonl --layers 1 -o new"),
    ("reduce rank", "model"): (4, "reduce rank nothing --data rows.jsonl"),
    ("reduce fit", "model"): (4, "reduce fit nothing --data rows.jsonl -o new.json"),
    ("train", "high_res"): (4, "train rows.jsonl -m nano --high-res nothing -o new"),
    ("train", "vision"): (4, "train rows.jsonl --vision nothing --language nothing -o new"),
    ("train", "language"): (4, "train rows.jsonl --vision nothing --language nothing -o new"),
    ("merge", "adapter"): (4, "merge nothing -o new"),
}

REFUSED = [  # the exit code, the line, and what is named: an object, or the `error.code`
    # files
    (3, "data check bad.jsonl", "bad.jsonl"),
    (3, "finetune bad.jsonl -o new", "bad.jsonl"),
    (3, "eval bad.jsonl", "bad.jsonl"),
    (3, "batch bad.jsonl", "bad.jsonl"),
    (3, "finetune rows.jsonl --recipe bad.toml -o new", "bad.toml"),
    (3, "finetune rows.jsonl --recipe unknown.toml -o new", "batchsize"),
    (3, "train rows.jsonl --init bad.toml -o new", "bad.toml"),
    (3, "ask disc.png -p hi -t ./bad.toml", "bad.toml"),
    (3, "ask disc.png -p hi -t ./wrong.toml", "wrong.toml: prompt "),
    (3, "ask bad.png -p hi", "bad.png"),
    (3, "ask disk.png -p hi", "Did you mean disc.png?"),
    (3, "ask full -p hi", "flashsloth ask --each full"),
    (3, "ask --each empty -p hi", "empty"),
    # a missing picture is never the question
    (3, "ask disk.png red", "Did you mean disc.png?"),
    (3, "ask no*.png 'Red?'", "no file no*.png"),
    (3, "ask market is it", "Did you mean market.png?"),
    (3, "ask disc.png 'What is in a.png'", ": -p 'What is in a.png'"),
    (3, "ask '' 'What is this?'", "no file ''"),  # an unset variable in quotes
    # a name with spaces that the shell has split
    (3, "ask my disc.png 'What is this?'", ": 'my disc.png'"),
    (3, "ask my disc.png -p hi", ": 'my disc.png'"),
    # a question of several words
    *[
        (code, f"{command} {words}", hint)
        for command in ("ask", "chat")
        for code, words, hint in (
            (3, "disc.png What is this", ": 'What is this'"),
            (3, "What is this --temperature 0.5 disc.png", ": 'What is this'"),
            (3, "-c What is this", ": 'What is this'"),
            (2, "disc.png 'What is this?' 'Where is it?'", ": 'What is this? Where is it?'"),
        )
    ],
    *[
        (3, f"ask {words}", "--no-picture")
        for words in (
            "'What is this?'",
            "-p hi",
            "--session new -p hi",
            "-t caption",
            "-m nothing 'What is this?'",
        )
    ],
    (3, "batch prompts.jsonl", "--no-picture"),
    (3, "ask -p @empty", "Is a directory"),
    (3, "ask -p @nothing.txt", "@@"),
    (3, "ask -p @bytes", "bytes"),
    (3, "ask --no-picture -p hi --set stop=\udcff", "stop"),
    (3, "ask http://127.0.0.1:9/a.png -p hi", "allow_local=true"),
    (3, "ask http://127.0.0.1:9/a.png -p hi --set allow_local=true", "image_fetch_failed"),
    (3, "ask disc.png -p @notes.tx", "Did you mean notes.txt?"),
    (3, "ask disc.png hi -t ./unknwn.toml", "Did you mean unknown.toml?"),
    (
        3,
        "ask -p hi --no-picture -t descripe",
        "Did you mean describe? Known: alt-text, caption, describe, ",
    ),
    (3, "ask -p hi --no-picture -t ../config", "../config"),
    (3, "ask -p hi --no-picture -t nowhere.toml", "template nowhere.toml"),
    (3, "data check row.jsonl", "Did you mean rows.jsonl?"),
    (3, "eval rows.jsonl --save rows.jsonl --force", "also an input"),
    (3, "batch notes.txt -p hi", "< notes.txt"),
    (3, "batch photso/disc.png -p hi", "folder photso"),
    (3, "batch *.gif -p hi", "*.gif"),
    (3, "batch empty -p hi", "batch -r empty"),
    (3, "batch empty.jsonl", "empty.jsonl"),
    (3, "batch header.csv -p hi", "header.csv"),
    (3, "batch utf16.csv -p hi", "UTF-16"),
    (3, "batch latin.csv -p hi", "latin.csv"),
    (3, "data check no.csv", "Check the path."),
    (3, "batch numbers.jsonl", "numbers.jsonl:1"),
    (3, "batch plain.csv -p hi", "image,question"),
    (3, "batch rows.jsonl -o no/new.jsonl", "folder no\n"),
    (3, "batch rows.jsonl -o empty", "empty is a folder"),
    (3, "batch rows.jsonl -o rows.jsonl", "also an input"),
    (2, "batch . -p hi -o disc.png --force", ".png"),
    (3, "batch disc.png disc.png -p hi --write xmp", "also that of disc.png"),
    (3, "batch 'What is it now' -p x", "-p 'What is it now'"),
    (3, "ask disc.png -p hi --explain no/new.png", "folder no\n"),
    (3, "ask disc.png -p hi --explain disc.png --force", "also an input"),
    (3, "ask --explain new.png -p hi", "--explain where.png"),
    (3, "ask --each -p hi", "no_picture"),
    (3, "ask disc.png -p hi --show-input disc.png --force", "also an input"),
    (3, "ask disc.png -p hi --schema missing.json", "missing.json"),
    (
        3,
        "reduce fit nano --data rows.jsonl -o weights.json --method gates --limit 10",
        "weights.safetensors",
    ),
    (3, "finetune rows.jsonl -m nano --full --set mod=nothing.json -o new", "reduce rank"),
    # models
    (4, "ask -c -p hi --no-picture -m nothing", "nothing"),
    (4, "ask disc.png -p hi -m flashsloht", "flashsloth? "),
    (4, "ask disc.png -p hi -m flashslot", "Did you mean flashsloth? "),
    (4, "ask disc.png -p hi -m flashsloth --offline", "flashsloth pull flashsloth"),
    (4, "ask disc.png -p hi -m disc.png", "is a file"),
    (4, "ask disc.png -p hi -m ./nano-i8", "Did you mean ./nano-int8?"),
    (4, "show sub/nano-i8", "sub/nano-int8? "),
    (4, "ask disc.png -p hi --adapter ./adaptr", "Did you mean adapter?"),
    (4, "finetune rows.jsonl --lora -o new -m adapter", "flashsloth merge adapter -o DIR"),
    (4, "pull a/b/c", "a/b/c"),
    (4, "rm flashsloth -y", "flashsloth"),
    (4, "config set model nope", "unknown model nope"),
    (4, "config set model ./nope", "folder ./nope"),
    # words that no command has
    (2, "nothing", "'nothing'.\nflashsloth --help"),
    (2, "chta", "Did you mean 'chat'?"),
    (2, "help chta", "Did you mean 'chat'?"),
    (2, "help data nothing", "flashsloth data --help"),
    # a picture in place of a command
    (2, "disc.png", "flashsloth ask disc.png 'What is this?'"),
    (2, "disc.png what is it", "flashsloth ask disc.png 'what is it'"),
    (2, "'What is it?' https://example.org/a", "flashsloth ask https://example.org/a 'What is it?'"),
    (2, "'a b.png' -p hi", "flashsloth ask 'a b.png' -p hi"),
    (2, "empty", "flashsloth batch empty -p TEXT"),
    (2, "photo album", "'photo'.\nflashsloth --help"),
    (2, "sessions disc.png", "flashsloth sessions --help"),
    # options that no command has
    (2, "ask --promt hi", "Did you mean --prompt?"),
    *[
        (2, f"{words} ask disc.png -p hi", " flashsloth COMMAND --help")
        for words in ("--model nano", "--max-tokens 3")
    ],
    (2, "config --key show", " flashsloth config COMMAND --help"),
    (2, "bench --runs 3", "--runs.\nflashsloth bench --help"),
    (2, "ask --top-k 40 -p hi", " --set top_k=VALUE."),
    (2, "data chekc", "Did you mean 'check'?"),
    (2, "data check", "FILE"),
    (2, "cache clear nothing", "nothing"),
    (2, "batch", "INPUT"),
    (2, "chat disc.png hi --choices yes,no", "--choices"),
    (2, "chat disc.png -p hi", "-p"),
    (2, "eval", "DATA"),
    (2, "reduce fit nano -o new.json", "--data"),
    (2, "reduce fit nano --data rows.jsonl", "--output"),
    (2, "reduce skip nano --data rows.jsonl -o new", "--layers"),
    (2, "finetune rows.jsonl", "-o DIR"),
    (2, "finetune -o new", "files"),
    (2, "ask --no-picture -t yes-no", "-p TEXT"),
    (3, "ask --each none.png gone.png -p hi", "none.png"),
    (2, "ask", "-p TEXT"),
    *[
        (2, f"ask disc.png {words}", "photo.jpg")
        for words in ("''", "'  '", "'\n'", "-p ''", "-p ' \n'")
    ],
    (2, "ask disc.png --explain new.png", "-p TEXT"),
    (2, "batch disc.png", " disc.png\n"),
    (2, "batch disc.png -p ' '", " disc.png\n"),
    (2, "batch . 'What is this?' -o new.jsonl", "Add -p 'What is this?'. "),
    # names of other programs
    (2, "aks", "Did you mean 'ask'?"),
    (2, "explain disc.png", "Did you mean 'ask --explain'?"),
    (2, "ask -i disc.png", " the picture "),
    (2, "chat --image disc.png", " the picture "),
    (2, "ask -a disc.png -p hi", " the picture "),
    (2, "ask disc.png -p hi --max_tokens 3", "Did you mean --max-tokens?"),
    (2, "chat disc.png --top_p 0.9", "Did you mean --top-p?"),
    (2, "ask disc.png -p hi --top_k 3", " --set top_k=VALUE."),
    (2, "serve --max_body 3", "Did you mean --max-body?"),
    (2, "ask disc.png -p hi -o temperature 0.5", "> FILE?"),
    (2, "ask disc.png -p hi --temp 0.5", "Did you mean --temperature?"),
    (2, "-m nano --image disc.png -p hi", "Did you mean ask -m?"),
    (2, "serve nano", "(nano)\nflashsloth serve -m MODEL"),
    (2, "bench nano", "flashsloth bench -m MODEL"),
    (2, "download flashsloth", "Did you mean 'pull'?"),
    (2, "version", "Did you mean '--version'?"),
    (2, "describe disc.png", "Did you mean 'ask'?"),
    (2, "temp", "No such command 'temp'. Did you mean 'templates'?"),
    (2, "ask disc.png -p hi --format json", " --schema SCHEMA?"),
    (2, "ask disc.png -p hi -f json", " --schema SCHEMA?"),
    (2, "ask disc.png -p hi --stream", "--stream. "),
    (2, "batch disc.png --format csv", "Did you mean --output FILE.csv?"),
    (2, "list --format json", "Did you mean --json?"),
    (2, "run", "Did you mean 'chat'?"),
    (2, "run nano", "Did you mean 'chat -m nano'?"),
    (2, "run org/some-model hello", "Did you mean 'chat -m org/some-model'?"),
    (2, "models", "Did you mean 'list'?"),
    (2, "logs", "Did you mean 'sessions list'?"),
    (2, "history", "Did you mean 'sessions list'?"),
    (2, "ask disc.png --question hi", "Did you mean --prompt?"),
    (2, "chat disc.png --question hi", " the question "),
    (2, "batch disc.png --csv new.csv", "Did you mean --output FILE.csv?"),
    (2, "data rows.jsonl", "Did you mean 'check'?"),
    (2, "config list", "Did you mean 'show'?"),
    (2, "config reset", "Did you mean 'unset'?"),
    (2, "config set system_prompt hi", "Did you mean system?"),
    # values
    (
        2,
        "ask none.png -m nope -p hi --max-tokens many",
        "'--max-tokens': ",
    ),
    *[
        (2, f"ask none.png -p hi --temperature {each}", "'--temperature': ")
        for each in ("-1", "nan", "inf")
    ],
    *[(2, f"ask none.png -p hi --seed {each}", "'--seed': ") for each in ("-4", str(2**64))],
    (2, "serve --slots 0", "'--slots': "),
    (2, "ask disc.png -p hi --set nothing=1", "nothing"),
    *[(2, f"ask disc.png -p hi --set {each}", "top_k") for each in ("top_k", "top_k=-1", "top_k=many")],
    (2, "ask disc.png -p hi --set =3", "--set =3 has no key"),
    (2, "finetune rows.jsonl -m nano -o new --set grad_accum", "--set grad_accum has no value"),
    (2, "finetune rows.jsonl -o new --set nothing=1", "nothing"),
    (2, "finetune rows.jsonl -o new --set workers=many", "workers"),
    (2, "ask disc.png -p hi --device cuda:x", "cuda:x"),
    (2, "ask disc.png -p hi --set dtype=int3", "int3"),
    (
        2,
        "ask disc.png hi --choices yes no",
        "yes,no",
    ),
    (2, "ask disc.png -p hi --choices yes,,no", "yes,no"),
    (2, "ask disc.png -p hi --choices yes,no,yes", "twice"),
    (2, "ask disc.png -p hi --schema 'a strng'", "field a: unknown type 'strng'"),
    (2, """ask disc.png -p hi --schema '{"properties": {"a": {"not": {}}}}'""", "/properties/a"),
    (2, """ask disc.png -p hi --schema '{"a'""", "not JSON"),
    (2, "ask disc.png -p hi --regex '('", "unclosed group"),
    (2, "ask disc.png -p hi --regex 'caf\udce9'", "regular expression"),
    (2, "ask disc.png -p hi --regex ''", "empty"),
    (2, "ask disc.png -p hi --crop 1,2,3", "1,2,3"),
    (2, "ask disc.png -p hi --crop 0,0,0,5", "empty"),
    (2, "ask disc.png -p hi --crop 60%,0,50%,5", "100%"),
    (2, "ask disc.png -p hi --crop 100,0,61,5", "160x120"),
    (2, "ask --each disc.png -p hi --crop 100,0,61,5", "160x120"),
    (2, "ask disc.png -p hi --show-input new.jpg", ".png"),
    (2, "batch disc.png -p hi --crop 1,2,3", "1,2,3"),
    (2, "batch disc.png -p hi --write xml", "xmp"),
    (2, "batch disc.png -p hi --write xmp --existing keep", "overwrite"),
    (
        3,
        "batch https://a.example/b.png -p hi --write xmp",
        "https://a.example/b.png",
    ),
    *[
        (2, f"batch disc.png -p hi --shard {shard}", f" {shard}\n")
        for shard in ("0/2", "3/2", "a/b", "1/0")
    ],
    (2, "eval rows.jsonl --limit 0", "--limit"),
    (2, "eval rows.jsonl --batch-size 0", "--batch-size"),
    (2, "eval rows.jsonl --choices yes,no --plot new.jpg", ".png"),
    (2, "quantize nano -o new --quant int3", "int3"),
    (2, "bench --repeats 0", "--repeats"),
    (2, "sessions show -o talk.pdf", ".pdf"),
    (2, "data check rows.jsonl --max-length 4000", "2048 tokens"),
    (2, "reduce fit nano --data rows.jsonl -o new.json --budget 0", "between 0 and 1"),
    (2, "reduce fit nano --data rows.jsonl -o new.safetensors --method gates", ".json"),
    (2, "finetune rows.jsonl --epochs many -o new", "--epochs"),
    (2, "finetune rows.jsonl --full --set freeze_compression=true --lr 0 -o new", "invalid lr 0"),
    (
        2,
        "finetune rows.jsonl -m nano -o new --choices yes --eval-data rows.jsonl",
        "yes,no",
    ),
    (
        2,
        "finetune rows.jsonl -m nano -o new --choices yes,no --eval-data rows.jsonl",
        "yes,no",
    ),
    (2, "train rows.jsonl -m nano -o new --set embq_layer=99", "--set embq_layer"),
    (2, "train rows.jsonl -m nano -o new --set text_config.hidden_size=8", "text_config"),
    (2, "config show nothing", "nothing"),
    (2, "config show max-token", "Did you mean max_tokens?"),
    (2, "config unset maxtokens", "Did you mean max_tokens?"),
    (2, "config set max_tokens=20", "flashsloth config set max_tokens 20"),
    (2, "config set hd maybe", "hd"),
    (
        2,
        "config set temperature warm",
        "'warm'\nflashsloth config show temperature",
    ),
    (2, "config set model ''", "model must be the name"),
    (2, "pull ./full", "./full"),
    (2, "rm . -y", "is a folder"),
    (2, "rm nano", "nano"),
    (2, "serve --host 0.0.0.0", "0.0.0.0"),
    (2, "serve --keep-alive soon", "soon"),
    # what does not go together
    (2, "ask --continue --session x -p hi", "--continue and --session"),
    (2, "ask --each --no-picture disc.png -p hi", "--each and --no-picture"),
    (2, "ask --each -c disc.png -p hi", "--continue"),
    (2, "ask disc.png -p hi --choices yes,no --schema a", "--choices and --schema"),
    (2, "ask disc.png -p hi --choices yes,no --regex a+", "--choices and --regex"),
    (2, "ask disc.png -p hi --choices yes,no --temperature 1", "--choices and --temperature"),
    (2, "ask disc.png -p hi --choices yes,no --set stop=x", "stop"),
    (2, "ask disc.png -p hi --schema a --regex b", "schema"),
    (2, "ask disc.png -p hi --schema a --set stop=x", "stop"),
    (2, "ask disc.png -p hi --show-input new.png --each", "--each"),
    (2, "ask disc.png -p hi --force", "--show-input"),
    (2, "ask disc.png -p hi --explain new.png -c", "--explain"),
    (2, "ask disc.png -p hi --explain new.png --session market", "--explain"),
    (2, "ask disc.png -p hi --explain new.png --each", "--each"),
    (2, "ask disc.png -p hi --explain new.jpg", "new.jpg"),
    (2, "ask disc.png -p hi --server ' '", "'--server': "),
    (2, "config set server somewhere", "server"),
    (2, "ask -c -p hi --crop 0,0,5,5", "photo.jpg --crop 0,0,5,5"),
    (2, "chat -c --plain --crop 0,0,5,5", "photo.jpg --crop 0,0,5,5"),
    (2, "batch - - -p hi", "only once"),
    (2, "batch rows.jsonl --force", " --output or --save-template or --trace\n"),
    (2, "batch rows.jsonl --force --dry-run", " --output or --save-template or --trace\n"),
    (2, "batch rows.jsonl --force -o -", " -o\n"),
    (2, "chat --force", " --save-template or --trace\n"),
    (2, "eval rows.jsonl --force", " --save or --plot\n"),
    (2, "sessions show --force", " --output\n"),
    (2, "batch disc.png -p hi --existing skip", "--write\n"),
    (2, "batch disc.png -p hi --write-keywords", "--write\n"),
    (2, "batch disc.png -p hi --adobe-names", "--write\n"),
    (2, "batch disc.png -p hi --write txt --adobe-names", "--write xmp"),
    (2, "batch disc.png -p hi --write xmp --no-picture", "--write and --no-picture"),
    (
        2,
        "batch disc.png -p hi --write txt --write-keywords --schema a",
        "--write-keywords and --schema",
    ),
    (2, "eval rows.jsonl --plot new.png", "--choices"),
    (2, "bench -m nano --random-weights flashsloth", "exclude each other"),
    (2, "finetune rows.jsonl -o new --lora --full", "--lora and --full"),
    (2, "finetune rows.jsonl -o new --full --set targets=q_proj", "targets needs LoRA"),
    (2, "finetune rows.jsonl -m nano -o new --choices yes,no", "evaluation rows"),
    (2, "finetune rows.jsonl --set skip_ratio=0.3 -o new", "--set mod=RANKS"),
    (2, "finetune rows.jsonl --set mod=ranks.json --lora -o new", "--full"),
    (2, "finetune rows.jsonl --full --set mod=ranks.json --rank 8 -o new", "LoRA"),
    (2, "reduce fit nano --data rows.jsonl -o new.json --kl 0.1", "--method fitprune\n"),
    (
        2,
        "reduce fit nano --data rows.jsonl -o new.json --method exit --budget 0.5",
        "--budget",
    ),
    (2, "stop nano --all", "--all"),
]

LATER = [  # what only an opened model, a device or a whole data set can tell
    (2, "ask disc.png -p hi --device cuda:99", "cuda:99"),
    (2, "ask -p hi --no-picture --show-input new.png", "--show-input"),
    (3, "ask disc.png -p hi --set reduce=nothing.json", "nothing.json"),
    *[
        (3, f"ask --no-picture -p {words}", of)
        for words, of in (("\udcff", "the question"), ("hi -s \udcff", "system text"))
    ],
    (4, "quantize adapter -o new", "flashsloth merge"),
    (3, "eval rows.jsonl -m nano --choices purple,green", "data_bad_rows"),
    (
        2,
        "reduce fit nano --data ten.jsonl -o new.json --method gates --limit 10 --exit-bias nan",
        "must be between",
    ),
    (3, "reduce fit nano --data ten.jsonl -o new.json --method gates --limit 9", "gates"),
    (2, "reduce rank nano --data ten.jsonl --limit 1 --layers 9", "Use 1 to 8"),
]


COMMANDS = {" ".join(words): command.load() for words, command in commands() if not command.hidden}


def naming_parameters() -> Iterator[tuple[str, Any]]:
    """The parameters that name something."""
    for name, command in COMMANDS.items():
        for parameter in command.params:
            names = any(word in (parameter.metavar or "").upper() for word in NAMING)
            if names and parameter.name not in CHOICES and (name, parameter.name) not in BEGINS:
                yield name, parameter


def row_of(command: str, parameter: Any) -> tuple[int, str] | None:
    if (command, parameter.name) in ROWS:
        return ROWS[command, parameter.name]
    code, words = GIVEN.get(parameter.opts[-1], (0, ""))
    return (code, f"{LINES[command]} {words}") if words and command in LINES else None


def rows_of_names() -> list[tuple[int, str, str]]:
    """A row for each parameter that names something; the error has the name."""
    found = [row for row in (row_of(*pair) for pair in naming_parameters()) if row]
    return [(code, line, "nothing" if "nothing" in line else line.split()[-1]) for code, line in found]


def test_every_parameter_that_names_something_has_a_row() -> None:
    asked = list(naming_parameters())
    assert [
        (name, parameter.name) for name, parameter in asked if row_of(name, parameter) is None
    ] == []
    assert set(ROWS) <= {(name, parameter.name) for name, parameter in asked}


@pytest.fixture
def place(cli: Cli, picture: Path) -> Path:
    """A working folder with one of each: a picture, data, an adapter, a conversation, and things in the
    way."""
    for folder in ("full", "empty", "nano-int8", "sub/nano-int8"):
        Path(folder).mkdir(parents=True)
    for name in ("disc.png", "market.png"):
        shutil.copy(picture, name)
    Path("bad.png").write_bytes(picture.read_bytes()[:60])
    row = {"image": "disc.png", "question": "What is it?", "answer": "A disc."}
    write_rows("rows.jsonl", row)
    write_rows("ten.jsonl", *[row] * 10)
    for name in ("full/notes.txt", "notes.txt", "other.md", "other.png", "weights.safetensors"):
        Path(name).write_text("of somebody\n")
    texts = {
        "empty.jsonl": "",
        "header.csv": "image,question\n",
        "nano-int8/config.json": "{}",
        "bad.jsonl": "[]\n",
        "numbers.jsonl": "5\n{\n",
        "plain.csv": "disc.png,What?\n",
        "prompts.jsonl": '{"prompt": "hi"}\n' * 2,
        "bad.toml": "prompt = [\n",
        "unknown.toml": "batchsize = 3\n",
        "wrong.toml": "prompt = 3\n",
    }
    for name, text in texts.items():
        Path(name).write_text(text)
    Path("utf16.csv").write_text("image,question\n", "utf-16")
    Path("latin.csv").write_text("image,question\ndisc.png,für\n", "latin-1")
    Path("my disc.png").touch()
    Path("bytes").write_bytes(b"\xff\xfe\x00")
    make_adapter(Path("adapter"))
    turn = SavedTurn("Hi?", "Hi.", (1,), "stop", "nano", "2026-01-01T00:00:00.0Z", 0)
    with History(history_path()) as history:
        history.save(Session("00c0ffee", "nano", system=None, hd=False, turns=(turn,)))
    return Path.cwd()


def make_adapter(folder: Path) -> None:
    """The smallest one that there is, for nano."""
    folder.mkdir()
    said = {"peft_type": "LORA", "r": 1, "lora_alpha": 1, "base_model_name_or_path": "nano"}
    (folder / adapter.CONFIG).write_text(json.dumps(said))
    name = f"{adapter.PREFIX}model.language_model.layers.0.self_attn.q_proj"
    tensors = {
        f"{name}.lora_A.weight": torch.zeros(1, 256),
        f"{name}.lora_B.weight": torch.zeros(256, 1),
    }
    save_file(tensors, folder / adapter.WEIGHTS)


def snapshot(place: Path) -> dict[Path, tuple[bytes, int]]:
    """Contents and times of all files of the working folder and of the home, but for the history."""
    files = [
        path
        for path in place.parent.rglob("*")
        if path.is_file() and not path.name.startswith("history.db")
    ]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def takes_json(line: str) -> bool:
    """Whether the command of a line has --json; unknown commands have none."""
    words = shlex.split(line)
    command = COMMANDS.get(" ".join(words[:2])) or COMMANDS.get(words[0])
    return command is not None and any("--json" in parameter.opts for parameter in command.params)


def check_refused(cli: Cli, place: Path, code: int, line: str, names: str) -> None:
    """One error and one hint, the same as an object with --json, and nothing written."""
    before, words = snapshot(place), shlex.split(line)
    done = cli(*words)
    done.refused(code, names)
    message, hint = done.error
    if takes_json(line):
        told = cli(*words, "--json").error_document
        assert (told["exit"], told["code"]) == (code, done.error_code)
        assert (told["message"].strip(), told["hint"]) == (message.strip(), hint)
    assert snapshot(place) == before


def cases(rows: list[tuple[int, str, str]]) -> list[Any]:
    return [pytest.param(*row, id=row[1]) for row in rows]


@pytest.mark.parametrize(("code", "line", "names"), cases([*rows_of_names(), *REFUSED]))
def test_a_line_is_refused(cli, place: Path, no_model: None, code: int, line: str, names: str) -> None:
    """Before a model is opened."""
    check_refused(cli, place, code, line, names)


@pytest.mark.parametrize(("code", "line", "names"), cases(LATER))
def test_a_line_is_refused_later(cli, place: Path, code: int, line: str, names: str) -> None:
    check_refused(cli, place, code, line, names)


VALUES = [  # a line of config.toml, and what the error names
    *[(f"max_tokens = {value}", "max_tokens") for value in ("1.5", "true")],
    *[(f"temperature = {value}", "temperature") for value in ("'1'", "nan")],
    *[(f"top_p = {value}", "top_p") for value in ("true", "1.5")],
    *[(f"stop = {value}", "stop") for value in ("1", "['a', 1]")],
    ("max_tokens = 0", "max_tokens"),
    ("model = 3", "model"),
    ("hd = 1", "hd"),
    ("quant = 'int5'", "quant"),
    *[(line, "config.toml") for line in ("top_k = ", "model = nano")],  # no TOML
    ("\xff\xfe", "config.toml"),
    (f"seed = {'1' * 5000}", "config.toml"),
    (f"seed = {'[' * 5000}", "config.toml"),
]


@pytest.mark.parametrize(
    ("command", "line", "names"),
    [
        pytest.param(command, *value, id=f"{command} {value[0][:30]}")
        for command, value in (*(("ask", each) for each in VALUES), ("batch", ("top_k = -1", "top_k")))
    ],
)
def test_a_value_of_the_configuration_is_refused(
    cli, place: Path, no_model: None, command: str, line: str, names: str
) -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_bytes(f"{line}\n".encode("latin-1"))
    check_refused(cli, place, 2, f"{command} disc.png -p hi", names)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that takes no new files")
def test_a_folder_that_takes_no_new_files(cli, place: Path, no_model: None) -> None:
    """The system's reason, which depends on the user, is not recorded."""
    before = snapshot(place)
    done = cli("batch", "disc.png", "-p", "hi", "-o", "/proc/a.jsonl")
    assert (done.code, done.error_code) == (3, "input")
    assert done.error[0].startswith("/proc cannot be written: ")
    assert snapshot(place) == before


def test_json_where_there_is_none(cli, place: Path) -> None:
    """The error of an unknown --json is an object too."""
    for words in (("batch", "rows.jsonl"), ("chta",), ("chat",)):
        assert cli(*words, "--json").error_document["code"] == "usage"
