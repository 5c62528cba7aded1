"""Quantize the decoder's weights to 4 or 8 bits: presets, rounding, products, linear layers.

`presets` lists the presets, without importing torch. `linear_builder` makes, saves and restores linear
layers. On a CPU their products are computed by `compiled`, with the kernels of cpp/ that `compiler`
compiles; on NVIDIA's cards by `card_products`; elsewhere, and where these cannot be used, by
`torch_products`.
"""
