"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, products, linear layers.

`presets` lists the presets, without importing torch. `linear` makes, saves and restores linear
layers. Their matrix products are computed on a CPU by `compiled`, with the kernels of cpp/, and
on NVIDIA's cards by `card_products`. `torch_products` computes them on other
devices, and wherever these kernels cannot be used.
"""
