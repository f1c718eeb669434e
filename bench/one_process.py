"""Calls a function in a fresh interpreter: `python -I -S one_process.py MODULE CALLS FOLDER...`.

The folders are added to the import path. Reads an event as JSON from standard input. Prints one
line of JSON: the CPU seconds of the process, and the function's answers.
"""

import importlib
import json
import os
import sys
import time
from types import SimpleNamespace

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)


def main(module: str, calls: str, *folders: str) -> None:
    """Call it once as a cold start, then CALLS times warm."""
    sys.path.extend(folders)
    # Lambda's runtime does not have it, and PyJWT imports it if it can.
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    report, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 (it logs here)
    event, count = json.load(sys.stdin), int(calls)
    handler = importlib.import_module(module).handler
    start = time.process_time()
    answers = [handler(event, CONTEXT)]
    cold = time.process_time()
    answers += [handler(event, CONTEXT) for _ in range(count)]
    warm = (time.process_time() - cold) / count
    seconds = {"start": start, "first": cold - start, "cold": cold, "warm": warm}
    report.write(json.dumps({"seconds": seconds, "answers": answers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
