"""The plan that `make audit` scans, and its comparison of findings, without the scanner."""

import pytest

from tests.audit.plan import terraform_plan
from tests.audit.waivers import Waiver, differences
from tests.components.recorder import Recording


def test_plan_has_every_resource_in_the_words_of_terraform(customized: Recording) -> None:
    plan = terraform_plan(customized)
    resources = plan["planned_values"]["root_module"]["resources"]
    assert len(resources) == len([each for each in customized.resources if each.custom])
    by_address = {each["address"]: each["values"] for each in resources}
    table = by_address["aws_dynamodb_table.installations"]
    assert table["point_in_time_recovery"] == [{"enabled": True}]
    assert {"name": "pk", "type": "S"} in table["attributes"]
    (environment,) = by_address["aws_lambda_function.load"]["environment"]
    assert environment["variables"]["TABLE_NAME"] == "bigcommerce-test-installations"
    after = {each["address"]: each["change"]["after"] for each in plan["resource_changes"]}
    assert after == by_address


WAIVED = [Waiver("CKV_1", ("aws_a.*", "aws_b.x"), "It is a test.")]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({("CKV_1", "aws_a.x"), ("CKV_1", "aws_a.y"), ("CKV_1", "aws_b.x")}, []),
        (
            {("CKV_1", "aws_a.x"), ("CKV_1", "aws_b.x"), ("CKV_1", "aws_b.y")},
            ["CKV_1 aws_b.y: Wrong. Fix it, or add a reason to waivers.yaml."],
        ),
        (
            {("CKV_1", "aws_a.x"), ("CKV_2", "aws_b.x")},
            [
                "CKV_2 aws_b.x: Wrong. Fix it, or add a reason to waivers.yaml.",
                "CKV_1 aws_b.x: no finding matches. Remove it from waivers.yaml.",
            ],
        ),
    ],
)
def test_unwaived_findings_and_idle_waivers(found: set[tuple[str, str]], said: list[str]) -> None:
    assert differences(found, {"CKV_1": "Wrong", "CKV_2": "Wrong"}, WAIVED) == said
