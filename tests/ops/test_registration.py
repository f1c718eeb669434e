"""Links, warnings and the next step of a registration, and the values that it refuses."""

from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import ValidationError

from ops.errors import CommandError
from ops.options import chosen_apps
from portal.model import AppRegistration, Registration
from portal.oauth_scopes import OAUTH_SCOPES
from portal.sheet.commands import Commands
from portal.sheet.install_links import install_links
from portal.sheet.progress import next_step
from portal.sheet.review import scope_warnings
from tests.ops.examples import (
    CLIENT_ID,
    EVERY_STAGE,
    OLD_BASE_URL,
    app,
    outputs,
    ready,
    registration,
)


@pytest.mark.parametrize(
    ("of_app", "hostile"),
    [
        (False, {"stack": "dev; rm -rf ~"}),
        (False, {"stack": "$(id)"}),
        (False, {"loginUrl": "javascript:alert(1)"}),
        (False, {"apps": []}),
        (True, {"organizationId": "acme'; id; '"}),
        (True, {"partnerId": "`id`"}),
        (True, {"clientId": "a/../b"}),
        (True, {"registeredBaseUrl": "https://a.example.com;id"}),
        (True, {"scopes": ["store_v2_everything"]}),
        (True, {"baseUrl": "javascript:alert(1)"}),
        (True, {"baseUrl": "https://*.example.com"}),
        (True, {"name": ""}),
    ],
)
def test_values_that_could_steer_a_shell_or_a_browser_are_refused(
    of_app: bool, hostile: dict[str, Any]
) -> None:
    output: dict[str, Any] = EVERY_STAGE.as_output()
    (output["apps"][0] if of_app else output).update(hostile)
    with pytest.raises(ValidationError):
        Registration.model_validate(output)


def test_scopes_are_grouped_and_ordered_as_in_the_portal() -> None:
    groups = app(scopes=tuple(reversed(OAUTH_SCOPES))).scope_groups
    assert list(groups) == ["token creation", "store resource", "account resource"]
    assert [scope for rows in groups.values() for scope in rows] == list(OAUTH_SCOPES.values())


@pytest.mark.parametrize(
    ("of", "status", "what"),
    [
        (app(registered_base_url=OLD_BASE_URL), "awaiting-registration", "The callback URLs have"),
        (ready(), "ready", "Check the callbacks, and install"),
    ],
)
def test_moved_urls_are_the_next_step_and_a_ready_app_is_to_be_checked(
    of: AppRegistration, status: str, what: str
) -> None:
    """The others are in the sheet of apps at every stage."""
    assert of.status == status
    assert next_step(of, Commands(registration(of))).what.startswith(what)


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ("acme-stor", "acme-store, acme-shop, acme"),
        ("My shop", "acme-shop"),
    ],
)
def test_an_unknown_app_is_refused_with_ids_that_are_close(given: str, there: str) -> None:
    stack = registration(app("acme-shop"), app("globex"), app("acme-store"), app("initech"), app())
    with pytest.raises(CommandError) as refused:
        chosen_apps(outputs(stack, "--file 'my outputs.json'"), ["globex", given])
    assert str(refused.value) == (
        f"Stack dev has no app with organization ID {given!r}. It has, for example: {there}\n"
        "To list every app: python -m ops sheet --file 'my outputs.json'"
    )


def test_the_install_button_is_one_link_whatever_the_apps_name() -> None:
    name = '<script>alert("1")</script> & \' "Sons"'
    button = install_links(registration(ready(name=name)))["acme"]["buttonHtml"]
    seen: list[Any] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)["href"]))

        def handle_data(self, data: str) -> None:
            seen.append(data)

    Parser().feed(button)
    url = f"https://login.bigcommerce.com/app/{CLIENT_ID}/install"
    assert seen == [("a", url), f"Install {name} on BigCommerce"]


def test_the_review_warns_of_scopes() -> None:
    warnings = scope_warnings(app(scopes=tuple(OAUTH_SCOPES)))
    assert len(warnings) == 6
    assert "security team assesses" in warnings["Checkout Content: modify"]
    assert "PCI" in warnings["Stored Payment Instruments: modify"]
