"""The first app as `pulumi new` asks for it: keys of their own, since its answers have no paths.

They are moved to `apps[0]`, where every other setting of the app is, before anything is checked.
"""

import re
from collections.abc import Mapping
from typing import Any

# By the key that is asked for, the setting of the app. Source: Pulumi.yaml, `template`.
FIRST_APP = {
    "organizationId": "organizationId",
    "appName": "name",
    "scopes": "scopes",
    "supportUrl": "supportUrl",
}
# Those of them that are texts, whatever these begin with.
TEXTS = FIRST_APP.keys() - {"scopes"}


def with_first_app(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with those of the first app moved to `apps[0]`.

    What that has itself stays where it was, for `repeated_answers` to say. Scopes are a list, or a
    text with spaces or commas between them.
    """
    answers = {key: values[key] for key in FIRST_APP if values.get(key)}
    rest = {key: value for key, value in values.items() if key not in FIRST_APP}
    apps = rest.get("apps") or [{}]
    if not answers or not isinstance(apps, list) or not isinstance(apps[0], dict):
        return rest
    if isinstance(answers.get("scopes"), str):
        answers["scopes"] = re.findall(r"[^\s,]+", answers["scopes"])
    moved = {FIRST_APP[key]: value for key, value in answers.items()}
    twice = {key: value for key, value in answers.items() if FIRST_APP[key] in apps[0]}
    return {**rest, **twice, "apps": [moved | apps[0], *apps[1:]]}
