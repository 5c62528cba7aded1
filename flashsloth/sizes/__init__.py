"""Sizes of a model: its configuration in the native and the released layout, and the allowed values."""
