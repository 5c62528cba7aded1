"""Sizes of the model: the configuration, the released format of it, and TOML files of sizes."""
