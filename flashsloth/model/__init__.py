"""FlashSloth (arXiv:2412.04317) as torch modules. Read them in this order, twenty minutes in all:

1. `vision`: the tower, and the projector to the decoder's width.
2. `pooling`: spatial attention pooling (SAP), 729 patches to 81 visual tokens.
3. `query_groups`: which rows are questions and query tokens, and which images each question sees.
4. `embq`: the nine learned tokens after each question, and how they attend to it, then to the patches.
5. `text_model`: the weights of the decoder, and EmbQ's.
6. `network`: all of it.
7. `flashsloth/inference/packed_decoder.py`: the decoder's forward, where EmbQ enters between two
   layers.

    pixels -> tower -> patch features (I, N, V) -> SAP -> projector -> visual tokens (I, P, D)
                                    |                                           |
                                    |        [system, visual tokens, question, query tokens] (B, T, D)
                                    |                                           |
                                    |                                      layers 0..6
                                    |                                           |
                                    +-------------------------------------> EmbQ -> layers 7.. -> logits

Letters of shapes:
    B rows, T text positions
    G query groups (one for each question), Q query tokens of a group, L longest question
    I images, M images of a group (the most of any)
    N patch features and P visual tokens of an image (all its tiles)
    D text width, V vision width, E EmbQ width, F MLP width of the decoder, H heads, d width of a head
    S side of the pixels

The tower, the pooling and the projector treat tiles as images: there I counts tiles, and N and P are
those of one tile. `key_mapping` has the tensor names of the released checkpoints. The same model behind
transformers' interface, with the decoders and towers of other families and with layers of other papers,
is in `flashsloth/hf/`.
"""
