"""The command line for operators: `python -m ops COMMAND`."""

import io
import os
import sys
from collections.abc import Sequence

from ops.app import app
from ops.errors import CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status.

    0: success; 1: a check failed; 2: wrong use, or another error; 130: interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's encoding is
    try:
        return _status(arguments)
    except OSError as error:
        # Python must not write the rest when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # such as `head`
            return 0
        sys.stderr.write(f"Could not write the output: {error.strerror}.\n")
        return 2


def _status(arguments: Sequence[str] | None) -> int:
    try:
        return int(app(arguments, result_action="return_int_as_exit_code_else_zero"))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
