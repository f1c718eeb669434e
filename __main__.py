"""A BigCommerce app back end: the stack's configuration, the back end, its outputs."""

import pulumi

from components.app_backend import AppBackend
from components.settings.stack import configuration_warnings, read_settings

settings = read_settings()
for warning in configuration_warnings(settings):
    pulumi.log.warn(warning)
for name, value in AppBackend("backend", settings).outputs.items():
    pulumi.export(name, value)
