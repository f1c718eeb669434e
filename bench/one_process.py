"""Calls a function in a fresh interpreter: `one_process.py MODULE CALLS BEGAN FOLDER...`.

The folders are added to the import path. Reads an event as JSON from standard input. Prints one
line of JSON: the CPU seconds of the process, and the function's answers. If BEGAN, the monotonic
time of its start, is not 0, they are elapsed seconds, and pauses between calls refill a CPU quota.
"""

import importlib
import json
import os
import sys
import time
from types import SimpleNamespace

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)


def main(module: str, calls: str, began: str, *folders: str) -> None:
    """Call it once as a cold start, then CALLS times warm."""
    clock, pause = (time.monotonic, 0.05) if float(began) else (time.process_time, 0)
    sys.path.extend(folders)
    # Lambda's runtime does not have it, and PyJWT imports it if it can.
    sys.modules["cryptography"] = None  # type: ignore[assignment]
    report, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: PTH123, SIM115 (it logs here)
    event, count = json.load(sys.stdin), int(calls)
    handler = importlib.import_module(module).handler
    start = clock()
    answers, warm = [handler(event, CONTEXT)], 0.0
    cold = clock()
    for _ in range(count):
        time.sleep(pause)
        warm -= clock()
        answers.append(handler(event, CONTEXT))
        warm += clock()
    start, cold = start - float(began), cold - float(began)
    seconds = {"start": start, "first": cold - start, "cold": cold, "warm": warm / count}
    report.write(json.dumps({"seconds": seconds, "answers": answers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
