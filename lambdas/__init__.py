"""What runs in AWS: a handler for each callback, for Rutter and for events, and what they use."""

import gc
import os

# What a start makes stays, and to look for garbage in it takes a tenth of the start. `aws.prepare`
# ends the start.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()
