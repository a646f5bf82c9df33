"""Bare kubectl, in the very environment that Kubeport gives it, with and without what we tune."""

from kubeport.adapters.subprocess_executor.environment import tool_environment

from .bench import Bench

TUNED = "GOGC"


def environments(bench: Bench) -> dict[str, dict[str, str]]:
    """By name: Kubeport's environment for kubectl without its GOGC, and with it."""
    ours = tool_environment(bench.environ, ())
    plain = {name: value for name, value in ours.items() if name != TUNED}
    return {"bare kubectl": plain, f"bare kubectl with {TUNED}={ours[TUNED]}": ours}
