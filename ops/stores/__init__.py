"""Work with the stores that installed a stack's apps.

Whatever calls AWS raises botocore's errors; `stack.opened` explains them.
"""
