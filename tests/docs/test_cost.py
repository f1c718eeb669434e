"""docs/cost.md: what `make bench` writes, and the sums in it."""

import pytest

from bench import cost


def test_page_is_what_the_prices_say() -> None:
    assert cost.PAGE.read_text(encoding="utf-8") == cost.page()


def test_a_hundred_stores_of_one_app_cost_what_their_services_do() -> None:
    bill = cost.bill(100, 1)

    assert bill["Secrets Manager"] == pytest.approx(0.4 + 720 * 5e-6)
    assert bill["HTTP API"] == pytest.approx(3_100 * 1e-6)
    assert bill["KMS"] == pytest.approx(1 + (100 + 720) * 3e-6)


def test_what_was_not_chosen_costs_more_with_every_store() -> None:
    chosen, *others = cost.instead(10_000, 1).values()
    assert min(others) > chosen
    assert others[0] - chosen == pytest.approx(4_000)
