"""Checks given settings, wherever they come from: all that is wrong with them, at once."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from portal.value_types import ORGANIZATION_ID

from .model import Settings
from .names import nearest_names, path_text
from .problems import ConfigurationError, Problem, to_set

# The maps of organization ID to secret, with the app's setting that needs the secret.
SECRET_MAPS = {
    "clientSecrets": "clientId",
    "handoffKeys": "appUrl",
    "rutterClientSecrets": "rutter.clientId",
}
# In the sample stacks.
SAMPLE_ORGANIZATION_ID = "3f1c0f5e-6a0b-4c8e-9d53-2b8a7c1e4d90"
# Where pydantic's own words are not those of configuration.
_CLEARER = {
    "missing": "is required",
    **dict.fromkeys(("too_short", "string_too_short"), "must not be empty"),
    "tuple_type": "must be a list",
    **dict.fromkeys(("dict_type", "model_type"), "must be a map"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
}
# Settings of the AWS provider that are easily written without their namespace.
_OF_THE_PROVIDER = {"allowedAccountIds", "defaultTags", "profile", "region"}
_ABSENT = {"missing", "too_short", "string_too_short"}
_Model = TypeVar("_Model", bound=BaseModel)


def checked_settings(
    values: Mapping[str, Any],
    *,
    hidden: Collection[str] = (),
    more: Callable[[Settings], Iterable[Problem]] = lambda _: (),
) -> Settings:
    """Return the settings that `values` give, by their names in the configuration.

    Args:
        values: as given, perhaps malformed.
        hidden: names of settings whose values no message shows, besides the secrets.
        more: finds further problems in settings that follow the model.

    Raises:
        ConfigurationError: every problem.
    """
    settings, problems = validated(Settings, values, {*SECRET_MAPS, *hidden})
    apps = [each if isinstance(each, dict) else {} for each in _entries(values.get("apps"))]
    problems += [*_repeated(apps), *_secret_problems(apps, values)]
    if settings is not None:
        problems += [*_switched_off_urls(settings), *more(settings)]
        problems += sample_ids(settings) if settings.protect else []
    if settings is None or problems:
        raise ConfigurationError(_causes(problems))
    return settings


def validated(
    model: type[_Model], values: Mapping[str, Any], hidden: Collection[str]
) -> tuple[_Model | None, list[Problem]]:
    """Return `values` as the model describes them, or None, and what is wrong with them."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    inner = {each["loc"][:depth] for each in errors for depth in range(1, len(each["loc"]))}
    # pydantic leaves wrong entries out of a list, and then finds the list too short.
    return None, [
        _problem(each, model, hidden)
        for each in errors
        if not (each["type"] == "too_short" and each["loc"] in inner)
    ]


def needs_secret(app: Mapping[str, Any], secret_map: str) -> bool:
    """Return whether an app has what needs its secret in one of `SECRET_MAPS`."""
    return bool(app.get(SECRET_MAPS[secret_map].partition(".")[0]))


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in a field's type, such as that of a list's entries, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def sample_ids(settings: Settings) -> list[Problem]:
    """Return the apps that still have the sample's organization ID."""
    what = "is that of the sample: anybody who has read it knows the app's URLs"
    return [
        Problem(f"apps[{index}].organizationId", what)
        for index, app in enumerate(settings.apps)
        if app.organization_id == SAMPLE_ORGANIZATION_ID
    ]


def _causes(problems: Sequence[Problem]) -> list[Problem]:
    """Misspelled names first, without what is missing only because of them."""
    meant = {each.meant for each in problems if each.meant}
    causes = [
        each for each in problems if not (each.to_set and meant & {each.key, _parent(each.key)})
    ]
    return sorted(causes, key=lambda each: not each.meant)


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _problem(details: ErrorDetails, model: type[BaseModel], hidden: Collection[str]) -> Problem:
    location, kind, given = details["loc"], details["type"], details["input"]
    key, top = path_text(location), str(location[0])
    if kind == "extra_forbidden":
        return _unknown(location, model)
    if kind in _ABSENT and top not in SECRET_MAPS:
        return Problem(key, _CLEARER[kind], to_set(_first_value(location, model)))
    what = _CLEARER.get(kind) or re.sub(r"^\w+ should(.*?)( after .*)?$", r"must\1", details["msg"])
    if top in hidden or isinstance(given, bool) or not isinstance(given, str | int | float):
        return Problem(key, what)
    shown = repr(given)
    return Problem(key, f"is {shown if len(shown) < 100 else shown[:100] + '…'}: it {what}")


def _model_at(location: Sequence[int | str], model: type[BaseModel]) -> type[BaseModel]:
    """The model of the map of settings at a location."""
    for name in location:
        if isinstance(name, str):
            model = model_in(_fields(model)[name].annotation) or model
    return model


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {str(field.alias): field for field in model.model_fields.values()}


def _first_value(location: Sequence[int | str], model: type[BaseModel]) -> str:
    """The path of the first value of a missing setting: no command sets a whole list."""
    *place, name = location
    annotation = _fields(_model_at(place, model))[str(name)].annotation
    path = path_text(location) + ("[0]" if get_origin(annotation) is tuple else "")
    inner = model_in(annotation)
    return f"{path}.{next(iter(_fields(inner)))}" if inner else path


def _unknown(location: Sequence[int | str], model: type[BaseModel]) -> Problem:
    """A name that is no setting: one next to it, or at the top, may have been meant."""
    *place, name = location
    siblings, top = _fields(_model_at(place, model)), _fields(model)
    nearest = nearest_names(str(name), {**siblings, **top})[:1]
    meant = [path_text((*place, each)) if each in siblings else each for each in nearest]
    if name in _OF_THE_PROVIDER and not place:
        meant = [f"aws:{name}"]
    return Problem(path_text(location), "is not a setting", meant="".join(meant))


def _entries(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _repeated(apps: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Apps that share what must differ.

    Rutter has one connection for a store and a client ID: one app would delete the other's.
    """
    for setting in ("organizationId", "clientId", "rutter.clientId"):
        seen = set()
        for index, app in enumerate(apps):
            value: Any = app
            for name in setting.split("."):
                value = value.get(name) if isinstance(value, dict) else None
            if value and str(value) in seen:
                what = f"is {str(value)!r}, which another app has"
                yield Problem(f"apps[{index}].{setting}", what)
            seen.add(str(value))


def _secret_problems(
    apps: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> Iterator[Problem]:
    """Secrets without an app, and apps without a secret.

    An app without a good organization ID of its own is a problem already: it is skipped here.
    """
    ids = [str(app.get("organizationId", "")) for app in apps]
    own = {id_: ids.index(id_) for id_ in ids if re.fullmatch(ORGANIZATION_ID, id_)}
    for name, setting in SECRET_MAPS.items():
        if not isinstance(secrets := values.get(name, {}), dict):
            continue
        for id_ in sorted(secrets.keys() - own.keys()) if own.keys() == set(ids) != set() else ():
            meant = "".join(path_text((name, near)) for near in nearest_names(id_, own)[:1])
            what = "is for an organization ID that no app has"
            yield Problem(path_text((name, id_)), what, meant=meant)
        for id_, index in own.items():
            key, path = path_text((name, id_)), f"apps[{index}].{setting}"
            needed = needs_secret(apps[index], name)
            if needed and not secrets.get(id_):
                yield Problem(key, f"is missing: {path} needs it", to_set(key, secret=True))
            if secrets.get(id_) and not needed:
                yield Problem(path, f"is missing: {key} is set", to_set(path))


def _switched_off_urls(settings: Settings) -> Iterator[Problem]:
    """URLs that the portal has, and that a custom domain would switch off."""
    domain = settings.domain
    for index, app in enumerate(settings.apps):
        url = app.registered_base_url or ""
        api = re.search(r"\.execute-api\.[a-z0-9-]+\.amazonaws\.com", url)
        if api and domain and not domain.keep_default_endpoint:
            what = (
                f"switches off {url}, where the portal still sends the callbacks of apps[{index}]: "
                "set domain.keepDefaultEndpoint to true until the portal is edited"
            )
            yield Problem("domain", what)
