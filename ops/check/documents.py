"""Write results of checks as JSON and as JUnit XML."""

import json
from io import BytesIO

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from ops.check.check import Result, Results
from portal.sheet.text import one_line


def results_json(results: Results) -> str:
    """Return a list with an object for each check, which has the attributes of its result."""
    rows = [
        {
            "subject": subject,
            "check": each.name,
            "outcome": each.outcome,
            "found": each.found,
            "commands": list(each.commands),
            "seconds": round(each.seconds, 3),
        }
        for subject, checked in results.items()
        for each in checked
    ]
    return json.dumps(rows, indent=2) + "\n"


def junit_xml(results: Results) -> str:
    """Return a document with a suite for each subject; warnings and unknown results are skipped."""
    document = JUnitXml("check")
    for subject, checked in results.items():
        suite = TestSuite(one_line(subject))
        suite.add_testcases([_case(suite.name, each) for each in checked])
        document.add_testsuite(suite)
    written = BytesIO()
    document.write(written)
    return written.getvalue().decode()


def _case(subject: str, result: Result) -> TestCase:
    case = TestCase(result.name, subject, round(result.seconds, 3))
    if result.outcome != "passed":
        kind = Failure if result.outcome == "failed" else Skipped
        answer = kind(one_line(result.found))
        answer.text = "\n".join(result.commands)
        case.result = [answer]
    return case
