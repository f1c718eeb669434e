"""Errors of a deployment."""


class EngineError(Exception):
    """A deployment cannot go on; the message is for people and needs no traceback."""


class DeploymentFailed(Exception):
    """A deployment stopped; the message says why and where."""
