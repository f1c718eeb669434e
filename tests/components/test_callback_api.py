"""CallbackApi: routes, throttles, access log and custom domain."""

import json

import pytest

from components.callbacks import CALLBACKS, Callback
from tests.components.recorder import API_ID, Recording, Resource
from tests.components.recordings import Recorder
from tests.components.stacks import CUSTOMIZED, DOMAIN, DOMAIN_ELSEWHERE

each_callback = pytest.mark.parametrize("callback", CALLBACKS, ids=lambda each: each.name)


@each_callback
def test_route_waits_for_its_function(awaiting: Recording, callback: Callback) -> None:
    """tests/local/backend shows that the deployed routes lead to their functions."""
    route = awaiting.one("Route", callback.name)
    integration = awaiting.one("Integration", callback.name)
    assert {integration.urn, awaiting.one("Permission", callback.name).urn} <= set(route.depends_on)
    always = {"integrationMethod": "POST", "payloadFormatVersion": "2.0"}
    assert integration.inputs.items() >= always.items()


def throttles(stage: Resource) -> dict[str, tuple[float, int]]:
    """Rate and burst of each route, by its path's end."""
    return {
        each["routeKey"].rpartition("/")[2]: (
            each["throttlingRateLimit"],
            each["throttlingBurstLimit"],
        )
        for each in stage.inputs["routeSettings"]
    }


def test_stage_deploys_and_throttles_each_route(awaiting: Recording, customized: Recording) -> None:
    stage = awaiting.one("Stage")
    assert stage.inputs["autoDeploy"] is True
    # API Gateway refuses settings of a route that does not exist yet.
    assert {route.urn for route in awaiting.all("Route")} <= set(stage.depends_on)
    assert throttles(stage) == {
        "redirect-url": (10, 20),
        "load": (50, 100),
        "uninstall": (50, 100),
        "remove-user": (50, 100),
    }
    # What is left out of a setting is that callback's default.
    assert throttles(customized.one("Stage")) == {
        "redirect-url": (7.5, 9),
        "load": (51, 100),
        "uninstall": (50, 99),
        "remove-user": (1, 2),
    }


def test_access_log_has_no_text_of_the_caller(awaiting: Recording, customized: Recording) -> None:
    assert customized.one("LogGroup", "access-log").inputs["retentionInDays"] == 90
    log_group = awaiting.one("LogGroup", "access-log")
    settings = awaiting.one("Stage").inputs["accessLogSettings"]
    assert settings["destinationArn"] == (
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/bigcommerce-test-callbacks"
    )
    assert log_group.inputs["retentionInDays"] == 30
    # API Gateway makes all of them: what a caller wrote could end its field and begin others.
    assert set(json.loads(settings["format"]).values()) == {
        f"$context.{variable}"
        for variable in (
            *("requestId", "requestTime", "identity.sourceIp", "httpMethod", "routeKey", "status"),
            *("responseLength", "responseLatency", "integrationLatency"),
            *("integrationErrorMessage", "error.message"),
        )
    }


def test_custom_domain_has_a_certificate_a_mapping_and_alias_records(customized: Recording) -> None:
    domain = customized.one("DomainName").inputs
    assert domain["domainNameConfiguration"] == {
        "certificateArn": DOMAIN["certificateArn"],
        "endpointType": "REGIONAL",
        "ipAddressType": "dualstack",
        "securityPolicy": "TLS_1_2",
    }
    mapping = {"apiId": API_ID, "stage": "$default"}
    assert customized.one("ApiMapping").inputs.items() >= mapping.items()
    alias = {"name": "d-1.example.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    assert [each.inputs["aliases"] for each in customized.all("Record")] == [[alias]] * 2
    assert customized.one("Api").inputs["disableExecuteApiEndpoint"] is True
    assert customized.outputs["baseUrl"] == "https://apps.example.com"


def test_custom_domain_without_a_certificate_gets_one_that_a_record_validates(
    everything: Recording,
) -> None:
    record = {"records": ["_b.example.net."], "ttl": 300, "allowOverwrite": True}
    assert everything.one("Record", "certificate").inputs.items() >= record.items()
    validation = everything.one("CertificateValidation")
    name = everything.one("DomainName")
    arn = name.inputs["domainNameConfiguration"]["certificateArn"]
    assert arn == validation.inputs["certificateArn"]
    assert validation.urn in name.depends_on


def test_custom_domain_with_dns_elsewhere_has_no_record(record: Recorder) -> None:
    recording = record(CUSTOMIZED | {"domain": DOMAIN_ELSEWHERE})
    assert recording.one("ApiMapping").inputs["domainName"] == "apps.example.com"
    assert not recording.all("Record")
