"""The monthly bill by service, from the list prices of bench/prices.json, as docs/cost.md."""

import json
from pathlib import Path

from bench.tables import DOCS, markdown

PRICES = json.loads(Path(__file__).with_name("prices.json").read_text(encoding="utf-8"))
PAGE = DOCS / "cost.md"
# Stores and apps. A store has one app, so there are no more apps than stores.
SIZES = ((1, 1), (100, 1), (100, 100), (10_000, 1), (10_000, 1_000))
# Of a store in a month: it opens the app so often, and installs or uninstalls it so often.
LOADS, INSTALLATIONS = 30, 1
LAMBDA_GB_SECONDS = 0.5 * 0.05  # 512 MiB, 50 ms
LOG_GB = 1_000 / 1e9  # of a callback, with the access log
ITEM_GB = 2_000 / 1e9
SECRET_READS_AN_APP = 30 * 24  # an app in use is read for once an hour, by the functions together
METRICS = 3


def bill(stores: int, apps: int) -> dict[str, float]:
    """USD a month by service."""
    installs = stores * INSTALLATIONS
    callbacks = stores * LOADS + installs
    return {
        "KMS": PRICES["kms_key_month"]
        + PRICES["kms_request"] * (installs + apps * SECRET_READS_AN_APP),
        "Secrets Manager": apps
        * (PRICES["secret_month"] + SECRET_READS_AN_APP * PRICES["secrets_manager_request"]),
        "HTTP API": callbacks * PRICES["http_api_request"],
        "Lambda": callbacks
        * (PRICES["lambda_request"] + LAMBDA_GB_SECONDS * PRICES["lambda_gb_second"]),
        # A consistent read of an item of at most 4 KB; a write of 2 KB, and one of the index.
        "DynamoDB": callbacks * PRICES["dynamodb_read"]
        + installs * 3 * PRICES["dynamodb_write"]
        + stores * ITEM_GB * PRICES["dynamodb_gb_month"],
        "CloudWatch": callbacks * LOG_GB * PRICES["logs_gb"] + METRICS * PRICES["metric_month"],
    }


def instead(stores: int, apps: int) -> dict[str, float]:
    """USD a month of designs that were not chosen, as a whole."""
    chosen, callbacks = sum(bill(stores, apps).values()), stores * (LOADS + INSTALLATIONS)
    dearer_api = PRICES["rest_api_request"] - PRICES["http_api_request"]
    return {
        "**As it is**": chosen,
        "With a secret a store": chosen + stores * PRICES["secret_month"],
        "With a REST API": chosen + callbacks * dearer_api,
    }


def page() -> str:
    """docs/cost.md."""
    heads = [f"stores {stores:,}, apps {apps:,}" for stores, apps in SIZES]
    return f"""# Cost

USD a month, by list prices of {PRICES["region"]} written down on {PRICES["date"]} in
`bench/prices.json`: compare them with AWS's price pages before you budget. `make bench` writes
this page. A store opens its app {LOADS} times a month and installs it once. The key is a new one:
its first two yearly rotations add 1.00 each. The free tier, `monitoring`, a domain, events and the
hand-over to Rutter are left out.

{_table(heads, [bill(*size) for size in SIZES])}

## Designs that were not chosen

{_table(heads, [instead(*size) for size in SIZES])}

Why they were not: [tokens encrypted in the table](decisions/0002-access-token-encryption.md),
[an HTTP API](decisions/0001-http-api.md).
"""


def _table(heads: list[str], columns: list[dict[str, float]]) -> str:
    rows = [[name, *(f"{column[name]:,.2f}" for column in columns)] for name in columns[0]]
    if "KMS" in columns[0]:
        rows.append(["**Together**", *(f"{sum(column.values()):,.2f}" for column in columns)])
    return markdown(["", *heads], rows)


def write() -> None:
    """Write docs/cost.md."""
    PAGE.write_text(page(), encoding="utf-8")
