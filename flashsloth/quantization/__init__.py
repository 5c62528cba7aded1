"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, products, linear layers.

`presets` lists the presets, without importing torch. `linear_builder` makes, saves and restores linear
layers. The matrix products of these layers are computed on a CPU by `compiled`, with the kernels of
cpp/ that `compiler` compiles, and on NVIDIA's cards by `card_products`. On other devices, and if the
kernels cannot be used, `torch_products` computes them.
"""
