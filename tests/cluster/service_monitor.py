"""The kind of the Prometheus operator that the chart uses, as far as it uses it."""

from typing import Any

_LABELS = {"type": "object", "additionalProperties": {"type": "string"}}
_ENDPOINT = {
    "type": "object",
    "properties": {
        "port": {"type": "string"},
        "path": {"type": "string"},
        "scheme": {"type": "string", "enum": ["http", "https"]},
        "interval": {"type": "string", "pattern": r"^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?)$"},
    },
}
_SPEC = {
    "type": "object",
    "required": ["endpoints", "selector"],
    "properties": {
        "selector": {"type": "object", "properties": {"matchLabels": _LABELS}},
        "endpoints": {"type": "array", "items": _ENDPOINT},
    },
}
DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "servicemonitors.monitoring.coreos.com"},
    "spec": {
        "group": "monitoring.coreos.com",
        "scope": "Namespaced",
        "names": {"kind": "ServiceMonitor", "plural": "servicemonitors", "singular": "servicemonitor"},
        "versions": [
            {
                "name": "v1", "served": True, "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {"spec": _SPEC}}
                },
            }
        ],
    },
}  # fmt: skip
