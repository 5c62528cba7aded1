"""Attention maps of an answer: where on the pictures the model looked. They are computed in a separate
forward pass and drawn over the pictures.

`attention.py` computes the attention, `maps.py` maps it onto the pictures, `drawing.py` draws, and
`explanation.py` combines these. The package is imported only when it is used.
"""
