"""FlashSloth (arXiv:2412.04317) as torch modules. Read vision, pooling, embq, query_groups, text_model, modeling; then
packed_decoder and kv_cache, the same decoder with two matrix products a layer, which answers.

    pixels -> VisionTower -> features (I, N, V) -+-> SAP -> Projector -> visual tokens (I, P, D) -+
                                                 |                                                v
                                                 |   [system, visual tokens, question, Q query tokens] -> layers 0..6
                                                 +--------------------------------> EmbQ -> layers 7.. -> head

Shapes: B rows, T text positions, I pictures, N patches of a picture (of all its tiles), P visual tokens of a picture,
G query groups (one for each question), Q query tokens of a group, L longest question, D text width, V vision width,
E EmbQ width, H heads. `key_mapping` has the tensor names of the released checkpoints.
"""
