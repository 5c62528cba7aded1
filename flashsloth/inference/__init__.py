"""The model of `flashsloth/model/`, rearranged for speed. That package explains the letters of shapes.

`image_encoder` computes the vision tower in fewer passes. `decoder` has the interface through which the
engine uses a decoder, and implements it with few matrix products per layer (`packed_layers`), and with
torch's operators for attention (`attention`, which also has the KV cache). Decoders of families that
it does not support use transformers' own forward (`flashsloth/hf/module_decoder.py`).

The operations of a layer between two matrix products are called the core of the layer. On a CPU,
kernels of `quantization/cpp/step.cc` compute parts of the core for a prefill (`compiled_prefill`), and
the whole core for a decode step (`compiled_step`). On NVIDIA's cards, Triton kernels compute the core
for a prefill and for a decode step (`card_step`).
"""
