"""The Lambda functions: a handler for each callback, for Rutter and for events."""

import gc
import os

# A cold start leaves no garbage, and collecting takes a tenth of it. `aws.prepare` ends the start.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()
