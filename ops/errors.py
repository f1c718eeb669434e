"""What ends a command of an operator."""


class CommandError(Exception):
    """The command cannot do what it was asked for; the message says why and what mends it."""
