"""The interface to transformers: everything that imports it, except `training` and `benchmark`.

Answering a question does not need this folder, unless the model's family has no modules of our own
(sizes/part_sizes.py): then `build` makes transformers' model of it, and `module_decoder` lets the
engine use the family's own forward.

- `config`, `processor`, `image_processor`: FlashSlothConfig, FlashSlothProcessor, and transformers'
  tokenizer.
- `modeling`, `pretrained`, `families`: the model for `generate()`, the Trainer and PEFT. It computes
  what flashsloth/model/ describes with the towers and decoders of transformers.
- `reduced_layers`, `mixed_resolution`: layers and a tower of other papers (docs/reduction.md).
- `auto`: the registration with the Auto classes, for `import flashsloth.auto`.
- `size_file`: sizes of a new model from a TOML file.
"""
