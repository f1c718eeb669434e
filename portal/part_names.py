"""The names within a stack of the parts that the operator's commands look up by them."""

TABLE = "installations"
RUTTER_QUEUE = "rutter-connect"
RUTTER_FAILED_QUEUE = "rutter-failed"
