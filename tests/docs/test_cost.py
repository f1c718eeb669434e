"""The sums in docs/cost.md."""

import pytest

from bench import cost


def test_a_hundred_stores_of_one_app_cost_what_their_services_do() -> None:
    bill = cost.bill(100, 1, cold=1, warm=0.01)

    assert bill["Secrets Manager"] == pytest.approx(0.4 + 3_100 * 5e-6)
    assert bill["HTTP API"] == pytest.approx(3_100 * 1e-6)
    assert bill["KMS"] == pytest.approx(1 + (100 + 3_100 + 3_100) * 3e-6)


def test_callbacks_of_few_stores_are_billed_as_starts_and_those_of_many_are_not() -> None:
    few, many = (cost.bill(stores, 1, cold=1, warm=0)["Lambda"] for stores in (1, 10_000))

    assert few == pytest.approx(31 * (2e-7 + 0.0000133334), rel=0.01)
    assert many == pytest.approx(310_000 * 2e-7)


def test_a_setting_adds_what_it_deploys() -> None:
    added = cost.added(1, 100, cold=1)

    assert added["`monitoring`"] == pytest.approx(13 * 0.1 + 3)
    polled = 0.05 * 730
    sweeps = 12 * 730 * (2e-7 + 0.0000133334)
    poll = 2.1 * 4e-7 + 3e-6 + 5e-6 + 2e-7 + 2 * 0.0000133334
    expected = 100 * 0.4 + 2 * 0.1 + 657_000 * 4e-7 + sweeps + polled * poll
    assert added["`rutter`"] == pytest.approx(expected, rel=1e-4)


def test_a_poll_of_an_unsettled_store_costs_the_calls_that_the_page_lists() -> None:
    calls = cost.reconciler_calls(500)
    assert calls == {
        "Rutter": 500,
        "Lambda": 512,
        "SQS": 1_050,
        "DynamoDB reads": 1_512,
        "DynamoDB writes": 3_500,
        "KMS": 500,
        "Secrets Manager": 500,
    }
