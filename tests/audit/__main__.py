"""Scans the program's resources, as `make audit` does: every finding is fixed or waived.

`python -m tests.audit CHECKOV` records the resources of a configuration with every option. The
command CHECKOV scans them as a plan. Then the findings are compared with waivers.yaml.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.audit.plan import terraform_plan
from tests.audit.waivers import differences, waivers
from tests.components.recordings import Recorder
from tests.components.stacks import ACME, APP_URL, CLIENT_ID, CUSTOMIZED, HANDOFF_KEY, with_app

RUTTER = {"clientId": "acme", "webhooks": True}
# Every optional resource, with the defaults of every setting that has one.
AUDITED = with_app(clientId=CLIENT_ID, appUrl=APP_URL, rutter=RUTTER) | {
    "clientSecrets": {ACME: "client-secret"},
    "handoffKeys": {ACME: HANDOFF_KEY},
    "rutterClientSecrets": {ACME: "client-secret"},
    "domain": {"name": "apps.example.com", "hostedZoneId": "Z0123456789ABCDEFGHIJ"},
    "monitoring": CUSTOMIZED["monitoring"],
    "events": True,
}


def scan(checkov: str, plan: dict[str, Any], folder: Path) -> dict[str, Any]:
    file = folder / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    command = [checkov, "--framework", "terraform_plan", "--file", str(file), "--output", "json"]
    # Exit code 1 says that there are findings.
    done = subprocess.run(
        [*command, "--compact", "--quiet", "--skip-download"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        sys.exit(f"checkov failed:\n{done.stderr or done.stdout}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main(checkov: str) -> int:
    """Scan, print the findings that are neither fixed nor waived; return the exit status."""
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        with console.status("Evaluating the program"):
            recording = Recorder()(AUDITED)
        plan = terraform_plan(recording)
        with console.status("Scanning with checkov"):
            report = scan(checkov, plan, Path(folder))
    found = {(each["check_id"], each["resource"]) for each in report["results"]["failed_checks"]}
    names = {each["check_id"]: each["check_name"] for each in report["results"]["failed_checks"]}
    summary = report["summary"]
    planned = len(plan["planned_values"]["root_module"]["resources"])
    problems = differences(found, names, waivers())
    if summary["parsing_errors"] or summary["resource_count"] != planned:
        problems.append(f"checkov read {summary['resource_count']} of {planned} resources")
    for problem in problems:
        console.print(problem, markup=False, soft_wrap=True)
    console.print(
        f"{planned} resources, {summary['passed']} checks passed, {len(found)} findings of "
        f"{len(names)} kinds waived" + (f"; {len(problems)} problems" if problems else "")
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
