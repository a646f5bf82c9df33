"""The page of resources: the URI templates, and what each names."""

from kubeport.domain.resources.uri import SCHEMES, Scheme

from .markdown import code, codes, page, table

_LEAD = """\
Resource URIs name clusters, namespaces and objects, in three places: in `resources/read`, in the argument `scope` of the
tools, and in `touched` and `target.uri` of a [result](../results.md).

What is not a letter, digit or `-._~` is percent-encoded (RFC 3986). `?format=yaml` behind a URI that is read asks
for YAML in place of JSON. In `k8s-resource` the namespace of a cluster-wide object is `-`. An object has one URI: a kind with a scheme
of its own is never written as `k8s-resource`."""


def resources() -> str:
    """The page."""
    return page("Resources", _LEAD, table(("template", "names", "parts"), map(_row, SCHEMES)))


def _row(scheme: Scheme) -> tuple[str, ...]:
    named = scheme.kind or ("any other kind" if "kind" in scheme.parts else "contexts of the kubeconfig")
    return (code(scheme.template), named, codes(scheme.parts))
