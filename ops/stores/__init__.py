"""Work with the stores that installed a stack's apps.

Functions that call AWS raise botocore's errors; `stack.opened` explains them.
"""
