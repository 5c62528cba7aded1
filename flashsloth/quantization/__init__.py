"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, products, linear layers.

`presets` says what there is and imports no torch; `linear_builder` makes, saves and restores linear
layers.
"""
