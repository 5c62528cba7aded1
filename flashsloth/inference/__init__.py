"""The model of `flashsloth/model/`, rearranged for speed. That package explains the letters of shapes.

`fused_tower` computes the vision tower in fewer passes. `decoder` is the interface through which the
engine uses a decoder; the KV cache is in `kv_cache`. `packed_decoder` implements this interface with
few matrix products per layer (`packed_layers`) and torch's operators for `attention`. Decoders of other
families use transformers' own forward (`flashsloth/hf/module_decoder.py`).

The operations of a layer between two products are called its core (`layer_core`). Kernels of
`quantization/cpp/step.cc` compute parts of it for a prefill (`compiled_prefill`), and all of it for a
new position (`compiled_step`). On NVIDIA's cards Triton kernels compute both (`card_step`,
`card_attention`, `card_elementwise`).
"""
