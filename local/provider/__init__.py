"""The embedded AWS as a Pulumi provider: `python -m local.provider` serves it to the Pulumi CLI."""

from local.provider.provider import SERVICES, AwsProvider, resource_type
from local.provider.values import ProviderError

__all__ = ["SERVICES", "AwsProvider", "ProviderError", "resource_type"]
