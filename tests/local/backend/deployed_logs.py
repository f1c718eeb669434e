"""The logs of the deployed functions, which must not contain secrets."""

from local.backend import LocalBackend


def logged(backend: LocalBackend) -> str:
    """Return the functions' logs and the API's access log."""
    logs = backend.emulator.aws.logs
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    pages = (
        page
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    )
    return "\n".join(event["message"] for page in pages for event in page["events"])


def secrets(backend: LocalBackend) -> set[str]:
    """Return codes, tokens and secrets, and the common parts of payloads and addresses."""
    bigcommerce = backend.bigcommerce
    codes = set(bigcommerce.token_endpoint._codes)
    tokens = {each.access_token for each in bigcommerce.installations.values()}
    client_secrets = {app.client_secret for app in backend.apps}
    return {"eyJ", "@example.com"} | codes | tokens | client_secrets


def assert_no_secret_was_logged(backend: LocalBackend) -> None:
    """Fail if a log contains a code, payload, token, secret or email address."""
    text = logged(backend)
    assert "callback answered" in text  # else the logs are empty
    assert not {secret for secret in secrets(backend) if secret in text}
