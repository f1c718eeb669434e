"""How much of the program's call stack a resource keeps in Pulumi's state."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The innermost: five to seven of the SDK, which it leaves out, then those that name a resource.
_FRAMES = 8


@contextmanager
def short_stack_traces() -> Iterator[None]:
    """Keep of a resource's stack trace the lines that name it, and not those below them.

    The SDK notes every line down to the interpreter's start with each resource, and the engine
    keeps them in the state: 2 KB a resource. An error that leaves the block is shown whole.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _FRAMES
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
