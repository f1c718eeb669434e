"""What the provider refuses."""


class ProviderError(Exception):
    """The provider or AWS refuses; the message is for people and needs no traceback."""
