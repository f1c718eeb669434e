"""The back end at a custom domain, with a hosted zone of the same program."""

import pytest

from local.backend import LocalBackend
from tests.examples.conftest import Deploy

pytestmark = pytest.mark.emulated


def test_the_zone_gets_the_records_of_the_domain_and_its_certificate(
    deployed: LocalBackend, deploy_example: Deploy
) -> None:
    outputs = deploy_example("custom_domain", domain="apps.example.com").outputs
    assert outputs["baseUrl"] == "https://apps.example.com"
    assert len(outputs["nameServers"]) >= 2
    aws = deployed.emulator.aws
    (zone,) = aws.route53.list_hosted_zones()["HostedZones"]
    records = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    leading = {each["Type"] for each in records if each["Name"] == "apps.example.com."}
    assert {"A", "AAAA"} <= leading
    assert any(each["Type"] == "CNAME" for each in records)
    (name,) = aws.apigatewayv2.get_domain_names()["Items"]
    assert name["DomainName"] == "apps.example.com"
