"""RoutedFunction: a function that answers a route of the HTTP API."""

from dataclasses import dataclass

from .stack_function import FunctionSpec


@dataclass(frozen=True, kw_only=True)
class RoutedFunction(FunctionSpec):
    """A function with a route. API Gateway waits 30 seconds for it.

    Attributes:
        path: the last segment of its URL, after `/{organization_id}/`.
        method: the route's HTTP method.
    """

    path: str
    method: str = "GET"

    @property
    def route_key(self) -> str:
        """Its route in the HTTP API."""
        return f"{self.method} /{{organization_id}}/{self.path}"
