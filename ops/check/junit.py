"""Results of checks as JUnit XML, which CI systems show."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from ops.check.checks import Result
from portal.sheet.text import one_line


def junit_xml(results: Mapping[str, Sequence[Result]]) -> str:
    """A document with a test suite for each subject and a test case for each of its checks."""
    root = ET.Element("testsuites", name="ops check")
    for subject, checked in results.items():
        failures = sum(result.failure is not None for result in checked)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=one_line(subject),
            tests=str(len(checked)),
            failures=str(failures),
            skipped=str(sum(result.passed is None for result in checked)),
        )
        for result in checked:
            _add_case(suite, result)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ET.Element, result: Result) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=suite.attrib["name"],
        name=result.name,
        time=f"{result.seconds:.3f}",
    )
    if result.passed is None:
        ET.SubElement(case, "skipped", message=one_line(result.observed))
    if result.failure is not None:
        failure = ET.SubElement(case, "failure", message=one_line(str(result.failure)))
        failure.text = "\n".join(result.failure.commands)
