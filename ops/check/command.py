"""`check`: whether the deployed callbacks work."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ops import files
from ops.check.documents import junit_xml, results_json
from ops.check.report import check_deployment
from ops.options import SELECTED, Apps, Json, Target, chosen_apps
from ops.terminal import plain_console


def run(
    *,
    target: Target = SELECTED,
    app: Apps = (),
    wait: Annotated[float, Parameter(validator=Number(gte=0))] = 60,
    junit: Path | None = None,
    json: Json = False,
) -> int:
    """Print the results, and return 1 if a check failed.

    Args:
        app: Only this app, by its organization ID. You can repeat the option.
        wait: Seconds to retry calls that a fresh deployment may not answer yet. Default: 60.
        junit: Write the results to this file too, as JUnit XML.
    """
    outputs = target.outputs()
    apps = chosen_apps(outputs, app)
    if junit is not None:
        files.write(junit, "", append=True)  # if it cannot be written, say so before the checks
    results = check_deployment(outputs, apps, plain_console(stderr=json), wait)
    if json:
        sys.stdout.write(results_json(results))
    if junit is not None:
        files.write(junit, junit_xml(results))
    failed = any(each.outcome == "failed" for checked in results.values() for each in checked)
    if failed and not json:
        sys.stdout.write("See docs/troubleshooting.md#the-check-fails\n")
    return 1 if failed else 0
