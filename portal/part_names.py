"""The names of a stack's parts that the operators' commands look up."""

TABLE = "installations"
RUTTER_QUEUE = "rutter-connect"
RUTTER_FAILED_QUEUE = "rutter-failed"
