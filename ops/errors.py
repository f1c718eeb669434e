"""The error that ends an operator's command."""


class CommandError(Exception):
    """The command cannot do what it was asked to; the message says why and what to do."""
