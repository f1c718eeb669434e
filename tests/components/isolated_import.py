"""Imports and calls the handlers of a bundle where nothing else is installed.

`python -I -S isolated_import.py BUNDLE AWS`: as in Lambda, BUNDLE (a folder) comes first and AWS
(a folder with boto3 and what it needs) after it. Prints one line of JSON: `files`, the file of each
imported module that is not the standard library's, by name; `statuses`, what each handler answered.
"""

import importlib
import json
import os
import sys
import sysconfig

HANDLERS = ("auth", "load", "uninstall", "remove_user", "rutter_webhook")
# Answered without AWS, and with a page of the bundle's templates where a browser asked.
EVENT = {
    "pathParameters": {"organization_id": "not an id"},
    "queryStringParameters": {},
    "requestContext": {"requestId": "request-1", "http": {"method": "GET", "path": "/"}},
}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "FRAME_ANCESTORS": "https://*.mybigcommerce.com",
    "SERVICE_NAME": "isolated",
}


class Context:
    """Lambda's context of a call that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda stops the function."""
        return 15_000


def main(bundle: str, aws: str) -> None:
    """Import, call and report."""
    os.environ.update(ENVIRONMENT)
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    sys.path = [bundle, *sys.path, aws]
    handlers = {name: importlib.import_module(f"lambdas.{name}").handler for name in HANDLERS}
    for name in ("rutter_handoff", "store_events"):
        importlib.import_module(f"lambdas.{name}")
    statuses = {name: handler(EVENT, Context())["statusCode"] for name, handler in handlers.items()}
    files = {
        name: file
        for name, module in sorted(sys.modules.items())
        if module is not sys.modules["__main__"]
        if (file := getattr(module, "__file__", None)) and not file.startswith(standard)
    }
    print(json.dumps({"files": files, "statuses": statuses}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
