"""The settings of a stack.

`model` describes each setting, `checks` finds problems in given values, and `stack` reads a stack's
configuration.
"""
