"""What the layers around the endpoints share of ASGI: the type of an application, and what a scope tells."""

from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]


def header(told: Any, wanted: bytes) -> str | None:
    """The first header of that name in a scope, or in the start of an answer; None where there is none."""
    return next((value.decode("latin-1") for name, value in told["headers"] if name == wanted), None)


def client_address(scope: Any) -> str:
    """Where a request came from; uvicorn believes the X-Forwarded-For of trusted proxies alone."""
    client = scope.get("client")
    return str(client[0]) if client else ""
