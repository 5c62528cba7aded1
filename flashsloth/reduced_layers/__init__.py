"""Layers and a tower of other papers, which compute less of a picture. Where the configuration has them, `model` builds
them in; otherwise nothing of this folder runs. What is measured, searched and merged for them is in `reduction`."""
