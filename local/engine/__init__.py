"""Deploys a Pulumi program into the embedded AWS without the Pulumi CLI.

`Stack.up` deploys; `stack_config` reads the configuration it needs from the project's files.
"""

from local.engine.configuration import stack_config
from local.engine.events import DeploymentError, Event, LogEvent, ResourceEvent
from local.engine.stack import Deployment, Stack

__all__ = [
    "Deployment",
    "DeploymentError",
    "Event",
    "LogEvent",
    "ResourceEvent",
    "Stack",
    "stack_config",
]
