"""Attention maps of an answer: where on the pictures the model looked. They are computed in a separate
forward pass and drawn over the pictures.

`attention.py` computes the attention, `maps.py` maps it onto the pictures, and `explanation.py` draws
the maps. The package is imported only when it is used.
"""
