"""Methods of other papers that reduce the computation. Each method has a file of its own.

A method has two parts: a policy, which decides what a decoder leaves out of a prompt
(inference/reduced_core.py), and a function that measures a model and returns the policy's numbers. A
recipe (`recipe`) stores these numbers. `eas` is a method of another kind, which removes parts of the
model.

The modules of this package are imported only when a method is used.
"""
