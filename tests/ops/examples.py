"""Registrations to render, and outputs to read them from."""

import json
from typing import Any

from ops.outputs import Outputs, read_outputs
from portal.model import AppRegistration, Registration

BASE_URL = "https://apps.example.com"
OLD_BASE_URL = "https://abc123.execute-api.us-east-1.amazonaws.com"
GLOBEX = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CLIENT_ID = "1abcdefghijklmnopqrstuvwxyz23456"


def app(organization_id: str = "acme", **values: Any) -> AppRegistration:
    """An app that awaits registration, or what the values make of it."""
    fields: dict[str, Any] = {
        "organization_id": organization_id,
        "name": "Acme & Sons",
        "base_url": BASE_URL,
        "scopes": ("store_v2_products_read_only", "store_v2_orders"),
        "multiple_users": True,
        "support_url": "https://support.example.com",
    }
    return AppRegistration.model_validate(fields | values)


def ready(organization_id: str = "acme", **values: Any) -> AppRegistration:
    """An app that has its credentials, with the URLs of this deployment in the portal."""
    return app(
        organization_id, **{"client_id": CLIENT_ID, "registered_base_url": BASE_URL} | values
    )


def registration(*apps: AppRegistration) -> Registration:
    return Registration(
        stack="dev",
        login_url="https://login.bigcommerce.com",
        frame_ancestors=("https://*.mybigcommerce.com", "https://*.bigcommerce.com"),
        log_retention_days=30,
        apps=apps,
    )


def many(count: int) -> Registration:
    """A stack with apps `org-0`, `org-1` and so on, every second of them ready."""
    return registration(
        *(
            (app, ready)[number % 2](f"org-{number}", name=f"App {number}")
            for number in range(count)
        )
    )


def outputs_json(of: Registration) -> str:
    """The stack's outputs as the CLI prints them, as far as they are read."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:bigcommerce/dev/{}-AbCdEf"
    arns = {each.organization_id: arn.format(each.organization_id) for each in of.apps}
    outputs = {"registration": of.as_output(), "credentialSecretArns": arns, "baseUrl": BASE_URL}
    return json.dumps(outputs)


def outputs(of: Registration, given: str = "") -> Outputs:
    """The same as they are read."""
    return read_outputs(outputs_json(of), given)


# One app at each stage, with every kind of scope warning.
EVERY_STAGE = registration(
    ready(
        GLOBEX,
        name="Globex *Sync*",
        partner_id="4711",
        scopes=("store_v2_information_read_only",),
        rutter=True,
        rutter_webhooks=True,
    ),
    ready(
        "initech",
        name="Initech",
        partner_id="4711",
        registered_base_url=OLD_BASE_URL,
        multiple_users=False,
        support_url=None,
        scopes=("store_payments_access_token_create", "store_content_checkout"),
    ),
    ready("hooli", name="Hooli", registered_base_url=None, scopes=("account_apps_read",)),
    app("acme"),
    app("umbrella", name="Umbrella <b>", registered_base_url=BASE_URL),
)
