"""RoutedFunction: a function that answers a route of the HTTP API."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from .stack_function import FunctionSpec


@dataclass(frozen=True, kw_only=True)
class RoutedFunction(FunctionSpec, ABC):
    """A function with a route, which it answers within API Gateway's 30 seconds.

    Attributes:
        method: the route's HTTP method.
    """

    method: ClassVar[str]

    @property
    @abstractmethod
    def path(self) -> str:
        """The last segment of its URL, after `/{organization_id}/`."""

    @property
    def setting(self) -> str:
        """Its name in the settings that each route has, such as `remove_user`."""
        return self.name.replace("-", "_")

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"{self.method} /{{organization_id}}/{self.path}"
