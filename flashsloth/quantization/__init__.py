"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, products, linear layers.

`presets` lists the presets and imports no torch; `linear_builder` makes, saves and restores linear
layers. Products on a CPU are computed by `compiled` (kernels of cpp/, which `compiler` compiles), or by
`torch_products` where these cannot be used; on NVIDIA's cards by `card_products`.
"""
