"""FlashSloth (arXiv:2412.04317) as torch modules. Read vision, pooling, embq, query_groups, query_tokens, text_model,
modeling; then packed_decoder and kv_cache, the same decoder with two matrix products a layer, which answers, and
fused_tower, the same tower in fewer passes on a CPU.

    pixels -> VisionTower -> patch features (I, N, V) -> SAP -> Projector -> visual tokens (I, P, D)
                                    |                                           |
                                    |        [system, visual tokens, question, query tokens] (B, T, D)
                                    |                                           |
                                    |                                      layers 0..6
                                    |                                           |
                                    +----------------------------------------> EmbQ -> layers 7.. -> head -> logits

Letters of shapes:
    B rows, T text positions, G query groups (one for each question), Q query tokens of a group, L longest question
    I images, M images of a group (the most of any), N patch features and P visual tokens of an image (all its tiles)
    D text width, V vision width, E EmbQ width, F MLP width of the decoder, H heads, d width of a head
    S side of the pixels

The tower, the pooling and the projector treat tiles as images: there I counts tiles, and N and P are those of one tile.
`key_mapping` has the tensor names of the released checkpoints.
"""
