"""Methods of other papers that reduce the computation, one in each file. A method consists of a policy,
which decides what a decoder leaves out (inference/reduced_core.py), and a recipe, which stores the
numbers measured for it.

Modules of this package are imported only when a method is used.
"""
