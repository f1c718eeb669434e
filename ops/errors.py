"""The error that ends an operator's command."""


class CommandError(Exception):
    """The command cannot continue; the message says why and what to do."""
