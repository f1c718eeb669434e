"""BigCommerce's OAuth scopes: the parameters that an app can request, and their rows in the portal.

Source: the scope table of BigCommerce's developer documentation, kept in oauth_scopes.json.
"""

import json
from dataclasses import dataclass
from pathlib import Path

# What an app can do with a permission, by the choice in the row.
_EFFECTS = {
    "read-only": "see what {keeper} has under {name}, and cannot change it",
    "modify": "see, add, change and delete what {keeper} has under {name}",
    "manage": "see and manage what {keeper} has under {name}",
    "write": "add and change what {keeper} has under {name}",
    "delete": "delete what {keeper} has under {name}",
    "standard": "see and change what {keeper} has under {name}, within BigCommerce's usual limits",
    "full": "see and change all that {keeper} has under {name}",
}
_TOKEN_EFFECT = "ask BigCommerce for access tokens for this: {name}"


@dataclass(frozen=True)
class OAuthScope:
    """One permission of one row of the portal's Scopes tab.

    Attributes:
        parameter: the scope's name in OAuth requests, such as `store_v2_products_read_only`.
        name: the row as the portal shows it, such as `Products`.
        permission: the choice within the row, such as `read-only` or `modify`.
        group: the heading the portal shows the row under.
    """

    parameter: str
    name: str
    permission: str
    group: str

    def __str__(self) -> str:
        """The row and the permission to choose in it."""
        return f"{self.name}: {self.permission}"

    @property
    def effect(self) -> str:
        """A sentence for a merchant: what an app with this permission can do."""
        can = _TOKEN_EFFECT if self.group == "token creation" else _EFFECTS[self.permission]
        keeper = "your account" if self.group == "account resource" else "your store"
        return f"The app can {can.format(keeper=keeper, name=self.name)}."


def _read() -> dict[str, OAuthScope]:
    rows = json.loads(Path(__file__).with_name("oauth_scopes.json").read_text(encoding="utf-8"))
    return {row["parameter"]: OAuthScope(**row) for row in rows}


OAUTH_SCOPES = _read()
