"""The built-in model: a plain FlashSloth folder (config.json, weights, tokenizer) and its card
(README.md)."""
