"""A BigCommerce app back end: the stack's configuration, the back end, its outputs."""

import pulumi

from components.app_backend import AppBackend
from components.settings.stack import read_settings

for name, value in AppBackend("backend", read_settings()).outputs.items():
    pulumi.export(name, value)
