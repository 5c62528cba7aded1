"""What the manual page and docs/cli.md say besides commands: exit codes, environment variables, files."""

from __future__ import annotations

EXIT_CODES = {
    0: "Success.",
    1: "An unexpected error, stdout cannot be written, or `doctor` found a problem.",
    2: "A command line that can never work: an unknown option, a value out of range, options that exclude each other.",
    3: "Bad input: a picture, data file, template or conversation that does not exist or cannot be read, a question "
    "without a picture, an output that exists, a training run that cannot continue.",
    4: "The model or adapter is not available: unknown, not downloaded, unsupported or damaged.",
    5: "Not enough memory or disk space.",
    6: "A server cannot be started, reached or stopped.",
    7: "Some rows or pictures failed in `ask --each`, `batch`, `bench` or `eval`; the others are written.",
    8: "An answer was cut before it had the form of `--schema` or `--regex`.",
    9: "The question does not fit into the model's context.",
    130: "Interrupted by Ctrl-C.",
    141: "The reader of stdout has closed the pipe.",
    143: "Ended by SIGTERM.",
}
ENVIRONMENT = {
    "FLASHSLOTH_MODEL": "The model, if -m is not given.",
    "FLASHSLOTH_DEVICE": "The device, if --device is not given.",
    "FLASHSLOTH_QUANT": "The preset, if neither --quant nor --dtype is given.",
    "FLASHSLOTH_SERVER": "The server to ask, or none, if --server is not given.",
    "FLASHSLOTH_CONFIG": "The configuration file; a missing file counts as empty.",
    "FLASHSLOTH_HOME": "The folder of config.toml, templates, saved conversations, quantized copies, encoded pictures, "
    "running servers and notes.",
    "FLASHSLOTH_NO_HISTORY": "1: save neither questions and conversations nor encoded pictures.",
    "FLASHSLOTH_KERNELS": "avx2: use AVX2 alone on a newer processor, to see how fast an older one is.",
    "HF_HOME, HF_HUB_CACHE": "Where downloaded models are stored.",
    "HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE": "Access to the Hugging Face hub.",
    "HTTPS_PROXY, NO_PROXY": "Proxies.",
    "NO_COLOR, TERM, COLUMNS": "Colors and width of the output on a terminal.",
    "VISUAL, EDITOR": "The editor that Ctrl-X Ctrl-E opens in chat.",
}
FILES = {
    "~/.config/flashsloth/config.toml": "The configuration file on Linux; `flashsloth config path` prints where it is.",
    "~/.config/flashsloth/templates/": "Your own prompt templates, NAME.toml.",
    "~/.local/share/flashsloth/history.db": "Saved conversations on Linux.",
    "~/.cache/flashsloth/": "Encoded pictures and quantized copies on Linux; `flashsloth cache list` shows their size.",
    "~/.local/share/flashsloth/servers/": "Records, sockets and logs of running servers on Linux.",
}
