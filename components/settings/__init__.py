"""The settings of a stack: the model, its checks, and where the values come from.

`model` describes each setting, `checks` checks given values, `stack` and `files` read a stack's.
"""
