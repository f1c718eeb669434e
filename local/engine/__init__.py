"""Runs a Pulumi program against the embedded AWS, in place of the Pulumi CLI and its AWS provider.

`Stack.up` deploys; `stack_config` reads the configuration it needs from the project's files.
"""

from local.engine.configuration import stack_config
from local.engine.errors import DeploymentFailed
from local.engine.messages import Event, LogEvent, ResourceEvent
from local.engine.stack import Deployment, Stack

__all__ = [
    "Deployment",
    "DeploymentFailed",
    "Event",
    "LogEvent",
    "ResourceEvent",
    "Stack",
    "stack_config",
]
