"""The embedded AWS as a process that cannot outlive the one that started it.

Standard input is a pipe whose other end only the parent holds: when the parent is gone, whatever
ended it, the pipe closes. ministack's Lambda workers are in the same process group.
"""

import os
import signal
import sys
import threading


def end_group_when_closed(pipe: int) -> None:
    """Kill this process's group once the pipe with this file descriptor has no writer."""
    os.read(pipe, 1)  # not sys.stdin: its lock would be held when the interpreter ends
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    from ministack.app import main

    watch = threading.Thread(target=end_group_when_closed, args=(sys.stdin.fileno(),), daemon=True)
    watch.start()
    main()
