"""The model of `flashsloth/model/` arranged for speed; the letters of shapes are explained there.

`fused_tower` is the vision tower in fewer passes. `decoder` is what the engine asks of a decoder, on a
`kv_cache`: `packed_decoder` has few matrix products a layer (`packed_layers`), with torch's operators
of `attention`. Any other family runs by transformers' own forward (`flashsloth/hf/module_decoder.py`).
Between two products of a layer is its core (`layer_core`). Kernels of `quantization/cpp/step.cc`
compute parts of it for a prefill (`compiled_prefill`), and all of it for a new position
(`compiled_step`). On NVIDIA's cards Triton's kernels do (`card_step`, `card_attention`,
`card_elementwise`).
"""
