"""Which HTTP proxy leads to an API server, by the rules of Go's net/http, which kubectl follows."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from .settings import Cluster

_PORTS = {"http": 80, "https": 443}


def proxy_for(cluster: Cluster, environment: Mapping[str, str]) -> str:
    """The proxy's URL, or an empty text for none; the cluster's own comes before the environment's."""
    if cluster.proxy:
        return cluster.proxy
    address = urlsplit(cluster.server)
    variable = "HTTPS_PROXY" if address.scheme == "https" else "HTTP_PROXY"
    proxy = environment.get(variable) or environment.get(variable.lower(), "")
    port = address.port or _PORTS.get(address.scheme, 0)
    none = environment.get("NO_PROXY") or environment.get("no_proxy", "")
    if not proxy or goes_directly(address.hostname or "", port, none):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def goes_directly(host: str, port: int, none: str) -> bool:
    """Whether *host* is this machine, or *none* (the value of NO_PROXY) exempts it."""
    number = _number(host)
    if host == "localhost" or (number is not None and number.is_loopback):
        return True
    return any(_exempts(rule.strip().lower(), host, port) for rule in none.split(","))


def _exempts(rule: str, host: str, port: int) -> bool:
    if not rule or rule == "*":
        return rule == "*"
    number = _number(host)
    if "/" in rule:
        return number is not None and _inside(number, rule)
    name, given = _split(rule)
    if given and given != str(port):
        return False
    if (exempt := _number(name)) is not None:
        return exempt == number
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith("." + name)


def _split(rule: str) -> tuple[str, str]:
    """Host and port of a rule; an IPv6 address with a port is in brackets."""
    if rule.startswith("["):
        name, _, rest = rule[1:].partition("]")
        return name, rest.removeprefix(":")
    name, colon, port = rule.rpartition(":")
    return (name, port) if colon and ":" not in name and port.isdigit() else (rule, "")


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _inside(number: ipaddress.IPv4Address | ipaddress.IPv6Address, rule: str) -> bool:
    try:
        return number in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False
