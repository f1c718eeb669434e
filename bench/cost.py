"""The monthly bill by service, from the list prices of bench/prices.json, as docs/cost.md."""

import json
import math
from pathlib import Path
from typing import Any

from bench import simulation
from bench.tables import DOCS, markdown
from components.alarms import ALARMS
from components.callbacks import CALLBACKS
from components.settings import Functions

LIST: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text("utf-8"))
PRICES: dict[str, float] = {name: price["usd"] for name, price in LIST["prices"].items()}
PAGE = DOCS / "cost.md"
# Stores and apps. A store has one app, so there are no more apps than stores.
SIZES = ((1, 1), (100, 1), (100, 100), (1_000, 1_000), (10_000, 1), (10_000, 1_000))
# Of a store in a month: it opens the app so often, and installs or uninstalls it so often.
LOADS, INSTALLATIONS = 30, 1
USERS = 5
MINUTES = 730 * 60
# So long an environment is taken to stay, which AWS does not promise. So long a function keeps a
# secret, and DynamoDB a table's key for each caller. Source: "DynamoDB encryption at rest usage
# notes" in the DynamoDB developer guide.
STAYS, KEPT = 5, 5
LOG_GB = 1_000 / 1e9  # of a callback, with the access log
CONNECTION_SECONDS = 2
_FUNCTION = "FunctionName"  # the dimension of the alarms that each function has
# Lambda asks an empty queue by five long polls at once. It would go down to two, but not where a
# maximum concurrency is set, as it is here. Source: "Configuring scaling behavior for SQS event
# source mappings" in the Lambda developer guide. That a poll waits for 20 seconds, as long as SQS
# allows, AWS does not say: others counted 21,590 empty answers a day, where this makes 21,600.
POLLS = 5 * 3 * MINUTES


def bill(stores: int, apps: int, cold: float, warm: float) -> dict[str, float]:
    """USD a month by service; a cold callback and a warm one take so many seconds."""
    installs, callbacks = _calls(stores)
    # Those that no other preceded in time. Lambda bills them, since August 2025. Source: the AWS
    # Compute Blog, "AWS Lambda standardizes billing for INIT Phase".
    starts = callbacks * math.exp(-callbacks / MINUTES * STAYS)
    secret_reads = min(callbacks, apps * MINUTES / KEPT)
    table_keys = min(callbacks, len(CALLBACKS) * MINUTES / KEPT)
    size = simulation.item_bytes(USERS)
    written = -(-size // simulation.UNIT_OF_WRITE) + 1  # and the index
    # A metric is billed for the hours in which it is sent; the others are of failures. Source:
    # "Analyzing, optimizing, and reducing CloudWatch costs" in the CloudWatch user guide.
    busy = 1 - math.exp(-callbacks / MINUTES * 60)
    return {
        "KMS": PRICES["kms_key_month"]
        + PRICES["kms_request"] * (installs + secret_reads + table_keys),
        "Secrets Manager": apps * PRICES["secret_month"]
        + secret_reads * PRICES["secrets_manager_request"],
        "HTTP API": callbacks * PRICES["http_api_request"],
        "Lambda": _lambda(callbacks, starts * cold + (callbacks - starts) * warm),
        "DynamoDB": (callbacks + starts) * PRICES["dynamodb_read"]
        + installs * written * PRICES["dynamodb_write"]
        + stores * size / 1e9 * (PRICES["dynamodb_gb_month"] + PRICES["dynamodb_backup_gb_month"]),
        "CloudWatch": callbacks * LOG_GB * (PRICES["logs_gb"] + PRICES["logs_gb_month"])
        + busy * PRICES["metric_month"],
    }


def added(stores: int, apps: int, cold: float) -> dict[str, float]:
    """USD a month that a setting adds, with every app handed to Rutter."""
    installs, _ = _calls(stores)
    handing_over = 2 * PRICES["kms_request"] + 3 * PRICES["sqs_request"]
    return {
        "`monitoring`": _alarms() * PRICES["alarm_month"] + PRICES["dashboard_month"],
        "`events`": PRICES["alarm_month"]
        + installs * PRICES["event"]
        + _lambda(installs, installs * cold),
        "`rutter`": PRICES["alarm_month"]
        + apps * PRICES["secret_month"]
        + POLLS * PRICES["sqs_request"]
        + installs * handing_over
        + _lambda(2 * installs, installs * (2 * cold + CONNECTION_SECONDS)),
    }


def instead(stores: int, apps: int, cold: float, warm: float) -> dict[str, float]:
    """USD a month of designs that were not chosen, as a whole."""
    chosen, (_, callbacks) = sum(bill(stores, apps, cold, warm).values()), _calls(stores)
    dearer_api = PRICES["rest_api_request"] - PRICES["http_api_request"]
    return {
        "**As it is**": chosen,
        "With a secret a store": chosen + stores * PRICES["secret_month"],
        "With a REST API": chosen + callbacks * dearer_api,
    }


def _alarms() -> int:
    """How many alarms `monitoring` makes: some are for each function."""
    return sum(len(CALLBACKS) if each.dimension == _FUNCTION else 1 for each in ALARMS)


def _calls(stores: int) -> tuple[int, int]:
    """Installations in a month, and all callbacks."""
    return stores * INSTALLATIONS, stores * (LOADS + INSTALLATIONS)


def _lambda(invocations: float, seconds: float) -> float:
    gigabytes = Functions().memory_size / 1_024
    return invocations * PRICES["lambda_request"] + seconds * gigabytes * PRICES["lambda_gb_second"]


def page(measured: dict[str, Any]) -> str:
    """docs/cost.md, from what was measured of the functions."""
    cold, warm = simulation.seconds(measured)
    whole = [bill(*size, cold, warm) for size in SIZES]
    of_function = PRICES["alarm_month"] * sum(each.dimension == _FUNCTION for each in ALARMS)
    zone = PRICES["hosted_zone_month"]
    for each in whole:
        each["**Together**"] = sum(each.values())
    return f"""# Cost

USD a month, by list prices of {LIST["region"]}. `make bench` writes this page. A store opens its
app {LOADS} times a month and installs it once, at any time of day and night. So the callbacks of
few stores find no execution environment, and Lambda bills its start too: {cold:.1f} s, where a warm
load takes {warm * 1_000:.0f} ms. The key is a new one: its first two yearly rotations add 1.00
each.

{_table(whole)}

Left out are the free tier, and what is sent to browsers, of which AWS gives 100 GB a month.

## What settings add

`monitoring` is {_alarms()} alarms, one more with `silenceHours`, and a dashboard, of which an
account has three free. Beside it `events`, `rutter` and Rutter's webhooks cost {of_function:.2f}
more each, for the alarms of their functions. `rutter` is for every app: Lambda asks its queue all
the time, whether anything is in it or not, {POLLS:,} times a month, of which an account has a
million free. A hosted zone for a `domain` is {zone:.2f}; its certificate is free.

{_table([added(*size, cold) for size in SIZES])}

## Designs that were not chosen

{_table([instead(*size, cold, warm) for size in SIZES])}

Why they were not: [tokens encrypted in the table](decisions/0002-access-token-encryption.md),
[an HTTP API](decisions/0001-http-api.md).

## Prices

They are in `bench/prices.json`. Each was compared with a copy of AWS's own list or page as it was
then, or with what others quote of it; compare them with AWS's pages of today before you budget.

{markdown(["Price", "USD", "Compared with", "Of"], map(_price_cells, LIST["prices"].values()))}
"""


def _price_cells(price: dict[str, Any]) -> list[str]:
    usd = f"{price['usd']:.10f}".rstrip("0")
    return [price["what"], usd.removesuffix("."), price["source"], price["date"]]


def _table(columns: list[dict[str, float]]) -> str:
    heads = [f"stores {stores:,}, apps {apps:,}" for stores, apps in SIZES]
    rows = [[name, *(f"{column[name]:,.2f}" for column in columns)] for name in columns[0]]
    return markdown(["", *heads], rows)


def write(measured: dict[str, Any]) -> None:
    """Write docs/cost.md."""
    PAGE.write_text(page(measured), encoding="utf-8")
