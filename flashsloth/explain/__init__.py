"""Where the model looked: attention maps of one answer, computed beside the normal path, and drawn over
the pictures.

`attention.py` computes the attention, `maps.py` places it on the pictures, `drawing.py` draws,
`explanation.py` puts these together. Nothing imports this package until it is used.
"""
