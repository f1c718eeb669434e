"""How a deployment is checked: by the command, or in this process, with what it answers changed."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from local.backend import LocalBackend
from ops.check.check import Result, Results
from ops.http_client import Client, Response

A, B = "App A (org-a)", "App B (org-b)"


def aws_environment(backend: LocalBackend) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": backend.emulator.endpoint_url,
    }


def set_environment(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def outputs_text(backend: LocalBackend) -> str:
    return json.dumps(backend.outputs["operations"])


Check = Callable[[str], tuple[Results, str]]


def failures(results: Results, subject: str) -> dict[str, Result]:
    return {each.name: each for each in results[subject] if each.outcome == "failed"}


@contextmanager
def secret(backend: LocalBackend, organization_id: str, content: str) -> Iterator[None]:
    client = backend.emulator.aws.client("secretsmanager")
    id_ = backend.outputs["credentialSecretArns"][organization_id]
    before = client.get_secret_value(SecretId=id_)["SecretString"]
    client.put_secret_value(SecretId=id_, SecretString=content)
    try:
        yield
    finally:
        client.put_secret_value(SecretId=id_, SecretString=before)


Change = Callable[[str, Response], Response]


def between(monkeypatch: pytest.MonkeyPatch, change: Change) -> list[str]:
    """Change what the deployment answers, and list the paths: `load?` is one with a query."""
    asked: list[str] = []
    get = Client.get

    def get_changed(self: Client, url: str, query: Mapping[str, str] | None = None) -> Response:
        asked.append(urlsplit(url).path + ("?" if query else ""))
        return change(asked[-1], get(self, url, query))

    monkeypatch.setattr(Client, "get", get_changed)
    return asked
