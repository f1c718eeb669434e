"""Stacks for tests: configuration as in Pulumi.<stack>.yaml, without namespaces."""

import copy
import re
from collections.abc import Mapping
from typing import Any

ACME = "acme"
GLOBEX = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CLIENT_ID = "1abcdefghijklmnopqrstuvwxyz23456"
CLIENT_SECRET = "s3cr3t0fTheGlobexApp"

ACME_APP: dict[str, Any] = {
    "organizationId": ACME,
    "name": "Acme & Sons",
    "scopes": ["store_v2_products_read_only", "store_v2_orders"],
}
GLOBEX_APP: dict[str, Any] = {
    "organizationId": GLOBEX,
    "name": "Globex *Sync*",
    "partnerId": "4711",
    "scopes": ["store_v2_information_read_only"],
    "multipleUsers": False,
    "supportUrl": "https://support.example.com/globex",
}
REGISTERED_GLOBEX_APP = GLOBEX_APP | {"clientId": CLIENT_ID}
APP_URL = "https://app.example.com/bigcommerce"
HANDOFF_KEY = "8c1f0a9b7d6e5f4a3b2c1d0e9f8a7b6c"
WITH_APP_URL: dict[str, Any] = {
    "apps": [REGISTERED_GLOBEX_APP | {"appUrl": APP_URL}],
    "clientSecrets": {GLOBEX: CLIENT_SECRET},
    "handoffKeys": {GLOBEX: HANDOFF_KEY},
}
RUTTER_CLIENT_SECRET = "r4tt3rSecretOfGlobex"
RUTTER: dict[str, Any] = {
    "apps": [
        REGISTERED_GLOBEX_APP | {"rutter": {"clientId": "globex-at-rutter", "webhooks": True}},
        ACME_APP,
    ],
    "clientSecrets": {GLOBEX: CLIENT_SECRET},
    "rutterClientSecrets": {GLOBEX: RUTTER_CLIENT_SECRET},
}
CLIENT_SECRETS = {GLOBEX: CLIENT_SECRET}

AWAITING: dict[str, Any] = {"apps": [GLOBEX_APP]}
READY: dict[str, Any] = {"apps": [REGISTERED_GLOBEX_APP], "clientSecrets": CLIENT_SECRETS}
TWO_APPS: dict[str, Any] = {
    "apps": [REGISTERED_GLOBEX_APP, ACME_APP],
    "clientSecrets": CLIENT_SECRETS,
}

DOMAIN = {
    "name": "apps.example.com",
    "certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/5d1c",
    "hostedZoneId": "Z0123456789ABCDEFGHIJ",
}
# The DNS is not in Route 53.
DOMAIN_ELSEWHERE = {name: DOMAIN[name] for name in ("name", "certificateArn")}
BOUNDARY_ARN = "arn:aws:iam::123456789012:policy/boundary"
RESERVED = {"auth": 3, "load": 4, "uninstall": 5, "removeUser": 6}
# Every setting differs from its default.
CUSTOMIZED: dict[str, Any] = READY | {
    "throttle": {
        "auth": {"rate": 7.5, "burst": 9},
        "load": {"rate": 51},
        "uninstall": {"burst": 99},
        "removeUser": {"rate": 1, "burst": 2},
        "rutterWebhook": {"rate": 3, "burst": 4},
    },
    "logRetentionDays": 90,
    "uninstalledRetentionDays": 5,
    "protect": False,
    "permissionsBoundaryArn": BOUNDARY_ARN,
    "functions": {"memorySize": 1769, "tracing": True, "reservedConcurrency": RESERVED},
    "domain": DOMAIN,
    "monitoring": {
        "emails": ["oncall@example.com"],
        "httpsEndpoints": ["https://events.example.com/alarms"],
        "silenceHours": 24,
    },
    "events": True,
    "bigcommerce": {
        "loginUrl": "https://login.example.com",
        "frameAncestors": ["https://a.example.com", "https://b.example.com"],
    },
}
# Everything that adds resources, including the domain's certificate.
EVERYTHING: dict[str, Any] = {
    **CUSTOMIZED,
    **RUTTER,
    "domain": {name: DOMAIN[name] for name in ("name", "hostedZoneId")},
}
EVERYTHING_WRONG: dict[str, Any] = {
    "apps": [
        GLOBEX_APP | {"clientId": "not an id", "scopes": ["store_v2_ordres"]},
        {"organizationId": GLOBEX, "name": "Again", "scopes": ["store_v2_orders"]},
        ACME_APP,
    ],
    "clientSecrets": {GLOBEX: CLIENT_SECRET, "nobody": CLIENT_SECRET},
    "throttle": {"auth": {"rate": -1}},
    "protect": "maybe",
}

MISSING = object()


VALID: dict[str, Any] = {
    "apps": [ACME_APP],
    "domain": DOMAIN_ELSEWHERE,
    "bigcommerce": {"frameAncestors": ["https://a.example.com"]},
    "monitoring": {"emails": ["a@b.co"], "httpsEndpoints": ["https://a"]},
}


def having(key: str, value: Any, valid: Mapping[str, Any] = VALID) -> dict[str, Any]:
    """Return a valid configuration with this value at a key's path."""
    config: Any = copy.deepcopy(valid)
    *path, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", key)]
    place = config
    for part in path:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return dict(config)


def with_app(**changes: Any) -> dict[str, Any]:
    return {"apps": [ACME_APP | changes]}


def with_setting(key: str, value: Any) -> dict[str, Any]:
    return {"apps": [ACME_APP], key: value}
