"""AppProfile: what the functions need to know of an app apart from its credentials, in the table.

Kept beside the installations, because a function's environment variables hold 4 KB and a change of
them redeploys it: so adding an app adds an item and no deployment of a function.
"""

import json

import pulumi
import pulumi_aws as aws

from .installation_store import InstallationStore
from .settings import App


class AppProfile(pulumi.ComponentResource):
    """An app's item: partition key `ORG#{organization_id}`, sort key `APP`."""

    def __init__(
        self, store: InstallationStore, app: App, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bigcommerce:index:AppProfile", app.organization_id, None, opts)
        aws.dynamodb.TableItem(
            app.organization_id,
            table_name=store.table_name,
            hash_key="pk",
            range_key="sk",
            item=json.dumps(_item(app)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _item(app: App) -> dict[str, object]:
    """The item in DynamoDB's JSON."""
    links = {"support_url": app.support_url, "app_url": app.app_url}
    return {
        "pk": {"S": f"ORG#{app.organization_id}"},
        "sk": {"S": "APP"},
        "name": {"S": app.name},
        "scopes": {"L": [{"S": scope} for scope in app.scopes]},
        "multiple_users": {"BOOL": app.multiple_users},
        **{name: {"S": url} for name, url in links.items() if url},
    }
