"""Where the model looked: attention maps of one answer, computed beside the normal path, and drawn over the pictures.

`attention.py` computes the attention, `placement.py` places it on the pictures, `maps.py` has the arrays; `panels.py`
says what is drawn, `png.py` draws it, `explanation.py` writes files. Nothing imports this package until it is used.
"""
