"""Resources over MCP: listed, described by templates, read."""

from typing import Any

import attrs
from mcp import types as T
from mcp.server import CacheHint, ServerRequestContext
from mcp.server.caching import CacheableMethod

from ...application.kubeport import Kubeport
from ...application.resources.listing import ListedResource
from ...domain.errors import KubeportError
from ...domain.resources.uri import SCHEMES
from .identity import caller_of
from .origin import origin_of
from .subscriptions import refusal

Context = ServerRequestContext[Any]

CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    "resources/list": CacheHint(ttl_ms=10_000, scope="private"),
    "resources/templates/list": CacheHint(ttl_ms=300_000, scope="private"),
    # less than a model's turn: who changes something and reads it again must not see it as it was
    "resources/read": CacheHint(ttl_ms=1_000, scope="private"),
}


@attrs.frozen
class Resources:
    """The handlers of one Kubeport's resources."""

    kubeport: Kubeport

    async def list(self, ctx: Context, params: T.PaginatedRequestParams | None) -> T.ListResourcesResult:
        """One page of contexts and namespaces.

        Raises:
            MCPError: −32602 for a cursor that is none of ours, −32603 for a kubeconfig that cannot be read.
        """
        cursor = (params.cursor if params else None) or ""
        try:
            page = await self.kubeport.resources.list(cursor, caller_of(ctx), origin_of(ctx))
        except KubeportError as error:
            raise refusal(error, "") from None
        return T.ListResourcesResult(
            resources=[_listed(one) for one in page.resources], next_cursor=page.next_cursor or None
        )

    async def templates(
        self, _: Context, __: T.PaginatedRequestParams | None
    ) -> T.ListResourceTemplatesResult:
        """The template of every scheme, on one page."""
        return T.ListResourceTemplatesResult(resource_templates=list(_TEMPLATES))

    async def read(self, ctx: Context, params: T.ReadResourceRequestParams) -> T.ReadResourceResult:
        """What a URI names.

        Raises:
            MCPError: −32602 for what is no URI of ours, not there or not allowed, else −32603; the data
                has the URI and the error with its code.
        """
        uri = str(params.uri)
        try:
            found = await self.kubeport.resources.read(uri, caller_of(ctx), origin_of(ctx))
        except KubeportError as error:
            raise refusal(error, uri) from None
        content = T.TextResourceContents(uri=uri, mime_type=found.mime_type, text=found.text)
        return T.ReadResourceResult(contents=[content])


def _listed(one: ListedResource) -> T.Resource:
    return T.Resource(
        uri=one.uri, name=one.name, title=one.title, description=one.description, mime_type=one.mime_type
    )


_ABOUT = {
    "k8s-context": ("Context", "A cluster: version, nodes, namespaces."),
    "k8s-namespace": ("Namespace", "What is in it: what is not well, workloads, services, releases."),
    "k8s-deployment": ("Deployment", "Health, rollout, containers, warnings, its pods."),
    "k8s-service": ("Service", "Ports, and the pods behind it."),
    "k8s-configmap": ("ConfigMap", "Keys, sizes and the beginning of each value."),
    "k8s-pod": ("Pod", "Phase, containers, restarts, warnings."),
    "k8s-node": ("Node", "Conditions, capacity, taints, its pods."),
    "helm-release": ("Helm release", "Revisions, and the objects of its manifest."),
    "istio-virtualservice": ("Istio VirtualService", "Hosts, gateways, destinations."),
    "argocd-application": ("Argo CD Application", "Source, sync, health, and what it manages."),
    "k8s-resource": ("Any object", "Any kind, as deployments.apps; the namespace - for what is in none."),
}
_TEMPLATES = tuple(
    T.ResourceTemplate(
        name=scheme.name,
        title=_ABOUT[scheme.name][0],
        uri_template=scheme.template,
        description=f"{_ABOUT[scheme.name][1]} JSON; with ?format=yaml YAML."
        if scheme.kind or "kind" in scheme.parts
        else f"{_ABOUT[scheme.name][1]} JSON.",
    )
    for scheme in SCHEMES
)
