"""Two teams in the real cluster: what RBAC gives them, and what the API server's own audit tells of them."""

import json
from pathlib import Path
from typing import Any

import attrs

IMPERSONATOR = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: kubeport-impersonator}
rules:
- {apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: ["oidc:ann", "oidc:ole"]}
- {apiGroups: [""], resources: [groups], verbs: [impersonate], resourceNames: ["team:blue", "team:ops"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: kubeport-impersonator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: kubeport-impersonator}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: viewer}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: kubeport-ops}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "team:ops"}]
"""
BLUE_READS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: blue}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "team:blue"}]
"""


@attrs.frozen
class Trail:
    """The audit log of the API server, from where it stood at the start."""

    file: Path
    since: int

    def of(self, namespace: str, verb: str, resource: str) -> list[tuple[str, str, tuple[str, ...], int]]:
        """Who asked, in whose name with which groups, and the code: one a request, in order."""
        found = list[tuple[str, str, tuple[str, ...], int]]()
        for entry in map(json.loads, self.lines()):
            about = entry.get("objectRef", {})
            if (about.get("namespace"), entry["verb"], about.get("resource")) == (namespace, verb, resource):
                own: dict[str, Any] = entry.get("impersonatedUser", {})
                groups = tuple(own.get("groups", ()))
                code = entry["responseStatus"]["code"]
                found.append((entry["user"]["username"], own.get("username", ""), groups, code))
        return found

    def lines(self) -> list[str]:
        """Each record, as JSON."""
        return self.file.read_bytes()[self.since :].decode().splitlines()
