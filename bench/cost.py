"""The monthly bill by service, from the list prices in bench/prices.json, as docs/cost.md."""

import json
import math
from pathlib import Path
from typing import Any

from bench.callbacks import Measured
from bench.tables import DOCS, markdown
from components.alarms import ALARMS
from components.callbacks import CALLBACKS
from components.rutter_connect import SWEEP_MINUTES
from components.settings.model import Functions
from lambdas.rutter.requests import BATCH
from lambdas.rutter.sweep import STORES_PER_SECOND

LIST: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text("utf-8"))
PRICES: dict[str, float] = {name: price["usd"] for name, price in LIST["prices"].items()}
PAGE = DOCS / "cost.md"
# Stores and apps. A store has one app, so there are no more apps than stores.
SIZES = ((1, 1), (100, 1), (100, 100), (1_000, 1_000), (10_000, 1), (10_000, 1_000))
# How often a store opens the app in a month, and how often it installs or uninstalls it.
LOADS, INSTALLATIONS = 30, 1
ITEM_BYTES = 1_100  # of a store with five users
WRITE_UNITS = 4  # the item's own two, and those of two indexes
MINUTES = 730 * 60
# Assumed lifetime of an execution environment, which AWS does not promise; and how long a function
# caches a secret, and DynamoDB a table's key for each caller. Source: "DynamoDB encryption at rest
# usage notes" in the DynamoDB developer guide.
STAYS, KEPT = 5, 5
# Assumed seconds in which Lambda creates an environment, and in which DynamoDB reads an item.
START, READ = 0.3, 0.005
CORE_MEGABYTES = 1_769  # the memory that gives a function a whole core
LOG_GB = 1_000 / 1e9  # of a callback, with the access log
CONNECTION_SECONDS = 2
# The stores whose calls docs/cost.md lists, and those of them whose connection is not settled.
RECONCILER_STORES, RECONCILER_UNSETTLED = 10_000, 500
UNSETTLED = RECONCILER_UNSETTLED / RECONCILER_STORES
SWEEPS = 60 / SWEEP_MINUTES  # in an hour
STREAM_ALARMS = 2  # of each function that consumes the table's stream
_FUNCTION = "FunctionName"  # the dimension of the alarms that each function has
# Lambda polls an empty queue with five long polls at once. It would scale down to two, but not with
# a maximum concurrency, which is set here. Source: "Configuring scaling behavior for SQS event
# source mappings" in the Lambda developer guide. AWS does not say that a poll waits for 20 seconds,
# the longest that SQS allows: others counted 21,590 empty responses a day, where this makes 21,600.
POLLS = 5 * 3 * MINUTES


def seconds(measured: Measured) -> tuple[float, float]:
    """How long Lambda bills a cold load and a warm one, with the function's share of a core."""
    slower = CORE_MEGABYTES / Functions().memory_size
    cold, warm = (measured["load"][name] * slower for name in ("cold", "warm"))
    return START + cold + READ, warm + READ


def bill(stores: int, apps: int, cold: float, warm: float) -> dict[str, float]:
    """USD a month by service, if a cold callback and a warm one take so many seconds."""
    installs, callbacks = _calls(stores)
    # Callbacks that no other preceded in time. Lambda bills these starts since August 2025. Source:
    # the AWS Compute Blog, "AWS Lambda standardizes billing for INIT Phase".
    starts = callbacks * math.exp(-callbacks / MINUTES * STAYS)
    secret_reads = min(callbacks, apps * MINUTES / KEPT)
    table_keys = min(callbacks, len(CALLBACKS) * MINUTES / KEPT)
    # A metric is billed for the hours in which it is sent; the others count failures. Source:
    # "Analyzing, optimizing, and reducing CloudWatch costs" in the CloudWatch user guide.
    busy = 1 - math.exp(-callbacks / MINUTES * 60)
    stored_gb_month = PRICES["dynamodb_gb_month"] + PRICES["dynamodb_backup_gb_month"]
    return {
        "KMS": PRICES["kms_key_month"]
        + PRICES["kms_request"] * (installs + secret_reads + table_keys),
        "Secrets Manager": apps * PRICES["secret_month"]
        + secret_reads * PRICES["secrets_manager_request"],
        "HTTP API": callbacks * PRICES["http_api_request"],
        "Lambda": _lambda(callbacks, starts * cold + (callbacks - starts) * warm),
        "DynamoDB": (callbacks + starts) * PRICES["dynamodb_read"]
        + installs * WRITE_UNITS * PRICES["dynamodb_write"]
        + stores * ITEM_BYTES / 1e9 * stored_gb_month,
        "CloudWatch": callbacks * LOG_GB * (PRICES["logs_gb"] + PRICES["logs_gb_month"])
        + busy * PRICES["metric_month"],
    }


def added(stores: int, apps: int, cold: float) -> dict[str, float]:
    """USD a month that a setting adds, with every app connected to Rutter."""
    installs, _ = _calls(stores)
    connecting = 2 * PRICES["kms_request"] + 3 * PRICES["sqs_request"]
    hourly = reconciler_calls(stores * UNSETTLED)
    polls = hourly["Rutter"]
    reconciling = (
        hourly["SQS"] * PRICES["sqs_request"]
        + hourly["DynamoDB reads"] * PRICES["dynamodb_read"]
        + hourly["DynamoDB writes"] * PRICES["dynamodb_write"]
        + hourly["KMS"] * PRICES["kms_request"]
        + hourly["Secrets Manager"] * PRICES["secrets_manager_request"]
        + _lambda(hourly["Lambda"], SWEEPS * cold + polls * CONNECTION_SECONDS)
    )
    return {
        "`monitoring`": _alarms() * PRICES["alarm_month"] + PRICES["dashboard_month"],
        "`events`": STREAM_ALARMS * PRICES["alarm_month"]
        + installs * PRICES["event"]
        + _lambda(installs, installs * cold),
        "`rutter`": STREAM_ALARMS * PRICES["alarm_month"]
        + apps * PRICES["secret_month"]
        + POLLS * PRICES["sqs_request"]
        + installs * connecting
        + _lambda(2 * installs, installs * (2 * cold + CONNECTION_SECONDS))
        + 730 * reconciling,
    }


def reconciler_calls(unsettled: float) -> dict[str, float]:
    """Return the calls per hour to reconcile so many unsettled stores, if each is polled once.

    A poll reads the app, the connection and the record. It writes the connection before and after
    the call, and tries to remove the record from the list of due stores. Each write of the
    connection replaces its entry in an index, which is two more writes.
    """
    return {
        "Rutter": unsettled,
        "Lambda": unsettled + SWEEPS,
        "SQS": unsettled * (1 / BATCH + 2),
        "DynamoDB reads": unsettled * 3 + SWEEPS,
        "DynamoDB writes": unsettled * 7,
        "KMS": unsettled,
        "Secrets Manager": unsettled,
    }


def _alarms() -> int:
    """How many alarms `monitoring` creates: some are for each function."""
    return sum(len(CALLBACKS) if each.dimension == _FUNCTION else 1 for each in ALARMS)


def _calls(stores: int) -> tuple[int, int]:
    """Installations in a month, and all callbacks."""
    return stores * INSTALLATIONS, stores * (LOADS + INSTALLATIONS)


def _lambda(invocations: float, seconds: float) -> float:
    gigabytes = Functions().memory_size / 1_024
    return invocations * PRICES["lambda_request"] + seconds * gigabytes * PRICES["lambda_gb_second"]


def page(measured: Measured) -> str:
    """docs/cost.md, from the measured CPU time of the functions."""
    cold, warm = seconds(measured)
    whole = [bill(*size, cold, warm) for size in SIZES]
    of_function = PRICES["alarm_month"] * sum(each.dimension == _FUNCTION for each in ALARMS)
    zone = PRICES["hosted_zone_month"]
    hourly = reconciler_calls(RECONCILER_UNSETTLED)
    for each in whole:
        each["**Total**"] = sum(each.values())
    return f"""# Cost

Use this page to estimate what a stack costs in USD a month, at AWS's list prices for
{LIST["region"]}. `make bench` writes it.

A store opens its app {LOADS} times a month and installs it once, at any time of day. With few
stores, a callback rarely finds an execution environment, so Lambda bills its start too. A cold load
takes {cold:.1f} s, a warm one {warm * 1_000:.0f} ms.

{_table(whole)}

The table omits the free tier and data transfer to browsers. AWS includes 100 GB of transfer a
month. Each of the first two yearly rotations adds 1.00 to the price of the KMS key.

## What settings add

{_table([added(*size, cold) for size in SIZES])}

- **`monitoring`** creates {_alarms()} alarms, one more with `silenceHours`, and a dashboard. An
  account has three dashboards free.
- **`events`, `rutter` and Rutter's webhooks** add {of_function:.2f} each if `monitoring` is on, for
  the alarms of their functions.
- **`rutter`** assumes that every app uses it and that {UNSETTLED:.0%} of the stores are unsettled.
  Lambda polls its queue {POLLS:,} times a month. An account has a million requests free.
- **`domain`** adds a hosted zone for {zone:.2f}. The certificate is free.

## Calls to connect stores to Rutter

The table counts the calls in an hour with {RECONCILER_STORES:,} installed stores, if
{RECONCILER_UNSETTLED} of them are unsettled. Settled stores cost nothing. If you switch Rutter on,
{STORES_PER_SECOND} stores are connected a second, a fifth of what Rutter accepts. For
{RECONCILER_STORES:,} stores, that takes {RECONCILER_STORES / STORES_PER_SECOND / 60:.0f} minutes.

{markdown(["Service", "Calls an hour"], [[name, f"{hourly[name]:,.0f}"] for name in hourly])}

## Prices

[`bench/prices.json`](../bench/prices.json) lists every price with its source and date. Compare them
with AWS's current pages before you budget.
"""


def _table(columns: list[dict[str, float]]) -> str:
    heads = [f"{stores:,} / {apps:,}" for stores, apps in SIZES]
    rows = [[name, *(f"{column[name]:,.2f}" for column in columns)] for name in columns[0]]
    return markdown(["Stores / apps", *heads], rows)
