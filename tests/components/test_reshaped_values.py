"""A value in a wrong shape, or one in place of several: its remedy keeps what is in it."""

from typing import Any

import pytest

from tests.components.config_commands import after
from tests.components.reading import IN_FILE, REMOVE, SET, problems
from tests.components.stacks import ACME, ACME_APP, with_app, with_setting

BEGIN = f"{SET} --path 'apps[0].organizationId' ORGANIZATION_ID"
AS_A_LIST = f"{IN_FILE} write it as a list: a dash before each entry, as in -"


@pytest.mark.parametrize(
    ("config", "key", "what", "remedy"),
    [
        # What is in it stays: nothing but an empty value, or one that says nothing, is removed.
        ({"apps": "acme"}, "apps", "a list", f"{REMOVE} --path 'apps'\n{BEGIN}"),
        (
            {"apps": {"organizationId": ACME}},
            "apps",
            "a list",
            f"{AS_A_LIST} organizationId: ORGANIZATION_ID",
        ),
        (
            with_app(scopes={"0": "store_v2_orders"}),
            "apps[0].scopes",
            "a list",
            f"{AS_A_LIST} SCOPE",
        ),
        (
            with_app(scopes="store_v2_orders"),
            "apps[0].scopes",
            "a list",
            f"{REMOVE} --path 'apps[0].scopes'\n{SET} --path 'apps[0].scopes[0]' store_v2_orders",
        ),
        ({"apps": ["acme"]}, "apps[0]", "a map", f"{REMOVE} --path 'apps[0]'"),
        (with_setting("throttle", "fast"), "throttle", "a map", f"{REMOVE} --path 'throttle'"),
        (with_setting("functions", "[]"), "functions", "a map", f"{REMOVE} --path 'functions'"),
        (
            with_setting("functions", [{"memorySize": 512}]),
            "functions",
            "a map",
            f"{IN_FILE} write it as a map: a name and its value on each line, no dash",
        ),
    ],
)
def test_wrong_shape_is_said_in_the_words_of_configuration(
    config: dict[str, Any], key: str, what: str, remedy: str
) -> None:
    (problem,) = problems(config)
    assert (problem.key, problem.what) == (key, f"must be {what}")
    assert problem.remedy == remedy


RATES = [
    f"throttle.{callback}.rate"
    for callback in ("auth", "load", "uninstall", "removeUser", "rutterWebhook")
]
RM_RATE = f"{REMOVE} --path 'throttle.rate'"


@pytest.mark.parametrize(
    ("throttle", "remedy"),
    [
        ({"rate": 7.5}, [*(f"{SET} --path '{rate}' 7.5" for rate in RATES), RM_RATE]),
        # What one has already is not overwritten.
        (
            {"rate": 40, "auth": {"rate": 5}},
            [*(f"{SET} --path '{rate}' 40" for rate in RATES[1:]), RM_RATE],
        ),
        ({"rate": [40]}, [f"{IN_FILE} move its value to each of them"]),
    ],
)
def test_one_value_in_place_of_several_goes_to_each(
    throttle: dict[str, Any], remedy: list[str]
) -> None:
    (problem,) = problems(with_setting("throttle", throttle))
    assert (problem.key, problem.what) == (
        "throttle.rate",
        f"is set for each of these: {', '.join(RATES)}",
    )
    assert problem.remedy.split("\n") == remedy


def test_one_number_in_place_of_a_map_of_numbers_goes_to_each() -> None:
    (problem,) = problems(with_setting("functions", {"reservedConcurrency": 5}))
    key = "functions.reservedConcurrency"
    assert (problem.key, problem.what) == (key, "must be a map")
    assert problem.remedy.split("\n") == [
        f"{REMOVE} --path '{key}'",
        *(
            f"{SET} --path '{key}.{callback}' 5"
            for callback in ("auth", "load", "uninstall", "removeUser")
        ),
    ]


def test_a_number_that_no_part_may_have_goes_to_none() -> None:
    (problem,) = problems(with_setting("functions", {"reservedConcurrency": 0}))
    assert problem.remedy == f"{REMOVE} --path 'functions.reservedConcurrency'"


def test_the_limits_of_1_x_are_kept_by_the_commands() -> None:
    limits = {"rate": 40, "burst": 80}
    config = with_setting("throttle", limits) | {"functions": {"reservedConcurrency": 5}}
    for problem in problems(config):
        for command in problem.remedy.split("\n"):
            config = after(config, command)
    callbacks = ("auth", "load", "uninstall", "removeUser")
    assert config == {
        "apps": [ACME_APP],
        "throttle": dict.fromkeys((*callbacks, "rutterWebhook"), limits),
        "functions": {"reservedConcurrency": dict.fromkeys(callbacks, 5)},
    }
