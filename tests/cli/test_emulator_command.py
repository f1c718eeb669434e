"""What `make emulator` serves, with the stack that the Pulumi CLI deploys to it."""

import re
from html import unescape
from pathlib import Path

import pytest
import urllib3

from local.backend import local_backend
from local.loopback_http import get
from tests.cli.cli_stack import APPS
from tests.cli.conftest import OpenStack

pytestmark = pytest.mark.cli


def test_the_panel_installs_on_what_was_deployed(open_stack: OpenStack, tmp_path: Path) -> None:
    with local_backend() as backend:
        backend.register_apps()
        store = backend.bigcommerce.add_store("Sample Store")
        (app,) = backend.apps
        stack = open_stack(tmp_path, backend.emulator)
        url = backend.bigcommerce_url
        platform = {"bigcommerce": {"loginUrl": url, "frameAncestors": [url]}}
        stack.configure({APPS: [stack.app | {"clientId": app.client_id}], **platform})
        stack.set_secret(f"clientSecrets.{app.organization_id}", app.client_secret)
        assert not backend.find_deployed()
        stack.up()
        assert backend.find_deployed()

        panel = f"{url}/manage/{store.hash}/{store.owner.id}/apps"
        confirmed = urllib3.request("POST", f"{panel}/{app.client_id}/install")
        (frame,) = re.findall(r'<iframe [^>]*src="([^"]+)"', confirmed.data.decode())
        installed = get(unescape(frame), 30)
        assert installed.status == 200
        assert f"{app.name} is installed" in installed.text
        assert backend.bigcommerce.installation(app, store)
