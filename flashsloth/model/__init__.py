"""FlashSloth as torch modules. Read in this order: pooling, embq, query_groups, text_model, vision, modeling.

    pixels -> VisionTower -> features (I, N, V) -+-> SAP -> Projector -> visual tokens (I, P, D) -+
                                                 |                                                v
                                                 |   [system, visual tokens, question, Q query tokens] -> layers 0..6
                                                 +--------------------------------> EmbQ -> layers 7.. -> head

Shapes, named once and used everywhere: B rows, T text positions, I pictures, N patches of a picture (all its tiles),
P pooled patches of it, G query groups (one a question), Q query tokens of a group, L longest question, D text width,
V vision width, E EmbQ width, H heads. `conversion` holds nothing but the released checkpoints' names.
"""
