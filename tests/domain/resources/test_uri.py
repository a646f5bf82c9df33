"""Resource URIs: what they name, how they are written, and what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.errors import CommandError
from kubeport.domain.resources.uri import SCHEMES, ResourceUri, parse, parse_request

_NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?", fullmatch=True)
_CONTEXTS = st.from_regex(r"[A-Za-z0-9][-A-Za-z0-9_.:/@+]{0,80}", fullmatch=True)
_NAMESPACES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)

EKS = "arn:aws:eks:eu-west-1:123456789012:cluster/prod"
EKS_CODED = "arn%3Aaws%3Aeks%3Aeu-west-1%3A123456789012%3Acluster%2Fprod"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k8s-context://kind", ResourceUri("kind")),
        (f"k8s-context://{EKS_CODED}", ResourceUri(EKS)),
        ("k8s-namespace://kind/web", ResourceUri("kind", "web", "namespaces", "web")),
        ("k8s-deployment://kind/web/api", ResourceUri("kind", "web", "deployments.apps", "api")),
        ("k8s-service://kind/web/api", ResourceUri("kind", "web", "services", "api")),
        ("k8s-configmap://kind/web/ca.crt", ResourceUri("kind", "web", "configmaps", "ca.crt")),
        ("k8s-pod://kind/web/api-0", ResourceUri("kind", "web", "pods", "api-0")),
        ("k8s-node://kind/n1.example", ResourceUri("kind", "", "nodes", "n1.example")),
        ("helm-release://kind/web/shop", ResourceUri("kind", "web", "releases", "shop")),
        ("k8s-resource://kind/web/jobs.batch/db", ResourceUri("kind", "web", "jobs.batch", "db")),
        ("k8s-resource://kind/-/persistentvolumes/pv1", ResourceUri("kind", "", "persistentvolumes", "pv1")),
    ],
)
def test_a_uri_names_and_is_written_back(text: str, expected: ResourceUri) -> None:
    """Reading a canonical URI and writing it gives the same text."""
    assert parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("k8s-resource://kind/web/deploy/api", "k8s-deployment://kind/web/api"),
        ("k8s-resource://kind/web/Pod/api-0", "k8s-pod://kind/web/api-0"),
        ("k8s-resource://kind/-/ns/web", "k8s-namespace://kind/web"),
        ("k8s-resource://kind/web/nodes/n1", "k8s-node://kind/n1"),
        ("k8s-pod://%6Bind/web/api-0", "k8s-pod://kind/web/api-0"),
        (
            "k8s-resource://kind/-/clusterroles/system%3abasic-user",
            "k8s-resource://kind/-/clusterroles.rbac.authorization.k8s.io/system%3Abasic-user",
        ),
    ],
)
def test_other_spellings_have_one_canonical_form(text: str, canonical: str) -> None:
    """A kind under any of its names, and needless encoding, are the same resource."""
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "pointed_at"),
    [
        ("", " "),
        ("http://kind/web", "http"),
        ("k8s-context:kind", "k8s-context:kind"),
        ("k8s-context://", " "),
        ("k8s-context://a/b", "a/b"),
        (f"k8s-context://{EKS.partition('/')[0]}", EKS.partition("/")[0]),
        ("k8s-pod://kind/web", "kind/web"),
        ("k8s-pod://kind//api", "/"),
        ("k8s-pod://kind/-/api", "-"),
        ("k8s-namespace://kind/-", "-"),
        ("k8s-resource://kind/-/pods/api", "kind/-/pods/api"),
        ("k8s-resource://kind/-/ns/web.x", "kind/-/ns/web.x"),
        ("k8s-resource://kind/-/releases/api", "kind/-/releases/api"),
        ("k8s-pod://kind/web/..", ".."),
        ("k8s-pod://kind/web/%2e%2e", "%2e%2e"),
        ("k8s-pod://kind/web/--all", "--all"),
        ("k8s-pod://kind/web/a%2Fb", "a%2Fb"),
        ("k8s-pod://kind/web/a%zz", "a%zz"),
        ("k8s-pod://kind/web/a%", "a%"),
        ("k8s-pod://kind/web/%ff", "%ff"),
        ("k8s-pod://kind/web/a%00", "a%00"),
        ("k8s-pod://kind/web/a b", "a b"),
        ("k8s-pod://kind/web/a?output=yaml", "output=yaml"),
        ("k8s-pod://kind/web/a?format=xml", "format=xml"),
        ("k8s-pod://kind/web/a?", " "),
        ("k8s-pod://kind/web/a#b", "a#b"),
        ("k8s-pod://user@kind/web/a", "user@kind"),
        ("k8s-pod://kind:80/web/a", "kind:80"),
        (f"k8s-pod://kind/web/{'a' * 254}", "a" * 254),
        (f"k8s-namespace://kind/{'a' * 64}", "a" * 64),
    ],
)
def test_anything_else_is_refused_at_its_place(text: str, pointed_at: str) -> None:
    """The refusal points at the part that is wrong."""
    with pytest.raises(CommandError) as caught:
        parse_request(text)
    span = caught.value.span
    assert span is not None
    assert (text[span.start : span.end] or " ") == pointed_at


def test_the_query_chooses_the_representation() -> None:
    """JSON unless YAML is asked for; where a scope is wanted, no query is taken."""
    assert parse_request("k8s-pod://kind/web/api").format == "json"
    assert parse_request("k8s-pod://kind/web/api?format=yaml").format == "yaml"
    with pytest.raises(CommandError):
        parse("k8s-pod://kind/web/api?format=yaml")


def test_parents_lead_up_to_the_context() -> None:
    """An object's parent is its namespace, or the context where it has none."""
    pod, node = parse("k8s-pod://kind/web/api"), parse("k8s-node://kind/n1")
    assert str(pod.parent) == "k8s-namespace://kind/web"
    assert pod.parent is not None
    assert str(pod.parent.parent) == "k8s-context://kind"
    assert str(node.parent) == "k8s-context://kind"
    assert ResourceUri("kind").parent is None


@given(_CONTEXTS, _NAMESPACES, _NAMES, st.sampled_from(SCHEMES))
def test_every_name_survives(context: str, namespace: str, name: str, scheme: object) -> None:
    """Whatever may be named is written and read back unchanged, in every scheme."""
    kind = getattr(scheme, "kind", "") or "statefulsets.apps"
    uri = ResourceUri.of(context, kind, name, "" if kind in ("nodes",) else namespace)
    if kind == "namespaces":
        uri = ResourceUri.of_namespace(context, namespace)
    assert parse(str(uri)) == uri
    assert str(parse(str(uri))) == str(uri)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is read or refused, never anything else."""
    with contextlib.suppress(CommandError):
        assert parse_request(text).text == text
