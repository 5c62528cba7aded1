"""The interface to transformers. Elsewhere only `training` and `benchmark` import transformers.

Answering a question does not need this package, unless the model is of a family for which
flashsloth/model/ has no modules (sizes/part_sizes.py). Then `modeling` makes the model of transformers,
and `module_decoder` lets the engine run the family's own forward.

- `config`, `processor`: FlashSlothConfig, FlashSlothProcessor, and transformers' tokenizer.
- `modeling`, `families`: the model for `generate()`, the Trainer and PEFT. It computes
  the same as flashsloth/model/, with the towers and decoders of transformers, and with the layers of
  other papers (docs/reduction.md).
- `mixed_resolution`: a tower of another paper.
- `auto`: registers the classes with transformers' Auto classes, for `import flashsloth.auto`.
- `size_file`: reads the sizes of a new model from a TOML file.
"""
