"""Letting time pass, as a contract asks for it."""

from collections.abc import Awaitable, Callable

Pass = Callable[[float], Awaitable[None]]
"""Comes back once so many seconds have passed for the adapter."""
