"""Calls one function of a bundle in an interpreter where nothing else is installed.

`python -I -S isolated_function.py BUNDLE AWS FUNCTION`: as in Lambda, BUNDLE (a folder) comes first
and AWS (a folder with boto3 and what it needs) after it. It reads an event as JSON, and calls the
function with it three times. Then it prints one line of JSON:

- `files`: the file of each imported module outside the standard library, by name
- `answers`: what the function returned
- `loads`: how often certificates were loaded for AWS
- `prepared`: how many clients of other services existed before the first event
- `collects`: whether the garbage collector worked when botocore was imported, and after the events
"""

import gc
import importlib
import json
import ssl
import sys
import sysconfig
from typing import Any

loads: list[object] = []
collects: list[bool] = []


class Context:
    """Lambda's context of a call that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda stops the function."""
        return 15_000


def counted(context: ssl.SSLContext, *arguments: Any) -> None:
    """Load certificates, as a context does."""
    loads.append(arguments)
    load_verify_locations(context, *arguments)


def noticed(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "import" and arguments[0] == "botocore":
        collects.append(gc.isenabled())


load_verify_locations = ssl.SSLContext.load_verify_locations


def main(bundle: str, aws: str, function: str) -> None:
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    sys.path = [bundle, *sys.path, aws]
    setattr(ssl.SSLContext, "load_verify_locations", counted)  # noqa: B010
    sys.addaudithook(noticed)
    event = json.load(sys.stdin)
    handler = importlib.import_module(f"lambdas.{function}").handler
    https = sys.modules.get("lambdas.shared.https")
    prepared = https.client.cache_info().currsize if https else 0
    answers = [handler(event, Context()) for _ in range(3)]
    files = {
        name: file
        for name, module in sorted(sys.modules.items())
        if module is not sys.modules["__main__"]
        if (file := getattr(module, "__file__", None)) and not file.startswith(standard)
    }
    report = {
        "files": files,
        "answers": answers,
        "loads": len(loads),
        "prepared": prepared,
        "collects": [*collects, gc.isenabled()],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
