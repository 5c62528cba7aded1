"""A simulated card: torch's CPU build believes that there is a CUDA card or Apple's GPU.

Tensors there say `cuda:0` or `mps:0`, and their values are in the processor's memory. So whole commands
give real answers; what a card refuses is refused; what the host would wait for is counted. Needs g++
and torch's CPU build on Linux. It does not show speed, rounding, which kernel is chosen, races between
streams or what an allocator wastes.
"""
