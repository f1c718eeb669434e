"""Checks given settings, and finds all problems together.

No message shows a value, so none can show a secret.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin

import pulumi
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from portal.value_types import ORGANIZATION_ID

from .model import Settings
from .names import did_you_mean, path_text
from .problems import Problem, to_set

# The app's setting that needs the secret in each map of organization ID to secret.
_NEEDED_BY = {
    "clientSecrets": "clientId",
    "handoffKeys": "appUrl",
    "rutterClientSecrets": "rutter.clientId",
}
# In the sample stacks.
SAMPLE_ORGANIZATION_ID = "3f1c0f5e-6a0b-4c8e-9d53-2b8a7c1e4d90"
# pydantic's messages speak of Python's types. Keyed by error type, or by the type's first word.
_MESSAGES = {
    "missing": "is required",
    "literal_error": "must be {expected}",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "must have at most {max_length} entries",
    "string": "must be text",
    "bool": "must be true or false",
    "int": "must be a whole number",
    "float": "must be a number",
    "finite": "must be a number",
    "tuple": "must be a list",
    "dict": "must be a map",
    "model": "must be a map",
}
_Model = TypeVar("_Model", bound=BaseModel)
_Class = TypeVar("_Class")


def settings_and_problems(values: Mapping[str, Any]) -> tuple[Settings | None, list[Problem]]:
    """Return the settings, or None if a value does not fit the model, and every problem.

    `values` are by their names in the configuration.
    """
    settings, problems = validated(Settings, values)
    given = values.get("apps")
    entries = given if isinstance(given, list) else []
    apps = [_known(each) for each in entries]
    problems += [*_repeated(apps), *_secret_problems(apps, values)]
    if settings is not None:
        problems += _disabled_urls(settings)
        problems += sample_ids(settings) if settings.protect else []
    return settings, problems


def validated(
    model: type[_Model], values: Mapping[str, Any]
) -> tuple[_Model | None, list[Problem]]:
    """Return `values` as an instance of the model, or None, and what does not fit the model."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_problem(each, model) for each in error.errors(include_url=False)]


def needs_secret(app: Mapping[str, Any], secret_map: str) -> bool:
    """Return whether an app has the setting that needs a secret in one of `SECRET_MAPS`."""
    return bool(app.get(SECRET_MAPS[secret_map].partition(".")[0]))


def class_in(annotation: Any, kind: type[_Class]) -> type[_Class] | None:
    """Return the class of a kind in a field's type, such as that of a list's entries, or None."""
    if isinstance(annotation, type) and issubclass(annotation, kind):
        return annotation
    return next(filter(None, (class_in(each, kind) for each in get_args(annotation))), None)


def secret_maps(model: type[BaseModel]) -> dict[str, str]:
    """Return the model's maps of secrets, each with the app's setting that needs the secret."""
    fields = _fields((), model).items()
    return {name: _NEEDED_BY[name] for name, it in fields if class_in(it.annotation, SecretStr)}


def sample_ids(settings: Settings) -> list[Problem]:
    """Return a problem for each app that still has the sample's organization ID."""
    what = "is the sample's, so anyone can guess the app's URLs: set another ID"
    return [
        Problem(f"apps[{index}].organizationId", what)
        for index, app in enumerate(settings.apps)
        if app.organization_id == SAMPLE_ORGANIZATION_ID
    ]


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    location, kind = details["loc"], details["type"]
    key = path_text(location)
    if kind == "extra_forbidden":
        *place, name = location
        known = [*_fields(place, model), *_fields((), model)]
        return Problem(key, f"is not a setting{did_you_mean(str(name), known)}")
    if isinstance(details["input"], pulumi.Output):
        return Problem(key, "must be known before the deployment: no other resource can give it")
    message = _MESSAGES.get(kind) or _MESSAGES.get(kind.partition("_")[0])
    what = message.format(**details.get("ctx", {})) if message else details["msg"]
    is_absent = kind in {"missing", "empty"}
    return Problem(key, what, to_set(_first_value(location, model)) if is_absent else "")


def _fields(place: Sequence[int | str], model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the settings of the map at a location, by name."""
    for name in place:
        if isinstance(name, str):
            model = class_in(_fields((), model)[name].annotation, BaseModel) or model
    return {str(field.alias): field for field in model.model_fields.values()}


def _first_value(location: Sequence[int | str], model: type[BaseModel]) -> str:
    """Return the path of the first value in a missing setting: no command sets a whole list."""
    *place, name = location
    annotation = _fields(place, model)[str(name)].annotation
    path = path_text(location) + ("[0]" if get_origin(annotation) is tuple else "")
    inner = class_in(annotation, BaseModel)
    return f"{path}.{next(iter(_fields((), inner)))}" if inner else path


def _known(given: object) -> dict[str, Any]:
    """Return a map of settings without values that a preview does not know."""
    items = given.items() if isinstance(given, dict) else ()
    return {
        key: _known(value) if isinstance(value, dict) else value
        for key, value in items
        if not isinstance(value, pulumi.Output)
    }


def _repeated(apps: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Find apps that share what must differ.

    A store has one connection per client ID at Rutter: one app would delete the other's.
    """
    for path in ("organizationId", "clientId", "rutter.clientId"):
        first: dict[str, int] = {}
        for index, app in enumerate(apps):
            value: Any = app
            for name in path.split("."):
                value = value.get(name) if isinstance(value, dict) else None
            if value and (other := first.setdefault(str(value), index)) != index:
                what = f"is the same as that of apps[{other}]: each app needs its own"
                yield Problem(f"apps[{index}].{path}", what)


def _secret_problems(
    apps: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find secrets without an app, and apps without a secret."""
    ids = [str(app.get("organizationId", "")) for app in apps]
    # A malformed ID is a problem already, and so is one that an earlier app has.
    own = {id_: ids.index(id_) for id_ in ids if re.fullmatch(ORGANIZATION_ID, id_)}
    for name, setting in SECRET_MAPS.items():
        if not isinstance(secrets := values.get(name, {}), dict):
            continue
        for id_ in sorted(secrets.keys() - set(ids)):
            # A swapped entry has the secret as its key, so only a near miss is shown.
            if hint := did_you_mean(id_, own):
                what = f"is for an organization ID that no app has{hint}"
                yield Problem(path_text((name, id_)), what)
            else:
                yield Problem(name, "has an entry for an organization ID that no app has")
        for id_, index in own.items():
            key, path = path_text((name, id_)), f"apps[{index}].{setting}"
            needed = needs_secret(apps[index], name)
            if needed and not secrets.get(id_):
                yield Problem(key, f"is missing: {path} needs it", to_set(key, secret=True))
            if secrets.get(id_) and not needed:
                yield Problem(path, f"is missing: {key} is set", to_set(path))


def _disabled_urls(settings: Settings) -> Iterator[Problem]:
    """Find URLs in the developer portal that a custom domain would disable."""
    if not settings.domain or settings.domain.keep_default_endpoint:
        return
    for index, app in enumerate(settings.apps):
        url = app.registered_base_url or ""
        if re.search(r"\.execute-api\.[a-z0-9-]+\.amazonaws\.com", url):
            what = (
                f"disables the URLs that the developer portal has for apps[{index}]: set "
                "domain.keepDefaultEndpoint to true until you have changed them there"
            )
            yield Problem("domain", what)


SECRET_MAPS = secret_maps(Settings)
