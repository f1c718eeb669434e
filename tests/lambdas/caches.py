"""What a function keeps of apps and their secrets, forgotten as at a cold start."""

from lambdas.records import apps, credentials


def forget_apps() -> None:
    """Have every app read again at its next use."""
    apps._cache.clear()


def forget_credentials() -> None:
    """Have every secret read again at its next use."""
    credentials._secrets.clear()
