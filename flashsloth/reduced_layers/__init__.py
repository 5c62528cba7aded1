"""Modules of other papers, which compute less of a picture: the router of layers that visual tokens may skip, and the
adapter in the place of an attention. The layers with them are in `hf`; what is measured, searched and merged for them is
in `reduction`."""
