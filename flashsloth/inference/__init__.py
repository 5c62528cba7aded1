"""The model of `flashsloth/model/` arranged for speed; the letters of shapes are explained there.

`fused_tower` is the vision tower in fewer passes. `packed_decoder` is the decoder with two matrix products a layer, on
a `kv_cache`, with torch's operators of `attention`. Between the two products of a layer is its core (`layer_core`): on
processors with kernels for it that is `compiled_step`, which `step_ir` and `layer_ir` write as LLVM IR.
"""
