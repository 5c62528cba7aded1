"""FlashSloth (arXiv:2412.04317) as torch modules: the paper in code.

Most tokens of a prompt are visual tokens, so they take most of the time to the first token. FlashSloth
gives its decoder only a ninth of this number. Two modules preserve the information that would otherwise
be lost: spatial attention pooling (SAP) keeps what is salient in each window of patches, and the
embedded query module (EmbQ) later looks up, in all patches, what the question asks about. The modules
are best read in this order:

1. `vision`: the vision tower, and the projector to the decoder's width.
2. `pooling`: spatial attention pooling (SAP), from 729 patches to 81 visual tokens.
3. `query_groups`: where the questions and query tokens of a batch are, and which images each question
   sees.
4. `embq`: the nine query tokens after each question attend to that question, and then to the patches.
5. `network`: the whole model, with the weights of the decoder and of EmbQ.
6. `flashsloth/inference/decoder.py`: the forward of the decoder; EmbQ runs between two layers.

    pixels -> tower -> patch features (I, N, V) -> SAP -> projector -> visual tokens (I, P, D)
                                    |                                           |
                                    |        [system, visual tokens, question, query tokens] (B, T, D)
                                    |                                           |
                                    |                                      layers 0..6
                                    |                                           |
                                    +-------------------------------------> EmbQ -> layers 7.. -> logits

Letters of shapes, with the numbers of the released model:
    B rows of a batch, T positions of a row
    G query groups (one for each question), Q query tokens of a group (9), L longest question in tokens
    I images, M images of a group (the largest number in the batch)
    N patch features (729) and P visual tokens (81) of an image, counting all its tiles
    D text width (2560), V vision width (1152), E EmbQ width, F MLP width of the decoder
    H heads, d width of a head
    S side of the pixels (384)

The tower, the pooling and the projector treat each tile as an image. In these modules I is the number
of tiles, and N and P are the numbers of patch features and visual tokens of one tile. `key_mapping`
contains the tensor names of the released checkpoints. `flashsloth/hf/` implements the same model with
the interface of transformers. It also supports decoders and towers of other families, and layers from
other papers.
"""
