"""Vision-language models of others. transformers' tower, connector and image processor make the
embeddings of a picture; the decoder is the engine's, with its packed layers, 4 or 8 bits, KV cache,
batches, schemas and choices.

A model can be opened if its decoder

1. reads a picture as embeddings in place of placeholder tokens,
2. at consecutive positions, or at positions with three axes (time, row, column),
3. with causal attention,
4. and belongs to a family of sizes/families.py.

The number of placeholders may differ from picture to picture.

- `template`: a chat template as the strings around texts and pictures, rendered in a process of its
  own.
- `sizes`: the configuration.
- `network`: the model, with the names of its tensors and its tower.
- `pictures`: a picture as the tower reads it, with its ids in the prompt; the settings of its image
  processor, which are untrusted, and the memory that the largest picture takes.
"""
